package wire

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Printable makes text from outside safe for a terminal and for one line of
// output: control characters, newlines, escape sequences, marks that reverse
// the direction of text or have no width, and invalid UTF-8 are shown, not
// obeyed (threat 66).
func Printable(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
		i += n
	}
	return b.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
