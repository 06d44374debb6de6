package secrets

import (
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

func FuzzFind(f *testing.F) {
	for _, s := range secretstest.All() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		end := -1
		for _, m := range Find(text) {
			if m.Start < 0 || m.End > len(text) || m.Start >= m.End || m.End <= end {
				t.Fatalf("%+v in %d bytes", m, len(text))
			}
			end = m.End
			if Placeholder(string(text[m.Start:m.End])) {
				t.Errorf("a placeholder: %+v", m)
			}
		}
		for _, n := range Commands(string(text)) {
			if n.Start < 0 || n.End > len(text) || n.Start >= n.End {
				t.Fatalf("%+v in %d bytes", n, len(text))
			}
		}
	})
}

func FuzzFile(f *testing.F) {
	for _, path := range []string{"app/.env", "root/.netrc", "root/.docker/config.json", "a/b.key", "x.p12", "a/compose.yml", "etc/shadow", "a.properties"} {
		f.Add(path, []byte("A_TOKEN='x'y\n: password hunter2\nme:$1$abcdefgh:1\n\"auth\": \"abcdefgh\""))
	}
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		Sample(path)
		found := File(path, content, "k")
		if len(found) > maxFound {
			t.Fatalf("%d findings", len(found))
		}
		line := 0
		for _, one := range found {
			if one.Line < line || one.Rule != RuleFileName && one.Length == 0 || len(one.Name) > maxName {
				t.Errorf("%+v", one)
			}
			line = one.Line
		}
	})
}
