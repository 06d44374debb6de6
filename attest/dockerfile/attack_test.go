package dockerfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Every limit is an error that names it, and comes before the work.
func TestThreat64_Limits(t *testing.T) {
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	doubling := "FROM a\nENV A0=" + strings.Repeat("x", 1000) + "\n"
	for i := range 40 {
		doubling += fmt.Sprintf("ENV A%d=$A%d$A%d\n", i+1, i, i)
	}
	for name, c := range map[string]struct{ file, says string }{
		"size":         {"FROM a\n#" + strings.Repeat("x", MaxSize), "limit is 1048576"},
		"instructions": {"FROM a\n" + lines(MaxInstructions, "USER %d\n"), "limit is 10000"},
		"stages":       {lines(MaxStages+1, "FROM a%d\n"), "limit is 1000"},
		"variables":    {"FROM a\n" + lines(maxVariables+1, "ENV A%d=b\n"), "line 1002: more variables"},
		"nesting":      {"FROM a\nUSER " + strings.Repeat("${A:-", maxNesting+1), "line 2: variables nested"},
		"doubling":     {doubling, "expand to more"},
		"one word":     {"FROM a\nENV A=" + strings.Repeat("x", 4000) + "\nUSER " + strings.Repeat("$A", 1000), "line 3: variables expand"},
		"replacement":  {"FROM a\nENV A=" + strings.Repeat("x", 4000) + "\nUSER ${A//x/yyyy}", "line 3: variables expand"},
		"nested":       {"FROM a\nENV A=xx\nUSER ${A//x/${A//x/y}}", "line 3: variables expand"},
		"triggers":     {"FROM a AS b\n" + lines(MaxTriggers, "ONBUILD USER %d\n") + lines(60, "FROM b AS c%d\n"), "by ONBUILD"},
		"ONBUILD":      {"FROM a\n" + strings.Repeat("Onbuild \\\n", 2_000) + "RUN x", "ONBUILD 2000 times, limit is 200"},
	} {
		o := Options{}
		if name == "triggers" {
			o.Target = "c59"
		}
		_, _, err := Parse([]byte(c.file), o)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want one that says %q", name, err, c.says)
		}
	}
}

// The parser quotes the file in its errors. Ours do not repeat what may be a
// secret.
func TestThreat65_ErrorsHoldNoSecrets(t *testing.T) {
	secret := "S3cr" + "et'x\"y-" + strings.Repeat("9aZ", 5)
	for _, line := range []string{
		"ENV A=b " + secret, secret, secret + " x", "HEALTHCHECK --interval=" + secret + " CMD x", "HEALTHCHECK " + secret + " x",
		"RUN --mount=type=" + secret + " x", "RUN --mount=" + secret + " x", "USER ${A:?" + secret + "}", "USER ${A^^" + secret + "}",
		"SHELL " + secret, "FROM a AS " + secret, "FROM a b " + secret, "COPY --from=1 --" + secret + " a b", "ENV A=\"${B" + secret,
		"ONBUILD " + secret, "ADD --checksum " + secret, "LABEL " + secret + "=a b", "RUN --mount=type=cache,from=$" + secret + " x",
	} {
		_, _, err := Parse([]byte("FROM a\n"+line+"\n"), Options{})
		if err == nil {
			continue
		}
		for i := 0; i+8 <= len(secret); i++ {
			if strings.Contains(err.Error(), secret[i:i+8]) {
				t.Errorf("%s: the error repeats it", strings.ReplaceAll(line, secret, "<secret>"))
				break
			}
		}
	}
}

// Errors are one line that a terminal can show.
func TestThreat66_ErrorsAreForTerminals(t *testing.T) {
	for _, line := range []string{"RUN\x1b[31m x", "\x1b]0;x\x07", "HEALTHCHECK \x1b[2J x", "ENV \x1b[2J"} {
		_, _, err := Parse([]byte("FROM a\n"+line+"\n"), Options{})
		if err == nil || strings.ContainsAny(err.Error(), "\x1b\x07\n") {
			t.Errorf("%q: %q", line, err)
		}
	}
}

func TestHostileFilesAreRead(t *testing.T) {
	for name, file := range map[string]string{
		"words":     "FROM a\nADD " + strings.Repeat("x ", 30_000) + "/y",
		"joined":    "FROM a\nRUN " + strings.Repeat("x \\\n", 50_000),
		"quotes":    "FROM a\nENV A=" + strings.Repeat(`""`, 30_000),
		"documents": "FROM a\nRUN " + strings.Repeat("<<A ", 2_000) + "\n" + strings.Repeat("A\n", 2_000),
		"triggers":  "FROM a\n" + strings.Repeat("ONBUILD ", MaxTriggers) + strings.Repeat("x \\\n", 1000),
		"patterns":  "FROM a\nENV A=" + strings.Repeat("x", 2000) + "\nUSER " + strings.Repeat("${A%*x}", 100),
		"brackets":  "FROM a\nRUN " + strings.Repeat("[", 60_000),
	} {
		_, _, err := Parse([]byte(file), Options{})
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
