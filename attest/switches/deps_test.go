package switches_test

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, ".", "github.com/pratique-dev/pratique/attest", "github.com/pratique-dev/pratique/verify/wire", "mvdan.cc/sh/v3")
	deptest.Never(t, ".", "net/http", "os/exec")
}
