package layers

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// Layers are foreign bytes, read wherever an audit is made: nothing here
// reaches the network or starts a program.
func TestDependencies(t *testing.T) {
	deptest.Never(t, ".", "net/http", "os/exec",
		"github.com/pratique-dev/pratique/policy", "github.com/pratique-dev/pratique/cmd",
		"github.com/pratique-dev/pratique/verify/registry", "github.com/pratique-dev/pratique/verify/cosign")
}
