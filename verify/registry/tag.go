package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

const (
	// maxWrites is how often one edit is merged and pushed again.
	maxWrites = 12
	// settleTime is the shortest wait before a written tag is believed.
	settleTime = 150 * time.Millisecond
	// settleTrips is the same in round trips: another writer who read just
	// before we wrote needs one to push, and may be slower than we are.
	settleTrips = 3
)

// Edit makes the content a tag is to have out of what it has. It returns nil
// when current already holds what was to be written. It is called several
// times and must not keep anything of an earlier call. It must be quick: what
// was read longer than settleTime/2 before is not pushed.
type Edit = func(current verify.Manifest, exists bool) (raw []byte, mediaType string, err error)

// UpdateTag edits what a tag names and reports success only when the edit is
// there to stay (threat 144).
//
// The distribution specification has no compare-and-swap, so a writer cannot
// see that it replaced somebody else's entry; only the one who lost it can.
// Hence everyone looks after its own: read, edit, push, read back, then wait
// until everybody who had read the old content must have pushed, and look
// again. Whoever finds its edit gone merges it into what is there now. Writers
// on one machine queue behind a file lock and seldom have to.
func (c *Client) UpdateTag(ctx context.Context, repo, tag string, edit Edit) error {
	r, err := parseRepository(repo)
	if err != nil {
		return err
	}
	if d, err := parseRef(r, tag); err != nil || d != "" {
		return fmt.Errorf("%s: %q is not a tag", repo, tag)
	}
	w := &tagWriter{client: c, repo: r, tag: tag, edit: edit}
	for attempt := 1; attempt <= maxWrites; attempt++ {
		got, err := w.round(ctx)
		if err != nil {
			return err
		}
		if got == untouched {
			return nil
		}
		if err := c.settle(ctx, attempt, w.trip); err != nil {
			return err
		}
		if got != written {
			continue
		}
		if _, raw, err := w.next(ctx); err != nil || raw == nil {
			return err
		}
	}
	return fmt.Errorf("%s:%s: other writers replaced the content %d times; try again", repo, tag, maxWrites)
}

// settle waits for a time that grows with the attempts and differs between
// writers, so that those who collided do not collide again.
func (c *Client) settle(ctx context.Context, attempt int, trip time.Duration) error {
	base := max(settleTime, settleTrips*trip)
	return c.pace.sleep(ctx, base+time.Duration(c.pace.jitter()*float64(base)*float64(attempt)))
}

// outcome is how a round of writing ended.
type outcome int

const (
	// lost means that another writer was faster, or we were too slow.
	lost outcome = iota
	// written means that our edit was there right after we pushed it.
	written
	// untouched means that there was nothing to write from the start.
	untouched
)

// tagWriter is one call of UpdateTag.
type tagWriter struct {
	client *Client
	repo   repository
	tag    string
	edit   Edit
	// pushed says that something was pushed in this or an earlier round.
	pushed bool
	// trip is the slowest exchange so far, and seen when the tag was last read.
	trip time.Duration
	seen time.Time
}

// round reads, edits, pushes and reads back, under the lock if there is one.
func (w *tagWriter) round(ctx context.Context) (outcome, error) {
	unlock, err := w.lock(ctx)
	if err != nil {
		return lost, err
	}
	defer unlock()
	m, raw, err := w.next(ctx)
	if err != nil {
		return lost, err
	}
	if raw == nil {
		if w.pushed {
			return written, nil
		}
		return untouched, nil
	}
	// Others trust that what was read this long ago is not pushed any more.
	if w.client.pace.now().Sub(w.seen) > settleTime/2 {
		return lost, nil
	}
	err = w.timed(func() error { return w.client.putManifest(ctx, w.repo, w.tag, m) })
	if err != nil {
		return lost, err
	}
	w.pushed = true
	if _, raw, err = w.next(ctx); err != nil || raw != nil {
		return lost, err
	}
	return written, nil
}

// next reads the tag past every memory and edits it. A nil raw says that the
// edit is there.
func (w *tagWriter) next(ctx context.Context) (m verify.Manifest, raw []byte, err error) {
	var current verify.Manifest
	err = w.timed(func() (err error) {
		current, err = w.client.fetch(ctx, w.repo, w.tag, true)
		return err
	})
	exists := !errors.Is(err, verify.ErrNone)
	if err != nil && exists {
		return verify.Manifest{}, nil, err
	}
	w.seen = w.client.pace.now()
	raw, mediaType, err := w.edit(current, exists)
	if err != nil || raw == nil {
		return verify.Manifest{}, nil, err
	}
	m, err = verify.ParseManifest(raw, mediaType)
	return m, raw, err
}

func (w *tagWriter) timed(exchange func() error) error {
	began := w.client.pace.now()
	err := exchange()
	w.trip = max(w.trip, w.client.pace.now().Sub(began))
	return err
}

// lock keeps other processes on this machine from writing the same tag. The
// wait for it ends with the context.
func (w *tagWriter) lock(ctx context.Context) (unlock func(), err error) {
	if w.client.config.LockDir == "" {
		return func() {}, nil
	}
	sum := sha256.Sum256([]byte(w.repo.name + ":" + w.tag))
	path := filepath.Join(w.client.config.LockDir, "tag-"+hex.EncodeToString(sum[:16])+".lock")
	type held struct {
		unlock func()
		err    error
	}
	got := make(chan held, 1)
	go func() {
		unlock, err := wire.Lock(path)
		got <- held{unlock, err}
	}()
	select {
	case h := <-got:
		if h.err != nil {
			return nil, fmt.Errorf("write lock of %s: %w", strings.Join([]string{w.repo.name, w.tag}, ":"), h.err)
		}
		return h.unlock, nil
	case <-ctx.Done():
		go func() {
			if h := <-got; h.err == nil {
				h.unlock()
			}
		}()
		return nil, ctx.Err()
	}
}
