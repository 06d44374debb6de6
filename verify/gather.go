package verify

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrTruncated means that a place holds more than the limits let us read.
var ErrTruncated = errors.New("more there than the limit allows to read")

// Source finds evidence of one kind.
type Source interface {
	// Name is for gaps and messages.
	Name() string
	// Gather lists every item there is for the image, verified or not. An
	// error says that the source could not look everywhere; the items it found
	// all the same are returned with it.
	Gather(ctx context.Context, image Image) ([]Item, error)
}

// Gather asks every source at the same time and never stops early. A source
// that fails leaves a gap, and what it found all the same is kept; one that
// panics leaves only the gap (threats 48, 49). Items and gaps come in the order
// of the sources.
func Gather(ctx context.Context, image Image, sources ...Source) Evidence {
	results := make([]Evidence, len(sources))
	var wg sync.WaitGroup
	for i, s := range sources {
		wg.Go(func() { results[i] = ask(ctx, image, s) })
	}
	wg.Wait()
	var all Evidence
	for _, r := range results {
		all.Items = append(all.Items, r.Items...)
		all.Gaps = append(all.Gaps, r.Gaps...)
	}
	return all
}

func ask(ctx context.Context, image Image, s Source) (e Evidence) {
	name := "unnamed source"
	defer func() {
		if p := recover(); p != nil {
			e = Evidence{Gaps: []Gap{{Source: name, Err: fmt.Errorf("%s: internal error: %v", name, p)}}}
		}
	}()
	name = s.Name()
	items, err := s.Gather(ctx, image)
	for _, i := range items {
		e.Items = append(e.Items, i.settled())
	}
	if err != nil && !absent(err) {
		e.Gaps = append(e.Gaps, Gap{Source: name, Err: err})
	}
	return e
}

var (
	errBoth    = errors.New("internal error: the source gave a claim and an error")
	errNeither = errors.New("internal error: the source gave neither a claim nor an error")
)

// settled holds a source to what Item promises: a claim or an error. A claim
// that comes with an error did not verify.
func (i Item) settled() Item {
	switch {
	case i.Claim != nil && i.Err != nil:
		i.Claim, i.Err = nil, errors.Join(errBoth, i.Err)
	case i.Claim == nil && i.Err == nil:
		i.Err = errNeither
	}
	return i
}

// absent reports whether err says nothing but ErrNone. Of several errors joined
// into one, each must: errors.Is would let one absence hide a failure.
func absent(err error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if !absent(e) {
				return false
			}
		}
		return true
	}
	if err == ErrNone {
		return true
	}
	inner := errors.Unwrap(err)
	return inner != nil && absent(inner)
}
