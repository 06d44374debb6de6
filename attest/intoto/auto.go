package intoto

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/verify"
)

// bundlePrefix starts the media type of every version of sigstore's bundle.
const bundlePrefix = "application/vnd.dev.sigstore.bundle"

// AutoFormat chooses the format for an image by what is attached to any of its
// digests (S19). An image that carries cosign's tags and no bundle gets the tag
// format, since one bundle beside them would make cosign 2.6.5 ignore the tags;
// any other image gets the bundle format. Not being able to look is an error,
// not an empty image.
func AutoFormat(ctx context.Context, store verify.Content, repo string, digests ...verify.Digest) (Format, error) {
	tagged := false
	for _, d := range digests {
		has, err := hasTag(ctx, store, repo, d)
		if err != nil {
			return "", err
		}
		tagged = tagged || has
	}
	if !tagged {
		return FormatBundle, nil
	}
	for _, d := range digests {
		has, err := hasBundle(ctx, store, repo, d)
		if err != nil {
			return "", err
		}
		if has {
			return FormatBundle, nil
		}
	}
	return FormatTag, nil
}

func hasTag(ctx context.Context, store verify.Content, repo string, d verify.Digest) (bool, error) {
	for _, suffix := range []string{".sig", ".att"} {
		tag := "sha256-" + d.Hex() + suffix
		_, err := store.Manifest(ctx, repo, tag)
		if err == nil {
			return true, nil
		}
		if !isNone(err) {
			return false, fmt.Errorf("choose a format: look at %s:%s: %w", repo, tag, err)
		}
	}
	return false, nil
}

// hasBundle takes a listing's word for a bundle, since following it costs
// nothing but a format; without that word it looks at the manifest, since
// registries report the artifact type wrongly.
func hasBundle(ctx context.Context, store verify.Content, repo string, d verify.Digest) (bool, error) {
	found, err := store.Referrers(ctx, repo, d)
	if err != nil && !isNone(err) && !isTruncated(err) {
		return false, fmt.Errorf("choose a format: list what is attached to %s: %w", d, err)
	}
	for _, r := range found {
		if strings.HasPrefix(r.ArtifactType, bundlePrefix) {
			return true, nil
		}
	}
	for _, r := range found {
		m, err := store.Manifest(ctx, repo, string(r.Digest))
		switch {
		case err == nil && isBundle(m):
			return true, nil
		case err != nil && !isNone(err) && !errors.Is(err, verify.ErrInvalid):
			return false, fmt.Errorf("choose a format: look at %s: %w", r.Digest, err)
		}
	}
	if isTruncated(err) {
		return false, fmt.Errorf("choose a format: %w; say --format bundle or --format tag", err)
	}
	return false, nil
}

func isBundle(m verify.Manifest) bool {
	if strings.HasPrefix(m.ArtifactType, bundlePrefix) {
		return true
	}
	for _, l := range m.Layers {
		if strings.HasPrefix(l.MediaType, bundlePrefix) {
			return true
		}
	}
	return false
}

func isNone(err error) bool      { return errors.Is(err, verify.ErrNone) }
func isTruncated(err error) bool { return errors.Is(err, verify.ErrTruncated) }
