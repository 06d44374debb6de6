package attest

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// An audit is read by every door, so its types cost nothing to import.
func TestDependencies(t *testing.T) {
	deptest.Only(t, ".",
		"github.com/pratique-dev/pratique/attest/cis", "github.com/pratique-dev/pratique/attest/secrets", "github.com/pratique-dev/pratique/attest/shell",
		"github.com/pratique-dev/pratique/attest/switches/settings", "github.com/pratique-dev/pratique/verify/wire",
		"mvdan.cc/sh/v3",
	)
}
