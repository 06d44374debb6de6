package secrets

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// Facts are collected wherever a decision is made: nothing but the standard
// library, and nothing that could look at the machine.
func TestDependencies(t *testing.T) {
	deptest.Only(t, ".")
	deptest.Never(t, ".", "net/http", "os/exec")
}
