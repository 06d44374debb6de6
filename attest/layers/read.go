package layers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pratique-dev/pratique/verify"
)

// shared is what the layers of one image share while they are read.
type shared struct {
	contents bool
	cache    *Cache
	told     func(int64)
	// spent counts the entries and directories of all layers.
	spent atomic.Int64
	// decoders are those for zstd that no layer uses now.
	decoders decoders
	// large is held by the one layer that holds a large file.
	large sync.Mutex
}

func newShared(o Options) *shared {
	s := &shared{contents: o.Contents, cache: o.Cache, told: func(int64) {}}
	if o.Progress != nil {
		var one sync.Mutex
		s.told = func(n int64) {
			one.Lock()
			defer one.Unlock()
			o.Progress(n)
		}
	}
	return s
}

// spend refuses an image with more files than anyone needs (threat 84).
func (s *shared) spend(n int) error {
	if s.spent.Add(int64(n)) > maxEntries {
		return refuse("the image has more than %d files and directories", maxEntries)
	}
	return nil
}

func isInvalid(err error) bool { return errors.Is(err, verify.ErrInvalid) }

// Read reads all layers, lowest first, at most as many at a time as there are
// processors. It returns all of them or an error, which wraps verify.ErrInvalid
// where a layer is at fault: it has other digests or another size than it
// should, it is no archive, or it goes beyond a limit. Where several are, the
// error is that of the lowest that was reached.
func Read(ctx context.Context, blobs []Blob, o Options) ([]*Layer, error) {
	if len(blobs) > MaxLayers {
		return nil, refuse("the image has %d layers, the limit is %d", len(blobs), MaxLayers)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newShared(o)
	out, errs := make([]*Layer, len(blobs)), make([]error, len(blobs))
	next := queue(blobs)
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(next)) {
		all.Go(func() {
			for i := range next {
				if out[i], errs[i] = s.layer(ctx, blobs[i]); errs[i] != nil {
					cancel()
				}
			}
		})
	}
	all.Wait()
	if err := first(errs); err != nil {
		return nil, err
	}
	return again(blobs, out), nil
}

// queue has the layers to read, those that take longest first, so that no
// processor is idle at the end; a layer that comes again is read once.
func queue(blobs []Blob) chan int {
	var order []int
	for i := range blobs {
		if same(blobs, i) == i {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(blobs[b].Size, blobs[a].Size) })
	next := make(chan int, len(order))
	for _, i := range order {
		next <- i
	}
	close(next)
	return next
}

// same is the first layer that is announced as the same bytes as layer i.
func same(blobs []Blob, i int) int {
	b := blobs[i]
	if b.Digest == "" {
		return i
	}
	return slices.IndexFunc(blobs, func(o Blob) bool {
		return o.Digest == b.Digest && o.DiffID == b.DiffID && o.Size == b.Size && o.MediaType == b.MediaType
	})
}

func again(blobs []Blob, out []*Layer) []*Layer {
	for i := range out {
		out[i] = out[same(blobs, i)]
	}
	return out
}

// first is the error of the lowest layer that has one of its own. Those that
// were stopped because of another have none.
func first(errs []error) error {
	var stopped error
	for i, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, context.Canceled):
			stopped = cmp.Or(stopped, err)
		default:
			return fmt.Errorf("layer %d: %w", i+1, err)
		}
	}
	return stopped
}

// layer takes a layer from the cache or reads it.
func (s *shared) layer(ctx context.Context, b Blob) (*Layer, error) {
	if b.DiffID == "" {
		return nil, refuse("the config names no DiffID of the layer")
	}
	if l := s.cache.get(b.Digest, s.contents); l != nil {
		return s.cached(l, b)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	body, err := b.Open(ctx)
	if err != nil {
		return nil, err
	}
	closed := sync.OnceFunc(func() { body.Close() })
	defer closed()
	l, err := s.scan(ctx, stream{
		Reader: body, digest: b.Digest, diffID: b.DiffID, mediaType: b.MediaType, size: b.Size, abort: closed,
	})
	if err != nil {
		return nil, err
	}
	if b.Digest == "" {
		l.Compressed = 0 // nobody pulls it
		return l, nil
	}
	s.cache.put(l)
	return l, nil
}

// cached holds a layer from the cache against what is said of it now.
func (s *shared) cached(l *Layer, b Blob) (*Layer, error) {
	if b.Size >= 0 && l.Compressed != b.Size {
		return nil, refuse("the layer has %d bytes, its descriptor says %d", l.Compressed, b.Size)
	}
	if b.DiffID != l.DiffID {
		return nil, wrongDiffID(l.DiffID, b.DiffID)
	}
	return l, s.spend(l.facts.Spent)
}

func wrongDiffID(got, want string) error {
	return refuse("the layer's DiffID is %s, the config says %.80q", got, want)
}
