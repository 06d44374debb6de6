package rpm

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// The library that the tests compare with, and the database it needs, stay in
// the tests.
func TestDependsOnStandardLibraryOnly(t *testing.T) {
	deptest.Only(t, ".")
	deptest.Never(t, ".", "net", "os/exec", "database/sql")
}
