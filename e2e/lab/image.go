package lab

import (
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Image says what an image for a test shall be like. The zero value is a good one.
type Image struct {
	Root   bool   // runs as root, and has no health check
	Secret string // value of an environment variable DB_PASSWORD
}

// build makes an image of one random layer, so that no two are the same.
func (i Image) build(architecture string) (v1.Image, error) {
	layer, err := random.Layer(256, types.OCILayer)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	config := &v1.ConfigFile{
		OS: "linux", Architecture: architecture,
		Config: v1.Config{
			User:        "10001:10001",
			Entrypoint:  []string{"/app"},
			Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "/app", "-health"}},
		},
	}
	if i.Root {
		config.Config.User, config.Config.Healthcheck = "", nil
	}
	if i.Secret != "" {
		config.Config.Env = []string{"DB_PASSWORD=" + i.Secret}
	}
	image, err := mutate.ConfigFile(base, config)
	if err != nil {
		return nil, err
	}
	return mutate.Append(image, mutate.Addendum{
		Layer: layer, MediaType: types.OCILayer, History: v1.History{CreatedBy: "COPY app /app # buildkit"},
	})
}

// Push puts the image at reference, as HOST/NAME:TAG, and returns its digest.
func (i Image) Push(reference string) (string, error) {
	image, err := i.build("amd64")
	if err != nil {
		return "", err
	}
	tag, err := name.NewTag(reference, name.Insecure)
	if err != nil {
		return "", err
	}
	if err := remote.Write(tag, image); err != nil {
		return "", err
	}
	digest, err := image.Digest()
	return digest.String(), err
}

// PushIndex puts an index with one image for each architecture at reference, and returns its digest.
func (i Image) PushIndex(reference string, architectures ...string) (string, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, architecture := range architectures {
		image, err := i.build(architecture)
		if err != nil {
			return "", err
		}
		platform := &v1.Platform{OS: "linux", Architecture: architecture}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
	}
	tag, err := name.NewTag(reference, name.Insecure)
	if err != nil {
		return "", err
	}
	if err := remote.WriteIndex(tag, index); err != nil {
		return "", err
	}
	digest, err := index.Digest()
	return digest.String(), err
}

// Pinned turns HOST/NAME:TAG and a digest into HOST/NAME@DIGEST.
func Pinned(reference, digest string) string {
	return Repository(reference) + "@" + digest
}

// Repository is HOST/NAME of HOST/NAME:TAG.
func Repository(reference string) string {
	return reference[:strings.LastIndex(reference, ":")]
}
