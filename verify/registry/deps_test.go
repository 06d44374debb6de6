package registry

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

func TestDependsOnDockersConfigurationOnly(t *testing.T) {
	deptest.Only(t, ".",
		"github.com/pratique-dev/pratique/verify",
		"github.com/distribution/reference",
		"github.com/opencontainers/go-digest",
		"github.com/docker/cli/cli/config",
		"github.com/docker/docker-credential-helpers",
		// What docker's configuration brings along.
		"github.com/sirupsen/logrus",
		"golang.org/x/sys")
	deptest.Never(t, ".",
		"github.com/pratique-dev/pratique/verify/cosign",
		"github.com/pratique-dev/pratique/policy",
		"github.com/google/go-containerregistry")
}
