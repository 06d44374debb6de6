package shell

import "strings"

// unescape takes the backslashes out of a literal.
func unescape(s string, quoted bool) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) || quoted && strings.IndexByte("$`\"\\", s[i+1]) < 0 {
			b.WriteByte(s[i])
			continue
		}
		i++
		b.WriteByte(s[i])
	}
	return b.String()
}

// ansi reads $'…'; of its escapes, the common ones.
func ansi(s string) Word {
	var b strings.Builder
	out := Word{}
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '\\', '\'', '"':
			b.WriteByte(s[i])
		default:
			b.WriteString(hole)
			out.Loose = true
		}
	}
	out.Text = b.String()
	return out
}
