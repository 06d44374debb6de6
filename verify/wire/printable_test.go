package wire

import "testing"

func TestThreat66_PrintableShowsControls(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, é 漢 😀 \\":           "plain text, é 漢 😀 \\",
		"":                               "",
		"\x1b[31mred\x1b[0m":             `\x1b[31mred\x1b[0m`,
		"\x1b]0;title\a":                 `\x1b]0;title\a`,
		"a\nb\tc\rd\x00":                 `a\nb\tc\rd\x00`,
		"\x7f":                           `\x7f`,
		"\u009b31m":                      `\u009b31m`,
		"\u202a\u202b\u202c\u202d\u202e": `\u202a\u202b\u202c\u202d\u202e`,
		"\u2066\u2067\u2068\u2069":       `\u2066\u2067\u2068\u2069`,
		"\u200e\u200f\u061c\u200b\ufeff": `\u200e\u200f\u061c\u200b\ufeff`,
		"\u2028\u2029\u0085\u00a0":       `\u2028\u2029\u0085\u00a0`,
		"\xff\xc3":                       `\xff\xc3`,
		"\x9b31m":                        `\x9b31m`,
		"\U000e0041":                     `\U000e0041`,
		"\ufffd":                         "\ufffd",
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b[2J\u202eb\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Printable(s)
		for _, r := range got {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Fatalf("%q: %U is left", s, r)
			}
		}
		if Printable(got) != got {
			t.Fatalf("%q: not stable", s)
		}
	})
}
