package cli

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/pratique-dev/pratique/attest/vuln"
)

// TestCustomPredicatesAreReadBack: nothing is signed as a scan result or as VEX
// that no gate could read as one.
func TestCustomPredicatesAreReadBack(t *testing.T) {
	const trivy = `{"SchemaVersion":2,"ArtifactName":"app","Results":[]}`
	const vulns = `{"scanner":{"uri":"x","version":"1","db":{},"result":[]},"metadata":{"scanFinishedOn":"2026-11-20T10:00:00Z"}}`
	const vex = `{"@context":"https://openvex.dev/ns/v0.2.0","author":"a","timestamp":"2026-11-20T11:00:00Z","statements":[]}`
	for _, tt := range []struct{ kind, file, want string }{
		{"vuln", trivy, vuln.TypeCosignVuln},
		{"vuln", vulns, vuln.TypeVulnsV02},
		{"vuln", vex, ""},
		{"vuln", `{"results":[]}`, ""},
		{"vuln", `{}`, ""},
		{vuln.TypeVulnsV02, vulns, vuln.TypeVulnsV02},
		{vuln.TypeVulnsV02, trivy, ""},
		{vuln.TypeCosignVuln, trivy, ""},
		{"openvex", vex, "https://openvex.dev/ns"},
		{vuln.TypeOpenVEX, vex, vuln.TypeOpenVEX},
		{"openvex", trivy, ""},
		{vuln.TypeOpenVEX, `{"statements":[{}]}`, ""},
		{"custom", `{"results":[]}`, "https://cosign.sigstore.dev/attestation/v1"},
	} {
		file := filepath.Join(t.TempDir(), "p.json")
		if err := os.WriteFile(file, []byte(tt.file), 0o600); err != nil {
			t.Fatal(err)
		}
		c := customPredicate{file: file, kind: tt.kind}
		err := c.load()
		if (err == nil) != (tt.want != "") || err == nil && c.kind != tt.want {
			t.Errorf("%s %s: %s, %v", tt.kind, tt.file, c.kind, err)
		}
		if f := (*failure)(nil); err != nil && (!errors.As(err, &f) || f.status != StatusUsage) {
			t.Errorf("%s %s: %v is no usage error", tt.kind, tt.file, err)
		}
	}
}
