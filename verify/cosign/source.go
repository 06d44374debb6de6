package cosign

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
)

// maxParallel is how many requests one Gather has under way, and so how many
// bodies it holds in memory.
const maxParallel = 16

// maxHeld is how many bytes of manifests one Gather reads. Read, a manifest of
// nothing but annotations takes several times its length, and whoever can push
// can attach a thousand of them (threat 87).
const maxHeld = 32 << 20

var errHeld = fmt.Errorf("%w: manifests of more than %d bytes in all", verify.ErrTruncated, maxHeld)

// Source finds cosign's evidence. It may be used from several goroutines.
type Source struct {
	content verify.Content
	keys    []ringKey
	// broken is set if a key of the ring cannot be used: then nothing may be
	// judged, since a signature by that key would look like nobody's.
	broken error
}

var _ verify.Source = (*Source)(nil)

// New reads from content and verifies against ring. A ring with a key of an
// unknown kind, which keys.NewRing does not make, fails every Gather. An empty
// ring lists everything and verifies nothing.
func New(content verify.Content, ring keys.Ring) *Source {
	loaded, err := loadRing(ring)
	return &Source{content: content, keys: loaded, broken: err}
}

// Name implements verify.Source.
func (s *Source) Name() string { return "cosign" }

// Gather implements verify.Source: every signature, attestation and unknown
// referrer of every digest of the image, in an order that depends only on what
// is stored. An item that could not be fetched is listed with that error; a
// place that could not be listed is named in the error returned beside the
// items of the other places, which wraps verify.ErrTruncated if a place held
// more than wire.MaxItems or wire.MaxReferrers, or all together more than
// maxHeld bytes of manifests.
//
// It takes three requests a digest, then one for each referrer's manifest, then
// one for each blob; none twice, at most 16 at a time.
func (s *Source) Gather(ctx context.Context, image verify.Image) ([]verify.Item, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	g := gathering{Source: s, ctx: ctx, repo: image.Repo, held: new(atomic.Int64)}
	places := g.list(image.Digests())
	g.fetchReferrers(places)
	var slots []*slot
	var failed []error
	for _, p := range places {
		found, err := g.slots(p)
		slots = append(slots, found...)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	g.read(slots)
	items := make([]verify.Item, 0, len(slots))
	for _, s := range slots {
		items = append(items, s.item)
	}
	return items, errors.Join(failed...)
}

// gathering is one call of Gather.
type gathering struct {
	*Source
	ctx  context.Context
	repo string
	// held is how many bytes of manifests were read.
	held *atomic.Int64
}

// manifest reads a manifest that is held until its items are judged.
func (g gathering) manifest(ref string) (verify.Manifest, error) {
	if g.held.Load() > maxHeld {
		return verify.Manifest{}, errHeld
	}
	m, err := look(func() (verify.Manifest, error) { return g.content.Manifest(g.ctx, g.repo, ref) })
	if g.held.Add(int64(len(m.Raw))) > maxHeld {
		return verify.Manifest{}, errHeld
	}
	m.Raw = nil // a thousand of these are held at once
	return m, err
}

// each calls do for 0 to n-1, a few at a time.
func each(n int, do func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, maxParallel) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}

// look calls f, which reads content, and turns a panic into an error of
// looking: nothing was read, so nothing is known to be invalid.
func look[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	return f()
}
