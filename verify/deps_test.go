package verify

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

func TestDependsOnTheReferenceGrammarOnly(t *testing.T) {
	deptest.Only(t, ".",
		"github.com/distribution/reference",
		"github.com/opencontainers/go-digest",
		"github.com/pratique-dev/pratique/verify/wire")
	deptest.Never(t, ".", "net/http", "os/exec", "log")
}
