package policy

import "strings"

// meets reports whether some name is matched by both patterns. A name is a
// pattern without stars, so matching is a case of it.
func (p Pattern) meets(q Pattern) bool {
	return hostsMeet(p.host, q.host) && pathsMeet(p.path, q.path)
}

// hostsMeet compares hosts label by label; nil is any host.
func hostsMeet(a, b []string) bool {
	if a == nil || b == nil {
		return true
	}
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !labelsMeet(a[i], b[i]) {
			return false
		}
	}
	return true
}

// labelsMeet compares labels of a host, the last of which carries the port: a
// star stands for a whole name, never for a port.
func labelsMeet(a, b string) bool {
	if a == b {
		return a != ""
	}
	nameA, portA, _ := strings.Cut(a, ":")
	nameB, portB, _ := strings.Cut(b, ":")
	return portA == portB && nameA != "" && nameB != "" && (nameA == "*" || nameB == "*")
}

// pathsMeet fills the usual table from the end: cell i, j says whether a[i:]
// and b[j:] can match one list of segments. Every segment of either, "**" too,
// takes at least one, so the cost is the product of the lengths.
func pathsMeet(a, b []string) bool {
	table := make([][]bool, len(a)+1)
	for i := range table {
		table[i] = make([]bool, len(b)+1)
	}
	table[len(a)][len(b)] = true
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			both := table[i+1][j+1]
			if a[i] == "**" {
				both = both || table[i][j+1]
			}
			if b[j] == "**" {
				both = both || table[i+1][j]
			}
			table[i][j] = both && segmentsMeet(a[i], b[j])
		}
	}
	return table[0][0]
}

// segmentsMeet reports whether two segments can be the same text: "**" and "*"
// are any text but none, and a star inside a segment is any text or none.
func segmentsMeet(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if strings.Trim(a, "*") == "" || strings.Trim(b, "*") == "" {
		return true
	}
	row := make([]bool, len(b)+1)
	row[len(b)] = true
	for j := len(b) - 1; j >= 0 && b[j] == '*'; j-- {
		row[j] = true
	}
	for i := len(a) - 1; i >= 0; i-- {
		next := make([]bool, len(b)+1)
		next[len(b)] = a[i] == '*' && row[len(b)]
		for j := len(b) - 1; j >= 0; j-- {
			switch {
			case a[i] == '*':
				next[j] = row[j] || next[j+1]
			case b[j] == '*':
				next[j] = next[j+1] || row[j]
			default:
				next[j] = a[i] == b[j] && row[j+1]
			}
		}
		row = next
	}
	return row[0]
}
