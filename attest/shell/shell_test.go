package shell

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// line writes a script's commands on one line: words with blanks in
// parentheses, commands apart by a bar.
func line(s Script) string {
	var out []string
	for _, c := range s.Commands {
		var words []string
		for _, a := range c.Assigns {
			words = append(words, a.Name+"="+a.Value.Text)
		}
		for _, w := range c.Words {
			if strings.ContainsAny(w.Text, " \n") || w.Text == "" {
				w.Text = "(" + w.Text + ")"
			}
			words = append(words, w.Text)
		}
		text := strings.Join(words, " ")
		if c.Uncalled {
			text = "?" + text
		}
		if !c.Stdin.Empty() {
			text = fmt.Sprintf("%d<%s", c.Stdin.From, text)
		}
		out = append(out, text)
	}
	return strings.Join(out, " | ")
}

func TestCommands(t *testing.T) {
	for src, want := range map[string]string{
		// Words.
		"a 'b && c' \"d;e\" f\\;g":     "a (b && c) d;e f;g",
		"a \\\n b":                     "a b",
		"a \\\r\n b\r\nc":              "a b | c",
		"a#b #c\nd":                    "a#b | d",
		"a $'b\\'c' $'\\x41'":          "a b'c $41",
		"echo \"a \\\" b\" 'it'\\''s'": "echo (a \" b) it's",
		"a $HOME/bin:${PATH}x $1":      "a $/bin:$x $",
		"a \"\" ''":                    "a () ()",
		"a $((1+(2))) @(b|c)":          "a $ @(b|c)",
		"ap'' \"\"x":                   "ap x",
		// Order.
		"a b && c||d;e|f\ng":                         "a b | c | d | e | 3<f | g",
		"(a; b) && { c; }":                           "a | b | c",
		"x=$(a | b) c":                               "a | 0<b | x=$ c",
		"echo \"$(a \"b c\")\" `d`":                  "a (b c) | d | echo $ $",
		"diff <(a) >(b)":                             "a | b | diff $ $",
		"case x in a|b) c;; (d) e;; esac; f":         "c | e | f",
		"if (a); then b; elif c; then d; else e; fi": "a | b | c | d | e",
		"while read x; do a; done < f":               "a",
		"for x in $(a); do b \"$x\"; done":           "a | b $",
		"for ((i=0;i<$(a);i++)); do b; done":         "a | b",
		"[[ $(a) == b ]] && c":                       "a | c",
		"x=(b $(c)); d":                              "c | d",
		"a & b; ! c; time d":                         "a | b | c | d",
		"{ a; b; } | { c; d; }":                      "a | b | 0<c | 0<d",
		"a | b | c":                                  "a | 0<b | 1<c",
		"cat <<E; b\nc d\nE\ne":                      "cat | b | e",
		// Variables.
		"P=apt-get; $P update":              "P=apt-get | apt-get update",
		"C='apt-get -q update'; $C; \"$C\"": "C=apt-get -q update | apt-get -q update | (apt-get -q update)",
		"export P=x Q; ${P}y":               "P=x | xy",
		"P=a; if b; then P=c; fi; $P":       "P=a | b | P=c | $",
		"if b; then P=c; fi; $P":            "b | P=c | c",
		"P=a; P=b; $P":                      "P=a | P=b | b",
		"P=a; P+=b; $P":                     "P=a | P=ab | ab",
		"P=a; (P=b; $P); $P":                "P=a | P=b | b | a",
		"P=a; read P; $P":                   "P=a | $",
		"${P:-a}; P=b; ${P:-a} ${P%x}":      "$ | P=b | b $",
		"for P in a b; do $P; done":         "$",
		"P=a b && $P":                       "P=a b | $",
		"set -- a b; shift; \"$@\" $1":      "b b",
		"set -euo pipefail; a":              "a",
		// Functions.
		"f() { a \"$1\"; }; f b; f c":                "a b | a c",
		"f() { a; }; g":                              "g | ?a",
		"f() { f; }; f":                              "f",
		"curl() { command curl -k \"$@\"; }; curl x": "curl -k x",
		"r() { n=$1; shift; until \"$@\"; do n=$((n-1)); done; }; r 3 a b": "n=3 | a b | n=$",
		"if a; then f() { b; }; else f() { c; }; fi; f":                    "a | b | c",
		"f() (a); X=y f":                    "X=y | a",
		"f() { local x=$1; $x; }; f a; f b": "x=a | a | x=b | b",
		// Other shells.
		"sh -c 'a; b' && c":                      "sh -c (a; b) | a | b | c",
		"bash -euxo pipefail -c \"a b\" x":       "bash -euxo pipefail -c (a b) x | a b",
		"bash -lc a":                             "bash -lc a | a",
		"P=x; sh -c \"$P $Q\"":                   "P=x | sh -c (x $) | x $",
		"sh -c \"$(a)\"":                         "a | sh -c $ | $",
		"sh -c '$1' a b":                         "sh -c $1 a b | $",
		"eval a \"b c\"":                         "a b c",
		"eval \"$(a)\"":                          "a | $",
		"sh <<E\na\nE\nb":                        "sh | a | b",
		"sh -s x <<<'a b'":                       "sh -s x | a b",
		"cat <<E | sudo bash\na $X\nE":           "cat | 0<bash | 0<a $",
		"echo -n 'a b' | sh":                     "echo -n (a b) | 0<sh | 0<a b",
		"printf '%s\\n' a b | sh":                "printf %s\\n a b | 0<sh | 0<a | 0<b",
		"sh x <<E\na\nE":                         "sh x",
		"su -c 'a' u; su - u -c b":               "su -c a u | a | su - u -c b | b",
		"su u <<E\na\nE":                         "su u | a",
		"runuser -l u -c 'a'; runuser -u u -- b": "runuser -l u -c a | a | b",
		"trap 'a' EXIT; trap - INT; b":           "b | a",
		"f() { a; }; trap f EXIT; b":             "b | a",
		// Wrappers.
		"sudo -E -u x A=b env -i C=d timeout -s 9 30 nice -n 5 a b": "A=b C=d a b",
		"sudo -i": "sh",
		"find . -name x -exec a {} \\; -exec b {} +": "find . -name x -exec a {} ; -exec b {} + | a {} | b {}",
		"xargs -n 1 -a f a b":                        "a b $",
		"chroot /m a; chroot /m <<E\nb\nE":           "a | sh | b",
		"command -v a; command b; exec c":            "command -v a | b | c",
		"busybox sh -c a":                            "sh -c a | a",
		"do-retry.sh -n 3 5s a b":                    "a b",
		"flock -w 3 /l a; flock /l -c 'b'":           "a | flock /l -c b | b",
		"scl enable x 'a b'; scl enable x -- c":      "a b | c",
		"env -S 'a b'":                               "a b",
		"env":                                        "env",
		"echo sudo a":                                "echo sudo a",
	} {
		s, err := Parse(src)
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		if got := line(s); got != want {
			t.Errorf("%q\n got %s\nwant %s", src, got, want)
		}
	}
}

