package wire

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

func TestDependsOnStandardLibraryOnly(t *testing.T) {
	deptest.Only(t, ".")
	deptest.Never(t, ".", "net", "os/exec", "log")
}
