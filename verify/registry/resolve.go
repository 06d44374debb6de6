package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// Resolve turns a reference into digests with one request. The tag is looked
// up exactly once in a client's life (threat 1); in name:tag@digest the digest
// wins and the tag is recorded (threat 21).
func (c *Client) Resolve(ctx context.Context, ref verify.Reference) (verify.Image, error) {
	at := ref.Tag
	if ref.Digest != "" {
		at = string(ref.Digest)
	}
	m, err := c.Manifest(ctx, ref.Repo(), at)
	if err != nil {
		return verify.Image{}, err
	}
	image := verify.Image{Asked: ref.Asked, Repo: ref.Repo(), Tag: ref.Tag, Index: m.Digest}
	image.Platforms, err = m.Runnable()
	if err != nil {
		return verify.Image{}, fmt.Errorf("%s@%s: %w: %w", image.Repo, m.Digest, verify.ErrInvalid, err)
	}
	return image, nil
}

// Complete fetches the platform manifests of an index, in parallel, and fills
// in their config digests. A single manifest costs no request. An error names
// the first platform that could not be completed; it wraps ErrInvalid if the
// manifest is not what the index says, or is not there at all. The platforms
// that could be completed are in the image returned with it.
func (c *Client) Complete(ctx context.Context, image verify.Image) (verify.Image, error) {
	index, err := c.Manifest(ctx, image.Repo, string(image.Index))
	if err != nil {
		return image, err
	}
	image.Platforms = slices.Clone(image.Platforms)
	errs := make([]error, len(image.Platforms))
	var wg sync.WaitGroup
	free := make(chan struct{}, parallel)
	for i := range image.Platforms {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			errs[i] = errBroken // unless it returns
			defer func() { _ = recover() }()
			errs[i] = c.complete(ctx, image.Repo, index, &image.Platforms[i])
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return image, fmt.Errorf("%s: %w", image.Platforms[i].Platform, err)
		}
	}
	return image, nil
}

// complete checks one platform manifest against the entry of the index that
// lists it; one that is not listed is not part of the image (threat 4).
func (c *Client) complete(ctx context.Context, repo string, index verify.Manifest, p *verify.PlatformImage) error {
	if !index.IsIndex && p.Manifest == index.Digest {
		p.Config = index.Config.Digest
		return nil
	}
	i := slices.IndexFunc(index.Manifests, func(d verify.Descriptor) bool { return d.Digest == p.Manifest })
	if i < 0 {
		return fmt.Errorf("%w: %s does not list %s", verify.ErrInvalid, index.Digest, p.Manifest)
	}
	listed := index.Manifests[i]
	m, err := c.Manifest(ctx, repo, string(p.Manifest))
	switch {
	case errors.Is(err, verify.ErrNone):
		// Not an absence of the image: the index is there and says otherwise.
		return fmt.Errorf("%w: %s lists %s, and the registry does not have it", verify.ErrInvalid, index.Digest, p.Manifest)
	case err != nil:
		return err
	case m.IsIndex || !listed.Describes(m):
		return fmt.Errorf("%w: %s is not the manifest that %s describes", verify.ErrInvalid, p.Manifest, index.Digest)
	case m.Foreign():
		return fmt.Errorf("%w: %s points to content outside the registry", verify.ErrInvalid, p.Manifest)
	}
	p.Config = m.Config.Digest
	return nil
}

// ImageConfig fetches the config of one of the image's platform manifests, at
// most wire.MaxConfig bytes, hashed and of the size the manifest says.
func (c *Client) ImageConfig(ctx context.Context, image verify.Image, manifest verify.Digest) ([]byte, error) {
	i := slices.IndexFunc(image.Platforms, func(p verify.PlatformImage) bool { return p.Manifest == manifest })
	if i < 0 {
		return nil, fmt.Errorf("%s is not a platform manifest of %s@%s", manifest, image.Repo, image.Index)
	}
	m, err := c.Manifest(ctx, image.Repo, string(manifest))
	if err != nil {
		return nil, err
	}
	if m.IsIndex {
		return nil, fmt.Errorf("%s@%s: %w: an index has no config", image.Repo, manifest, verify.ErrInvalid)
	}
	return c.Blob(ctx, image.Repo, m.Config, wire.MaxConfig)
}
