package lab

import (
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// PushArchive puts the one image of what docker save wrote at reference, and returns its digest. It
// carries the annotations in its manifest.
func PushArchive(file, reference string, annotations map[string]string) (string, error) {
	image, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		return "", err
	}
	if len(annotations) > 0 {
		image = mutate.Annotations(image, annotations).(v1.Image)
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

// LayOut writes the image at reference as an OCI image layout, under one tag.
func LayOut(reference, dir, tag string) error {
	from, err := name.NewTag(reference, name.Insecure)
	if err != nil {
		return err
	}
	image, err := remote.Image(from)
	if err != nil {
		return err
	}
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	return path.AppendImage(image, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": tag}))
}
