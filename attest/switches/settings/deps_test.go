package settings_test

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, ".")
	deptest.Never(t, ".", "os", "net")
}
