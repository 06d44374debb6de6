package cis

import "strconv"

// plural counts in words.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// cut shortens text to at most max bytes without splitting a character.
func cut(s string, max int) (string, bool) {
	if len(s) <= max {
		return s, false
	}
	for max > 0 && s[max]&0xC0 == 0x80 {
		max--
	}
	return s[:max], true
}

// quoteName shows a name from outside: quoted, and of bounded length.
func quoteName(s string) string {
	short, more := cut(s, 200)
	if more {
		short += "…"
	}
	return strconv.Quote(short)
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
