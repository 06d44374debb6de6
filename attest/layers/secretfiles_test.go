package layers

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/secrets"
	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

func saySecrets(f *cis.LayersFact) []string {
	out := []string{}
	for _, s := range f.Secrets {
		line := fmt.Sprintf("%d %s:%d %s", s.At.Layer, s.At.Path, s.Line, s.Rule)
		if s.Deleted {
			line += " deleted"
		}
		out = append(out, line)
	}
	return out
}

func TestSecretsInFiles(t *testing.T) {
	netrc := "machine example.org login me password " + secretstest.Text(24) + "\n"
	code := "# one\nkey = \"" + secretstest.All()["github-token"] + "\"\n"
	large := strings.Repeat("#\n", maxContent/2) + netrc
	tests := map[string]struct {
		layers []entry
		names  []string
		all    []string
	}{
		"credentials":       {[]entry{file("root/.netrc", netrc)}, []string{"1 root/.netrc:1 netrc"}, []string{"1 root/.netrc:1 netrc"}},
		"nothing in it":     {[]entry{file("root/.netrc", "\n")}, []string{}, []string{}},
		"too large to read": {[]entry{file("root/.netrc", large)}, []string{"1 root/.netrc:0 " + secrets.RuleFileName}, []string{"1 root/.netrc:0 " + secrets.RuleFileName}},
		"in code":           {[]entry{file("app/main.py", code)}, []string{}, []string{"1 app/main.py:2 github-token"}},
		"not text":          {[]entry{file("app/main.pyc", "\x00"+code)}, []string{}, []string{}},
		"late NUL":          {[]entry{file("app/x", code+strings.Repeat("x", sniffed)+"\x00")}, []string{}, []string{"1 app/x:2 github-token"}},
		"in a whiteout":     {[]entry{file("app/.wh.x", code)}, []string{}, []string{"1 app/.wh.x:2 github-token"}},
	}
	for name, tt := range tests {
		for _, contents := range []bool{false, true} {
			want := tt.names
			if contents {
				want = tt.all
			}
			if got := saySecrets(Merge(image(t, Options{Contents: contents}, tt.layers), "")); !slices.Equal(got, want) {
				t.Errorf("%s, contents %t: %q, want %q", name, contents, got, want)
			}
		}
	}
}

func TestSecretDeletedLater(t *testing.T) {
	netrc := file("root/.netrc", "machine h login l password "+secretstest.Text(24))
	f := Merge(image(t, Options{}, []entry{netrc}, []entry{file("root/.wh..netrc", "")}, []entry{netrc}), "")
	if got := saySecrets(f); !slices.Equal(got, []string{"1 root/.netrc:1 netrc deleted", "3 root/.netrc:1 netrc"}) {
		t.Errorf("%q", got)
	}
}

// The key of a fingerprint is the DiffID, even where it is known only at the
// end, and never the empty one, which others could compute with.
func TestFingerprintsAreKeyedByTheDiffID(t *testing.T) {
	value := secretstest.Text(24)
	plain := pack(t, file("root/.netrc", "machine h login l password "+value+"\n"), file("x", ""), file("y/.netrc", "machine h login l password "+value))
	l, err := Scan(context.Background(), bytes.NewReader(plain), Options{})
	if err != nil {
		t.Fatal(err)
	}
	known, err := Read(context.Background(), []Blob{blob(plain, plain)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := secrets.Fingerprint(l.DiffID, value)
	for name, list := range map[string][]*Layer{"scanned": {l}, "read": known} {
		rows := Merge(list, "").Secrets
		if len(rows) != 2 || rows[0].Fingerprint != want || rows[1].Fingerprint != want {
			t.Errorf("%s: %+v, want %q", name, rows, want)
		}
	}
	var entries []entry
	for i := range maxLate/maxContent + 2 {
		entries = append(entries, file(fmt.Sprintf("d%02d/.netrc", i), "machine h login l password "+value+"\n"+strings.Repeat("#", maxContent-100)))
	}
	late, err := Scan(context.Background(), bytes.NewReader(pack(t, entries...)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := Merge([]*Layer{late}, "").Secrets
	if last := rows[len(rows)-1]; len(rows) != len(entries) || rows[0].Fingerprint != secrets.Fingerprint(late.DiffID, value) || last.Fingerprint != "" {
		t.Errorf("%d rows: %+v", len(rows), rows)
	}
}

func TestSecretRowsBeyondThoseKept(t *testing.T) {
	var entries []entry
	for i := range maxFound + 7 {
		entries = append(entries, file(fmt.Sprintf("d%d/.netrc", i), "machine h login l password "+secretstest.Text(24)))
	}
	f := Merge(image(t, Options{}, entries, []entry{file("a/.netrc", entries[0].body)}), "")
	if len(f.Secrets) != maxSecretRows || f.More["secrets"] != 8 {
		t.Errorf("%d rows, %v", len(f.Secrets), f.More)
	}
}
