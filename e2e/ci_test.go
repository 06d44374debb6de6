//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/e2e/lab"
)

// TestCI_Shell runs docs/ci/ci.sh as a pipeline would: a good image comes out signed, attested and
// allowed, with all reports; a bad one is attested, not signed, and stops the pipeline.
func TestCI_Shell(t *testing.T) {
	script, err := filepath.Abs("../docs/ci/ci.sh")
	if err != nil {
		t.Fatal(err)
	}
	onBoth(t, func(t *testing.T, kind string) {
		for _, row := range []struct {
			name  string
			image lab.Image
			exit  int
			files []string
		}{
			{"good", lab.Image{}, 0, []string{"audit.json", "audit.sarif", "audit.xml", "verify.json", "verify.sarif", "verify.xml"}},
			{"bad", lab.Image{Secret: "Zx81" + "-Quietly-Unusual-Value-9"}, 3, []string{"audit.json", "audit.sarif", "audit.xml"}},
		} {
			t.Run(row.name, func(t *testing.T) {
				s := newSite(t, kind, row.image)
				file, reports := filepath.Join(s.words["DIR"], "Dockerfile"), filepath.Join(s.words["DIR"], "reports")
				if err := os.WriteFile(file, []byte("FROM scratch\nCOPY app /app\nUSER 10001:10001\nHEALTHCHECK CMD [\"/app\", \"-health\"]\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				r := shared.Run(t.Context(), "env", "IMAGE="+s.Image, "KEY="+s.words["KEY"], "PUBLIC_KEY="+s.words["PUB"], "SKIP_BUILD=1",
					"DOCKERFILE="+file, "REPORTS="+reports, "PRATIQUE="+shared.programs["pratique"], "REGISTRY_FLAGS=--allow-http-registry", "sh", script)
				if r.Exit != row.exit {
					t.Fatalf("want exit %d: %s", row.exit, r)
				}
				for _, name := range row.files {
					text, err := os.ReadFile(filepath.Join(reports, name))
					if err != nil || len(text) == 0 || row.image.Secret != "" && strings.Contains(string(text), row.image.Secret) {
						t.Errorf("%s: %v, %d bytes", name, err, len(text))
					}
				}
				exit, d, _ := s.decide("pratique verify --key $PUB $IMAGE")
				if signed := d.Verdict == "allow"; signed != (row.exit == 0) || (exit == 0) != signed {
					t.Errorf("verdict %s, exit %d", d.Verdict, exit)
				}
			})
		}
	})
}
