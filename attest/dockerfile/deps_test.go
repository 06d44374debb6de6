package dockerfile

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// BuildKit's parser is the only part of BuildKit that is wanted: nothing that
// builds, fetches or runs.
func TestDependencies(t *testing.T) {
	deptest.Only(t, ".",
		"github.com/pratique-dev/pratique/attest", "github.com/pratique-dev/pratique/verify/wire",
		"github.com/moby/buildkit/frontend/dockerfile", "github.com/moby/buildkit/util/stack", "github.com/moby/buildkit/util/suggest",
		"github.com/moby/docker-image-spec", "github.com/docker/go-units", "github.com/pkg/errors", "google.golang.org/protobuf",
		"github.com/containerd/typeurl", "github.com/planetscale/vtprotobuf", "github.com/agext/levenshtein", "github.com/tonistiigi/go-csvvalue",
		"github.com/opencontainers", "mvdan.cc/sh/v3",
	)
	deptest.Never(t, ".", "net/http", "os/exec", "github.com/moby/buildkit/client", "github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb")
}
