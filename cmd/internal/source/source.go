// Package source reads an image from wherever a user names it: a registry, an
// OCI image layout, an archive that docker save wrote, or an engine. An audit
// finds the same in each.
package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/layers"
	"github.com/pratique-dev/pratique/verify"
)

// The schemes of names, as skopeo has them. A registry has none.
const (
	SchemeOCI     = "oci"
	SchemeArchive = "docker-archive"
	SchemeDaemon  = "docker-daemon"
)

// Registry is what is needed of a registry client.
type Registry interface {
	verify.Opener
	Resolve(ctx context.Context, ref verify.Reference) (verify.Image, error)
	Complete(ctx context.Context, image verify.Image) (verify.Image, error)
	ImageConfig(ctx context.Context, image verify.Image, manifest verify.Digest) ([]byte, error)
	Manifest(ctx context.Context, repo, ref string) (verify.Manifest, error)
}

// Options say what to read, and how.
type Options struct {
	// Registry is for names without a scheme.
	Registry Registry
	// Platform is the one wanted, nil for every runnable one.
	Platform *verify.Platform
	// Layers say how layers are read.
	Layers layers.Options
	// ConfigOnly reads no layer where that can be helped; Target.Layers is not
	// to be called then.
	ConfigOnly bool
	// LookupEnv is the environment, for DOCKER_HOST.
	LookupEnv func(string) (string, bool)
}

// Target is one platform of an image.
type Target struct {
	// Asked is the name as the user wrote it.
	Asked string
	// Manifest is the digest of the platform's manifest, "" where the source
	// has none.
	Manifest verify.Digest
	Platform verify.Platform
	// Config is the config's bytes, whose digest was checked.
	Config []byte
	// Annotations are those of the manifest, and of its entry in an index.
	Annotations map[string]string
	// Layers reads the layers, all of them; user is config.User.
	Layers func(ctx context.Context, user string) (*cis.LayersFact, error)
}

// Split takes the scheme off a name; it is "" for a name on a registry.
func Split(asked string) (scheme, rest string) {
	scheme, rest, _ = strings.Cut(asked, ":")
	switch scheme {
	case SchemeOCI, SchemeArchive, SchemeDaemon:
		return scheme, rest
	}
	return "", asked
}

// Open reads the configs of an image's platforms.
func Open(ctx context.Context, asked string, o Options) ([]Target, error) {
	scheme, _ := Split(asked)
	if scheme == "" {
		return openRegistry(ctx, asked, o)
	}
	return nil, fmt.Errorf("%s: images from %s: are not read yet", asked, scheme)
}
