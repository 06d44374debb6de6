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
// that fails or panics leaves a gap; what it found before that is kept.
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
	name := s.Name()
	defer func() {
		if p := recover(); p != nil {
			e = Evidence{Gaps: []Gap{{Source: name, Err: fmt.Errorf("%s: internal error: %v", name, p)}}}
		}
	}()
	items, err := s.Gather(ctx, image)
	e.Items = items
	if err != nil && !errors.Is(err, ErrNone) {
		e.Gaps = append(e.Gaps, Gap{Source: name, Err: err})
	}
	return e
}