func TestArgv(t *testing.T) {
	for _, c := range []struct {
		argv []string
		want string
	}{
		{[]string{"a", "b && c", "$X"}, "a (b && c) $X"},
		{[]string{"/bin/bash", "-c", "a && b"}, "/bin/bash -c (a && b) | a | b"},
		{[]string{"env", "A=b", "c"}, "A=b c"},
		{nil, ""},
	} {
		s, err := Argv(c.argv)
		if got := line(s); err != nil || got != c.want {
			t.Errorf("%q: %s (%v), want %s", c.argv, got, err, c.want)
		}
	}
	if _, err := Argv([]string{strings.Repeat("a", MaxScript+1)}); !errors.Is(err, ErrTooBig) {
		t.Error(err)
	}
}

func TestWordsTellWhoseOutputTheyHold(t *testing.T) {
	s, err := Parse("x=$(curl u); sh -c \"$x\"; bash <(curl v) lit >out 2>&1; { a; } > f")
	if err != nil {
		t.Fatal(err)
	}
	if got := line(s); got != "curl u | x=$ | sh -c $ | $ | curl v | bash $ lit | a" {
		t.Fatal(got)
	}
	c := s.Commands
	if w := c[2].Words[2]; !w.Loose || len(w.Output) != 1 || w.Output[0] != (Span{0, 1}) || w.File {
		t.Errorf("%+v", w)
	}
	if w := c[3].Words[0]; !w.Loose || len(w.Output) != 1 {
		t.Errorf("what the script of another shell is made of is lost: %+v", w)
	}
	if w := c[5].Words[1]; !w.File || w.Output[0] != (Span{4, 5}) {
		t.Errorf("%+v", w)
	}
	if r := c[5].Redirects; len(r) != 2 || r[0].Op != ">" || r[0].Target.Text != "out" || r[1].Op != ">&" {
		t.Errorf("%+v", r)
	}
	if r := c[6].Redirects; len(r) != 1 || r[0].Target.Text != "f" {
		t.Errorf("%+v", r)
	}
}

func TestLoops(t *testing.T) {
	s, err := Parse("a; while b; do c; done; for x in y; do d; done")
	if err != nil || fmt.Sprint(s.Loops) != "[{1 3} {3 4}]" {
		t.Error(s.Loops, err)
	}
}

func TestUnreadInnerScript(t *testing.T) {
	s, err := Parse("a; sh -c 'b \"'")
	if err != nil || len(s.Unread) != 1 || s.Unread[0] != "b \"" {
		t.Errorf("%+v %v", s, err)
	}
}

func FuzzShell(f *testing.F) {
	for _, s := range []string{
		"a && b || c; d | e &", "a \"$(b 'c')\" `d`", "cat <<EOF\nx\nEOF\ny", "case $x in a|b) c;; (d) e;; esac", "f() { g \"$@\"; }; f x", "((1+2)); a=(b c)",
		"x${y:-z}w", "a 2>&1 >b <<<c <(d)", "$'a\\'b'", "\\\n", "P='a b'; $P; sh -c \"$P $(c)\"", "trap 'a' EXIT; su -c b; find . -exec c \\;", "printf '%s %d%%' a | sh",
		"set -- a b; shift; eval $1", "export A=b; sudo -u x A=c d", "xargs -n 1 a", "env -S 'a b'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		s, err := Parse(src)
		if err != nil {
			return
		}
		for i, c := range s.Commands {
			if len(c.Words) == 0 && len(c.Assigns) == 0 {
				t.Error("an empty command")
			}
			for _, w := range c.Words {
				for _, o := range w.Output {
					if o.From < 0 || o.To > i || o.Empty() {
						t.Errorf("output %v of command %d", o, i)
					}
				}
			}
			if c.Stdin.From < 0 || c.Stdin.To > i {
				t.Errorf("stdin %v of command %d", c.Stdin, i)
			}
		}
	})
}
