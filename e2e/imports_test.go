package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImports_StayLean keeps libraries out that cost megabytes and milliseconds at every start, or
// that bring a cloud's own idea of credentials.
func TestImports_StayLean(t *testing.T) {
	banned := map[string]string{
		"github.com/aws/":                             "a cloud SDK",
		"github.com/Azure/azure-sdk":                  "a cloud SDK",
		"cloud.google.com/":                           "a cloud SDK",
		"k8s.io/client-go":                            "190 packages of a Kubernetes client",
		"github.com/open-policy-agent/":               "15 MB; no policy language is needed",
		"cuelang.org/":                                "no policy language is needed",
		"github.com/sigstore/cosign/v2/cmd":           "20 ms at every start",
		"github.com/sigstore/cosign/v2/pkg/signature": "28 MB through client-go",
		"github.com/sigstore/cosign/v2/pkg/policy":    "OPA and CUE",
	}
	out, err := exec.Command("go", "list", "-deps", "../cmd/pratique").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 100 {
		t.Fatalf("only %d packages listed", len(packages))
	}
	for _, path := range packages {
		for prefix, why := range banned {
			if strings.HasPrefix(path, prefix) {
				t.Errorf("%s is linked: %s", path, why)
			}
		}
	}
}
