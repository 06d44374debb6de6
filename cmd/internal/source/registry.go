package source

import (
	"context"
	"fmt"
	"io"
	"maps"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/layers"
	"github.com/pratique-dev/pratique/verify"
)

func openRegistry(ctx context.Context, asked string, o Options) ([]Target, error) {
	ref, err := verify.ParseReference(asked)
	if err != nil {
		return nil, err
	}
	image, err := o.Registry.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	if image, err = o.Registry.Complete(ctx, image); err != nil {
		return nil, err
	}
	index, err := o.Registry.Manifest(ctx, image.Repo, string(image.Index))
	if err != nil {
		return nil, err
	}
	var out []Target
	for _, p := range image.Platforms {
		t, err := registryTarget(ctx, o, image, p, index)
		if err != nil {
			return nil, err
		}
		if o.Platform == nil || t.Platform.Matches(*o.Platform) {
			out = append(out, t)
		}
	}
	return out, nil
}

func registryTarget(ctx context.Context, o Options, image verify.Image, p verify.PlatformImage, index verify.Manifest) (Target, error) {
	config, err := o.Registry.ImageConfig(ctx, image, p.Manifest)
	if err != nil {
		return Target{}, err
	}
	m, err := o.Registry.Manifest(ctx, image.Repo, string(p.Manifest))
	if err != nil {
		return Target{}, err
	}
	t := Target{Asked: image.Asked, Manifest: p.Manifest, Platform: p.Platform, Config: config, Annotations: map[string]string{}}
	for _, d := range index.Manifests {
		if d.Digest == p.Manifest {
			maps.Copy(t.Annotations, d.Annotations)
		}
	}
	maps.Copy(t.Annotations, m.Annotations)
	if err := t.named(config); err != nil {
		return Target{}, err
	}
	open := func(d verify.Descriptor) func(context.Context) (io.ReadCloser, error) {
		return func(ctx context.Context) (io.ReadCloser, error) { return o.Registry.Open(ctx, image.Repo, d) }
	}
	t.Layers = func(ctx context.Context, user string) (*cis.LayersFact, error) {
		return readLayers(ctx, m, config, open, o.Layers, user)
	}
	return t, nil
}

// named fills in the platform from the config where no index says it.
func (t *Target) named(config []byte) error {
	if t.Platform != (verify.Platform{}) {
		return nil
	}
	c, err := cis.ParseContents(config)
	if err != nil || c.Platform() == "" {
		return err
	}
	t.Platform, err = verify.ParsePlatform(c.Platform())
	return err
}

// readLayers reads the layers a manifest lists, as many as the config has
// DiffIDs: an engine would refuse anything else, or run something else.
func readLayers(ctx context.Context, m verify.Manifest, config []byte, open func(verify.Descriptor) func(context.Context) (io.ReadCloser, error),
	o layers.Options, user string) (*cis.LayersFact, error) {
	c, err := cis.ParseContents(config)
	if err != nil {
		return nil, err
	}
	if len(c.DiffIDs) != len(m.Layers) {
		return nil, fmt.Errorf("%w: the manifest lists %d layers, the config %d", verify.ErrInvalid, len(m.Layers), len(c.DiffIDs))
	}
	blobs := make([]layers.Blob, len(m.Layers))
	for i, d := range m.Layers {
		blobs[i] = layers.Blob{Digest: d.Digest, DiffID: c.DiffIDs[i], MediaType: d.MediaType, Size: d.Size, Open: open(d)}
	}
	list, err := layers.Read(ctx, blobs, o)
	if err != nil {
		return nil, err
	}
	return layers.Merge(list, user), nil
}
