package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/layers"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/ocilayout"
)

func openRegistry(ctx context.Context, asked string, o Options) ([]Target, error) {
	ref, err := verify.ParseReference(asked)
	if err != nil {
		return nil, err
	}
	return openManifests(ctx, o.Registry, ref, nil, o)
}

// openLayout reads a layout by DIR, DIR:TAG or DIR:@DIGEST. The directory stays
// open as long as there is a target that reads it.
func openLayout(ctx context.Context, asked, rest string, o Options) ([]Target, error) {
	dir, name := split(rest)
	if dir == "" {
		return nil, fmt.Errorf("%s: names no directory; want oci:DIR or oci:DIR:TAG", asked)
	}
	ref := verify.Reference{Asked: asked, Tag: name}
	if len(name) > 0 && name[0] == '@' {
		d, err := verify.ParseDigest(name[1:])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", asked, err)
		}
		ref.Tag, ref.Digest = "", d
	}
	l, err := ocilayout.Open(dir)
	if err != nil {
		return nil, err
	}
	targets, err := openManifests(ctx, l, ref, l.Index().Manifests, o)
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return targets, nil
}

// openManifests reads from where images have manifests; around are entries that
// list the image's own manifest or index.
func openManifests(ctx context.Context, from Registry, ref verify.Reference, around []verify.Descriptor, o Options) ([]Target, error) {
	image, err := from.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	image.Platforms = slices.DeleteFunc(image.Platforms, func(p verify.PlatformImage) bool {
		return p.Platform != (verify.Platform{}) && !o.wants(p.Platform)
	})
	if image, err = from.Complete(ctx, image); err != nil {
		return nil, err
	}
	index, err := from.Manifest(ctx, image.Repo, string(image.Index))
	if err != nil {
		return nil, err
	}
	entries := append(slices.Clone(around), index.Manifests...)
	var out []Target
	for _, p := range image.Platforms {
		t, err := manifestTarget(ctx, from, image, p, entries, o)
		if err != nil {
			return nil, err
		}
		if o.wants(t.Platform) {
			out = append(out, t)
		}
	}
	return out, nil
}

func manifestTarget(ctx context.Context, from Registry, image verify.Image, p verify.PlatformImage, entries []verify.Descriptor, o Options) (Target, error) {
	config, err := from.ImageConfig(ctx, image, p.Manifest)
	if err != nil {
		return Target{}, err
	}
	m, err := from.Manifest(ctx, image.Repo, string(p.Manifest))
	if err != nil {
		return Target{}, err
	}
	t := Target{Asked: image.Asked, Manifest: p.Manifest, Platform: p.Platform, Config: config, Annotations: map[string]string{}}
	for _, d := range entries {
		if d.Digest == p.Manifest {
			maps.Copy(t.Annotations, d.Annotations)
		}
	}
	maps.Copy(t.Annotations, m.Annotations)
	if err := t.named(); err != nil {
		return Target{}, fmt.Errorf("%s: %w", p.Manifest, err)
	}
	t.Layers = func(ctx context.Context, user string) (*cis.LayersFact, error) {
		if o.ConfigOnly {
			return nil, errConfigOnly
		}
		return readLayers(ctx, from, image.Repo, m, config, o.Layers, user)
	}
	return t, nil
}

// named fills in the platform from the config where no index says it.
func (t *Target) named() error {
	if t.Platform != (verify.Platform{}) {
		return nil
	}
	c, err := parse(t.Config)
	if err != nil || c.Platform() == "" {
		return err
	}
	if t.Platform, err = verify.ParsePlatform(c.Platform()); err != nil {
		err = fmt.Errorf("image config: %w: %w", verify.ErrInvalid, err)
	}
	return err
}

// parse reads a config. One that cannot be read does not verify.
func parse(config []byte) (cis.Contents, error) {
	c, err := cis.ParseContents(config)
	if err != nil && !errors.Is(err, verify.ErrInvalid) {
		err = fmt.Errorf("%w: %w", verify.ErrInvalid, err)
	}
	return c, err
}

// readLayers reads the layers a manifest lists, as many as the config has
// DiffIDs: an engine would refuse anything else, or run something else.
func readLayers(ctx context.Context, from verify.Opener, repo string, m verify.Manifest, config []byte, o layers.Options, user string) (*cis.LayersFact, error) {
	c, err := parse(config)
	if err != nil {
		return nil, err
	}
	if err := counted(len(m.Layers), c.DiffIDs); err != nil {
		return nil, err
	}
	blobs := make([]layers.Blob, len(m.Layers))
	for i, d := range m.Layers {
		blobs[i] = layers.Blob{
			Digest: d.Digest, DiffID: c.DiffIDs[i], MediaType: d.MediaType, Size: d.Size,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return open(ctx, from, repo, d) },
		}
	}
	list, err := layers.Read(ctx, blobs, o)
	if err != nil {
		return nil, err
	}
	return layers.Merge(list, user), nil
}

// open opens a layer. One that is not there is no absence: the manifest is
// there and says otherwise.
func open(ctx context.Context, from verify.Opener, repo string, d verify.Descriptor) (io.ReadCloser, error) {
	r, err := from.Open(ctx, repo, d)
	if errors.Is(err, verify.ErrNone) {
		return nil, fmt.Errorf("%w: the manifest lists %s, which is not there", verify.ErrInvalid, d.Digest)
	}
	return r, err
}

func counted(n int, diffIDs []string) error {
	if n != len(diffIDs) {
		return fmt.Errorf("%w: %d layers, and the config names %d", verify.ErrInvalid, n, len(diffIDs))
	}
	return nil
}
