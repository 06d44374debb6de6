package dockerfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

func read(t *testing.T, content string, o Options) *cis.Dockerfile {
	t.Helper()
	d, _, err := Parse([]byte(content), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, content)
	}
	return d
}

// told is each step in short: line, instruction, and what it was expanded to.
func told(steps []cis.Step) []string {
	out := []string{}
	for _, s := range steps {
		text := s.Text
		switch {
		case s.Pairs != nil:
			text = strings.Join(s.Pairs, " ")
		case s.Add != nil:
			text = strings.Join(append(slices.Clone(s.Add.Sources), s.Add.Dest), " ")
		}
		out = append(out, fmt.Sprintf("%d %s %s", s.At.Line, s.Instruction, text))
	}
	return out
}

func TestExpansion(t *testing.T) {
	cases := map[string]struct {
		file string
		o    Options
		want []string
	}{
		"default":             {"FROM a\nARG U=app\nUSER $U", Options{}, []string{"2 ARG U=app", "3 USER app"}},
		"told":                {"FROM a\nARG U=app\nUSER $U", Options{Args: map[string]string{"U": "bob"}}, []string{"2 ARG U=bob", "3 USER bob"}},
		"told, not asked for": {"FROM a\nUSER $U", Options{Args: map[string]string{"U": "bob"}}, []string{"2 USER $U"}},
		"no value":            {"FROM a\nARG U\nUSER ${U}", Options{}, []string{"2 ARG ", "3 USER ${U}"}},
		"from the top":        {"ARG U=app\nFROM a\nARG U\nUSER $U", Options{}, []string{"3 ARG U=app", "4 USER app"}},
		"not asked for again": {"ARG U=app\nFROM a\nUSER $U", Options{}, []string{"3 USER $U"}},
		"fallback":            {"FROM a\nUSER ${U:-app}", Options{}, []string{"2 USER app"}},
		"alternative":         {"FROM a\nARG U=x\nUSER ${U:+app}", Options{}, []string{"2 ARG U=x", "3 USER app"}},
		"no alternative":      {"FROM a\nUSER x${U:+app}", Options{}, []string{"2 USER x"}},
		"env":                 {"FROM a\nENV U=app V=${U}x\nUSER $U$V", Options{}, []string{"2 ENV U=app V=${U}x", "3 USER app${U}x"}},
		"env over arg":        {"FROM a\nARG U=x\nENV U=app\nUSER $U", Options{}, []string{"2 ARG U=x", "3 ENV U=app", "4 USER app"}},
		"old form":            {"FROM a\nENV U app\nUSER $U", Options{}, []string{"2 ENV U=app", "3 USER app"}},
		"quotes":              {"FROM a\nENV U=\"a b\" V='$U'\nUSER \"$U\"", Options{}, []string{"2 ENV U=a b V=$U", "3 USER a b"}},
		"pattern":             {"FROM a\nARG V=1.2\nADD x-${V%.*} x-${V/./_} /$V", Options{}, []string{"2 ARG V=1.2", "3 ADD x-1 x-1_2 /1.2"}},
		"platform":            {"FROM a\nARG TARGETARCH TARGETPLATFORM\nUSER $TARGETARCH", Options{Platform: "linux/arm64/v8"}, []string{"2 ARG TARGETARCH=arm64 TARGETPLATFORM=linux/arm64", "3 USER arm64"}},
		"platform, unasked":   {"FROM a\nUSER $TARGETARCH", Options{}, []string{"2 USER $TARGETARCH"}},
		"other stage":         {"FROM a AS b\nARG U=app\nFROM c\nUSER $U", Options{}, []string{"4 USER $U"}},
		"stage below":         {"FROM a AS b\nARG U=app\nFROM b\nUSER $U", Options{}, []string{"2 ARG U=app", "4 USER app"}},
		"escape":              {"# escape=`\nFROM a\nADD `\n x `\n /y\nUSER `$U", Options{}, []string{"3 ADD x /y", "6 USER $U"}},
		"lower case":          {"from a\nadd x /\nuser app", Options{}, []string{"2 ADD x /", "3 USER app"}},
		"continued":           {"FROM a\nADD x \\\n# a comment\n  y \\\n\n /z\n", Options{}, []string{"2 ADD x y /z"}},
		"json":                {"FROM a\nADD [\"a b\", \"c\", \"/d\"]", Options{}, []string{"2 ADD a b c /d"}},
		"flags":               {"FROM a\nADD --chown=1:1 --chmod=755 x /d", Options{}, []string{"2 ADD x /d"}},
		"bom and crlf":        {"\ufeffFROM a\r\nADD x \\\r\n  y /z\r\nUSER app\r\n", Options{}, []string{"2 ADD x y /z", "4 USER app"}},
	}
	for name, c := range cases {
		if got := told(read(t, c.file, c.o).Steps); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}

func TestInvalid(t *testing.T) {
	for name, c := range map[string]struct{ file, says string }{
		"empty":        {"", "no instructions"},
		"no from":      {"ARG A=b", "no FROM"},
		"before from":  {"RUN x\nFROM a", "line 1: an instruction in front of the first FROM"},
		"unknown":      {"FROM a\nRUNN x", "line 2: unknown instruction RUNN"},
		"template":     {"FROM a\n{{ if x }}\nRUN x", "line 2: unknown instruction"},
		"blank":        {"ARG A=\nFROM $A", "line 2: FROM names nothing"},
		"heredoc":      {"FROM a\nRUN <<EOF\nx", "line 2: unterminated heredoc"},
		"modifier":     {"FROM a\nUSER ${A^^}", "line 2"},
		"later stage":  {"FROM a\nCOPY --from=b x y\nFROM c AS b", ""},
		"stage number": {"FROM a\nCOPY --from=7 x y", "line 2: --from=7"},
	} {
		o := Options{}
		if name == "later stage" {
			o.Target, c.says = "0", "line 2: files are taken from a stage that comes later"
		}
		_, _, err := Parse([]byte(c.file), o)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want one that says %q", name, err, c.says)
		}
	}
}
