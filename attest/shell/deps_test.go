package shell_test

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// Scripts are read wherever a decision is made: a parser, and nothing that
// could run one.
func TestDependencies(t *testing.T) {
	deptest.Only(t, ".", "mvdan.cc/sh/v3/syntax", "mvdan.cc/sh/v3/fileutil")
	deptest.Never(t, ".", "net", "os/exec")
}
