package dockerfile

import (
	"encoding/json"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

// Whatever the file, the parser does not panic (which Parse would hide), reads
// the same twice, names lines that are there, and what it makes can be judged.
func FuzzDockerfile(f *testing.F) {
	f.Add([]byte(layered), "app")
	for _, s := range []string{
		"# escape=`\nFROM a\nRUN <<-EOF\n\tx\n\tEOF\n", "ARG A=${B:-c}\nFROM $A AS x\nFROM x\nONBUILD RUN y\n", "FROM a\nADD --checksum=$X https://a/b /\n",
		"FROM a\n# pratique:ignore 4.7 until=2027-01-31 reason=\"x\"\nRUN --mount=type=cache,target=$A x\n", "FROM a\n# pratique:ignore 4.7 until=2027-01-31 reason=\"x\"\nRUN --mount=t", "FROM scratch\nADD x.tar /\nHEALTHCHECK CMD [\"a\"]\n",
		"\ufeffFROM a\r\nENV A=b \\\r\n C=\"d e\"\r\nUSER ${A/b/c}:${C%e}\r\n", "FROM a\nSHELL [\"pwsh\"]\nCOPY <<A <<\"B\" /x\na\nA\nb\nB\n",
	} {
		f.Add([]byte(s), "")
	}
	f.Fuzz(func(t *testing.T, content []byte, target string) {
		o := Options{Target: target, Args: map[string]string{"A": "b"}}
		d, exceptions, err := parse(content, o)
		if err != nil {
			if d != nil || exceptions != nil {
				t.Errorf("%v, and a result", err)
			}
			return
		}
		again, _, err := parse(content, o)
		if a, b := shown(t, d), shown(t, again); err != nil || a != b {
			t.Errorf("%v, %s is not %s", err, a, b)
		}
		lines := 1
		for _, c := range content {
			if c == '\n' {
				lines++
			}
		}
		for _, s := range append(d.Steps, d.Other...) {
			if s.At.Line < 1 || s.At.Line > lines || s.Instruction == "" {
				t.Errorf("%+v in a file of %d lines", s, lines)
			}
		}
		if len(d.Bases) == 0 {
			t.Error("no base")
		}
		for _, finding := range cis.Judge(cis.Collect(cis.Contents{Dockerfile: d}), cis.DefaultParameters()) {
			if finding.Evidence == nil {
				t.Errorf("%+v", finding)
			}
		}
	})
}

func shown(t *testing.T, d *cis.Dockerfile) string {
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
