package ocilayout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// refName is the annotation of an entry of index.json that holds its tag.
const refName = "org.opencontainers.image.ref.name"

// maxNamed is how many images an error lists.
const maxNamed = 20

// Resolve picks an image of the layout by the reference's tag or digest, or
// the only one there is where it has neither. It wraps ErrNone where nothing
// has that name; where several images do, the error lists the names there are.
// Where an entry is an index, its runnable manifests are the image's platforms,
// by the rules that hold for registries.
func (l *Layout) Resolve(ctx context.Context, ref verify.Reference) (verify.Image, error) {
	e, err := l.entry(ref)
	if err != nil {
		return verify.Image{}, err
	}
	m, err := l.Manifest(ctx, "", string(e.Digest))
	switch {
	case errors.Is(err, verify.ErrNone):
		return verify.Image{}, fmt.Errorf("%w: index.json lists %s, and the layout does not have it", verify.ErrInvalid, e.Digest)
	case err != nil:
		return verify.Image{}, err
	case !e.Describes(m):
		return verify.Image{}, fmt.Errorf("%w: %s is not the manifest that index.json describes", verify.ErrInvalid, e.Digest)
	}
	image := verify.Image{Asked: ref.Asked, Tag: ref.Tag, Index: m.Digest}
	if image.Platforms, err = m.Runnable(); err != nil {
		return verify.Image{}, fmt.Errorf("%s: %w: %w", m.Digest, verify.ErrInvalid, err)
	}
	return image, nil
}

// entry picks from index.json. Entries of one digest are one image.
func (l *Layout) entry(ref verify.Reference) (verify.Descriptor, error) {
	var found []verify.Descriptor
	for _, e := range l.index.Manifests {
		if !matches(e, ref) || slices.ContainsFunc(found, func(f verify.Descriptor) bool { return f.Digest == e.Digest }) {
			continue
		}
		found = append(found, e)
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return verify.Descriptor{}, fmt.Errorf("holds several such images: %s; name one", names(found))
	case ref.Tag == "" && ref.Digest == "":
		return verify.Descriptor{}, fmt.Errorf("holds no image: %w", verify.ErrNone)
	}
	return verify.Descriptor{}, fmt.Errorf("has no image of that name, only %s: %w", names(l.index.Manifests), verify.ErrNone)
}

// matches reports whether an entry may be what is asked for. Asked for nothing
// in particular, attestations are left out, which no machine runs (threat 7).
func matches(e verify.Descriptor, ref verify.Reference) bool {
	switch {
	case ref.Digest != "":
		return e.Digest == ref.Digest
	case ref.Tag != "":
		return e.Annotations[refName] == ref.Tag
	}
	return e.Platform == nil || *e.Platform != verify.Platform{OS: "unknown", Architecture: "unknown"}
}

// names lists entries by their tags, those without one by their digests.
func names(entries []verify.Descriptor) string {
	var out []string
	for i, e := range entries {
		if i == maxNamed {
			out = append(out, fmt.Sprintf("%d more", len(entries)-i))
			break
		}
		name := "@" + string(e.Digest)
		if tag := e.Annotations[refName]; tag != "" {
			name = tag
		}
		out = append(out, wire.Printable(name))
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

// Complete reads the platform manifests of an image that Resolve returned, and
// fills in their config digests. A manifest that is not what its index says, or
// is not there, wraps ErrInvalid.
func (l *Layout) Complete(ctx context.Context, image verify.Image) (verify.Image, error) {
	index, err := l.Manifest(ctx, "", string(image.Index))
	if err != nil {
		return image, err
	}
	image.Platforms = slices.Clone(image.Platforms)
	for i := range image.Platforms {
		p := &image.Platforms[i]
		m, err := l.child(ctx, index, p.Manifest)
		if err != nil {
			return image, fmt.Errorf("%s: %w", p.Platform, err)
		}
		p.Config = m.Config.Digest
	}
	return image, nil
}

// child reads one platform manifest and checks it against the entry of the
// index that lists it (threat 4).
func (l *Layout) child(ctx context.Context, index verify.Manifest, d verify.Digest) (verify.Manifest, error) {
	if !index.IsIndex && d == index.Digest {
		return index, nil
	}
	i := slices.IndexFunc(index.Manifests, func(e verify.Descriptor) bool { return e.Digest == d })
	if i < 0 {
		return verify.Manifest{}, fmt.Errorf("%w: %s does not list %s", verify.ErrInvalid, index.Digest, d)
	}
	m, err := l.Manifest(ctx, "", string(d))
	switch {
	case errors.Is(err, verify.ErrNone):
		return m, fmt.Errorf("%w: %s lists %s, and the layout does not have it", verify.ErrInvalid, index.Digest, d)
	case err != nil:
		return m, err
	case m.IsIndex || !index.Manifests[i].Describes(m):
		return m, fmt.Errorf("%w: %s is not the manifest that %s describes", verify.ErrInvalid, d, index.Digest)
	case m.Foreign():
		return m, fmt.Errorf("%w: %s points to content outside the layout", verify.ErrInvalid, d)
	}
	return m, nil
}

// ImageConfig reads the config of one of the image's platform manifests, at
// most wire.MaxConfig bytes.
func (l *Layout) ImageConfig(ctx context.Context, image verify.Image, manifest verify.Digest) ([]byte, error) {
	i := slices.IndexFunc(image.Platforms, func(p verify.PlatformImage) bool { return p.Manifest == manifest })
	if i < 0 {
		return nil, fmt.Errorf("%s is not a platform manifest of %s", manifest, image.Index)
	}
	m, err := l.Manifest(ctx, "", string(manifest))
	if err != nil {
		return nil, err
	}
	if m.IsIndex {
		return nil, fmt.Errorf("%s: %w: an index has no config", manifest, verify.ErrInvalid)
	}
	return l.Blob(ctx, "", m.Config, wire.MaxConfig)
}
