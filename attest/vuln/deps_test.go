package vuln

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// Scan results are judged by gates: nothing that could look anything up.
func TestDependencies(t *testing.T) {
	deptest.Only(t, ".", "github.com/pratique-dev/pratique/verify/wire")
	deptest.Never(t, ".", "net/http", "os/exec")
}
