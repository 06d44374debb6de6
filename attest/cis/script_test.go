package cis

import (
	"strings"
	"testing"
	"time"
)

func TestSplitScript(t *testing.T) {
	for src, want := range map[string]string{
		"a b && c||d;e|f\ng":                    "a b/c/d/e/f/g",
		"a 'b && c' \"d;e\" f\\;g":              "a b && c d;e f;g",
		"a \\\n b":                              "a b",
		"a#b #c\nd":                             "a#b/d",
		"(a; b) && { c; }":                      "a/b/{ c/}",
		"x=$(a | b) c":                          "a/b/x=$ c",
		"echo \"$(a \"b c\")\"":                 "a b c/echo $",
		"echo `a \\`b\\``":                      "b/a $/echo $",
		"echo ${x:-'}'} $((1+(2))) $1 $ ":       "echo $ $ $ $",
		"a >x 2>&1 <y b":                        "a b",
		"a &>x; b |& c":                         "a/b/c",
		"cat <<E; b\nc d\nE\ne":                 "cat/b/e",
		"cat <<-'E'\n\tc\n\tE\ne":               "cat/e",
		"sh <<E\nc d\nE\ne":                     "sh/c d/e",
		"f() { a; }; f":                         "{ a/}/f",
		"case x in a|b) c;; d) e;; esac; f":     "case x in a/c/e/esac/f",
		"case x in (a) c;; esac; f":             "case x in/a/c/esac/f",
		"$(case x in a) b;; esac) c":            "b/esac/$ c",
		"diff <(a) <(b) c":                      "a/b/diff $ $ c",
		"a=(b c); d":                            "b c/a=$/d",
		"a $'b\\'c' d":                          "a bc d",
		"if (a); then b; fi":                    "if/a/then b/fi",
		"a <<<b c":                              "a c",
		"a\r\nb":                                "a/b",
		"echo '' \"\"":                          "echo  ",
		"cat <<A <<B\n1\nA\n2\nB\nc":            "cat/c",
		"cat <<E\nunclosed":                     "cat",
		"a & b":                                 "a/b",
		"! a":                                   "! a",
		"function_name () {\n a\n}\nb":          "{/a/}/b",
		"while read x; do a; done < f":          "while read x/do a/done",
		"[ \"$(a)\" = b ] && c":                 "a/[ $ = b ]/c",
		"echo \"a \\\" b\" c":                   "echo a \" b c",
		"echo a\\\\ b":                          "echo a\\ b",
		"for x in $(a); do b \"$x\"; done":      "a/for x in $/do b $/done",
		"a ; ; b":                               "a/b",
		"((x=1)) ; b":                           "$/b",
		"{ a; } 2>/dev/null":                    "{ a/}",
		"x=\"a b\" c":                           "x=a b c",
		"a 3< b 4<&- c":                         "a c",
		"echo a >&2; b":                         "echo a/b",
		"if a; then b; else c; fi && d":         "if a/then b/else c/fi/d",
		"echo \"multi\nline\" && a":             "echo multi\nline/a",
		"echo 'it'\\''s' && a":                  "echo it's/a",
		"echo $HOME/bin:${PATH}x && a":          "echo $/bin:$x/a",
		"a;;b":                                  "a/b",
		"case $(a) in *) b ;; esac":             "a/b/esac",
		"case x in\n  a) b ;;\n  *) c ;;\nesac": "case x in/b/c/esac",
	} {
		s, err := splitScript(src)
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		var commands []string
		for _, words := range s.commands {
			var texts []string
			for _, w := range words {
				texts = append(texts, w.text)
			}
			commands = append(commands, strings.Join(texts, " "))
		}
		if got := strings.Join(commands, "/"); got != want {
			t.Errorf("%q\n got %q\nwant %q", src, got, want)
		}
	}
}

func TestSplitScriptRefusesWhatItCannotFollow(t *testing.T) {
	for _, src := range []string{
		"a 'b", "a \"b", "a `b", "a $(b", "a ${b", "a )", "( a", "((1", "a $((1", "a ${x:-$(b)}", "a @(b|c)", "cat <<",
		strings.Repeat("$(", 100) + strings.Repeat(")", 100), strings.Repeat("a\n", maxCommands+1), strings.Repeat("a", maxScript+1),
	} {
		if s, err := splitScript(src); err == nil {
			t.Errorf("%.20q: %d commands", src, len(s.commands))
		}
	}
}

// A history is the image's own word, and what it costs to read is not.
func TestThreat91_ScriptsTakeLinearTime(t *testing.T) {
	for name, src := range map[string]string{
		"here documents": strings.Repeat("x ", maxScript/4) + strings.Repeat("<<a ", maxScript/8-1) + "\n",
		"substitutions":  strings.Repeat("x", maxScript/2) + strings.Repeat("$()", maxScript/6),
	} {
		began := time.Now()
		if _, err := splitScript(src); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s: %s for %d bytes", name, took, len(src))
		}
	}
}
