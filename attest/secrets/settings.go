package secrets

import (
	"bytes"
	"strings"
)

// namedValues finds NAME=value, a setting a line, where the name is one of a
// secret.
func (k kind) namedValues(content []byte) []value {
	var out []value
	for at := 0; at < len(content) && len(out) < maxFound; {
		end := len(content)
		if i := bytes.IndexByte(content[at:], '\n'); i >= 0 {
			end = at + i
		}
		line := string(content[at:min(end, at+maxLine)])
		if name, from, to := k.setting(line); name != "" && k.names(name) && telling(name, line[from:to]) {
			out = append(out, value{rule: RuleName, name: name, start: at + from, end: at + to})
		}
		at = end + 1
	}
	return out
}

// setting reads a line; line[from:to] is the value without its quotes. The name
// is "" where the line is none.
func (k kind) setting(line string) (name string, from, to int) {
	rest := strings.TrimLeft(line, " \t")
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "export "), "- ")
	eq := strings.IndexAny(rest, k.sign)
	if eq <= 0 || strings.ContainsRune("#;/!*", rune(rest[0])) {
		return "", 0, 0
	}
	name = strings.Trim(rest[:eq], " \t\"'")
	if name == "" || len(name) > maxName || strings.ContainsAny(name, " \t\"'(){}<>$") {
		return "", 0, 0
	}
	v := strings.TrimLeft(rest[eq+1:], " \t")
	from = len(line) - len(v)
	switch {
	case v == "":
	case v[0] == '"' || v[0] == '\'':
		from++
		if end := strings.IndexByte(v[1:], v[0]); end >= 0 {
			return name, from, from + end
		}
		return name, from, len(line)
	default:
		if end := strings.Index(v, " #"); end >= 0 {
			v = v[:end]
		}
		v = strings.TrimRight(v, " \t\r,")
	}
	return name, from, from + len(v)
}

// telling reports whether a value is what a secret would be: what is a sentence,
// an address, a reference or the name itself is not.
func telling(name, v string) bool {
	if Placeholder(v) || strings.ContainsAny(v, " \t<>") || strings.Contains(v, "://") || len(v) < 2 {
		return false
	}
	if strings.HasPrefix(v, "$") || strings.HasPrefix(v, "!") || strings.HasPrefix(v, "vault:") || strings.HasPrefix(v, "[") {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(name), nameBreak)
	return len(words) > 0 && !strings.EqualFold(strings.TrimRight(v, ":"), words[len(words)-1])
}
