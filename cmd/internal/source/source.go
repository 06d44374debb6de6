// Package source reads an image from wherever a user names it: a registry, an
// OCI image layout, an archive that docker save wrote, or an engine. An audit
// finds the same in each.
//
// What makes it the same image is the config: it names every layer by its
// DiffID, and layers are held against it wherever they come from. A registry
// and a layout name layers a second time, by the bytes they are stored as, and
// are read when [Target.Layers] is called; an archive and an engine send one
// stream, whose layers are read while it passes.
package source

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/layers"
	"github.com/pratique-dev/pratique/cmd/internal/source/engine"
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
	// ConfigOnly reads no layer; Target.Layers is an error then.
	ConfigOnly bool
	// LookupEnv is the environment, for DOCKER_HOST and what belongs to it.
	LookupEnv func(string) (string, bool)
}

// Target is one platform of an image.
type Target struct {
	// Asked is the name as the user wrote it.
	Asked string
	// Manifest is the digest of the platform's manifest, "" where the source
	// has none.
	Manifest verify.Digest
	// Platform is that of the index, or else that of the config.
	Platform verify.Platform
	// Config is the config's bytes, whose digest was checked where the source
	// names one.
	Config []byte
	// Annotations are those of the manifest, and of its entry in an index.
	Annotations map[string]string
	// Layers reads the layers, all of them; user is config.User. It wraps
	// verify.ErrInvalid where they are not the ones that the config names.
	Layers func(ctx context.Context, user string) (*cis.LayersFact, error)
}

// errConfigOnly is a mistake of the caller.
var errConfigOnly = errors.New("the layers were not to be read")

// Split takes the scheme off a name; it is "" for a name on a registry.
func Split(asked string) (scheme, rest string) {
	scheme, rest, ok := strings.Cut(asked, ":")
	switch scheme {
	case SchemeOCI, SchemeArchive, SchemeDaemon:
		if ok {
			return scheme, rest
		}
	}
	return "", asked
}

// Open reads the configs of an image's platforms: all that can be run, or the
// one wanted, of which there may be none. It wraps verify.ErrNone where the
// source was looked at and has no such image, and verify.ErrInvalid where what
// it has does not verify.
func Open(ctx context.Context, asked string, o Options) ([]Target, error) {
	scheme, rest := Split(asked)
	switch scheme {
	case SchemeOCI:
		return openLayout(ctx, asked, rest, o)
	case SchemeArchive:
		return openArchive(ctx, asked, rest, o)
	case SchemeDaemon:
		return openDaemon(ctx, asked, rest, o)
	}
	return openRegistry(ctx, asked, o)
}

// Hint is what may help against an error of Open, "" where only the general
// advice is left.
func Hint(err error) string {
	var e *engine.Error
	switch {
	case errors.As(err, &e):
		return e.Hint
	case errors.Is(err, verify.ErrInvalid):
		return "what is there does not verify; get the image again from whoever made it"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return "check the path, and that you may read what is there"
	}
	return ""
}

// split takes PATH and what follows it apart. The colon of a drive belongs to
// the path.
func split(rest string) (file, name string) {
	from := 0
	if runtime.GOOS == "windows" && len(rest) > 2 && rest[1] == ':' && (rest[2] == '\\' || rest[2] == '/') {
		from = 2
	}
	i := strings.IndexByte(rest[from:], ':')
	if i < 0 {
		return rest, ""
	}
	return rest[:from+i], rest[from+i+1:]
}

func (o Options) wants(p verify.Platform) bool { return o.Platform == nil || p.Matches(*o.Platform) }
