package packages

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// An inventory is made of bytes in memory, whoever read them.
func TestDependencies(t *testing.T) {
	deptest.Only(t, ".", "github.com/pratique-dev/pratique/attest/packages/rpm")
	deptest.Never(t, ".", "net", "os/exec")
}
