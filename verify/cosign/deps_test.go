package cosign

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// The cosign library is affordable as long as its command line, with key
// management services, Kubernetes and policy languages, stays out.
func TestDependencies(t *testing.T) {
	deptest.Never(t, ".",
		"k8s.io/client-go", "k8s.io/apimachinery",
		"github.com/aws", "github.com/Azure", "cloud.google.com/go",
		"github.com/open-policy-agent", "cuelang.org/go", "github.com/spiffe/go-spiffe",
		"github.com/sigstore/cosign/v2/cmd", "github.com/sigstore/cosign/v2/pkg/signature",
		"github.com/sigstore/cosign/v2/pkg/policy",
		"github.com/pratique-dev/pratique/policy", "github.com/pratique-dev/pratique/attest",
		"github.com/pratique-dev/pratique/cmd", "github.com/pratique-dev/pratique/verify/registry",
	)
}
