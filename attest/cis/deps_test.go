package cis

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// Controls are judged wherever a decision is made: no library but the standard
// one and a parser for shell, and nothing that could look at the machine.
func TestDependencies(t *testing.T) {
	deptest.Only(t, ".", "github.com/pratique-dev/pratique/verify/wire", "github.com/pratique-dev/pratique/attest/secrets",
		"github.com/pratique-dev/pratique/attest/shell", "github.com/pratique-dev/pratique/attest/switches/settings", "mvdan.cc/sh/v3")
	deptest.Never(t, ".", "net/http", "os/exec")
}
