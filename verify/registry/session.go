package registry

import (
	"context"
	"errors"
	"sync"

	"github.com/pratique-dev/pratique/verify"
)

// maxSession is how many bytes of answers a client keeps; what comes after
// that is fetched each time it is asked for.
const maxSession = 256 << 20

// session remembers answers, so that no URL is fetched twice and a tag cannot
// mean two things in one run (threat 1). Writers go around it.
type session struct {
	mu    sync.Mutex
	calls map[question]*call
	bytes int64
}

// question is what was asked: the kind of thing, where, and which.
type question struct{ kind, repo, ref string }

type call struct {
	done  chan struct{}
	value any
	err   error
	size  int
}

// errBroken is what callers see who waited for one that panicked.
var errBroken = errors.New("internal error")

// once answers from memory, or joins the caller who is asking already, or
// asks. size is the number of bytes the value keeps alive.
func once[T any](ctx context.Context, s *session, q question, ask func() (T, int, error)) (T, error) {
	for {
		s.mu.Lock()
		c, ok := s.calls[q]
		if !ok {
			c = s.begin(q)
			s.mu.Unlock()
			return lead(s, q, c, ask)
		}
		s.mu.Unlock()
		select {
		case <-c.done:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
		if gaveUp(c.err) && ctx.Err() == nil {
			// It was the other caller who ran out of time, not we.
			continue
		}
		return c.value.(T), c.err
	}
}

// lead asks on behalf of everyone waiting for c, who get an answer even if ask
// panics.
func lead[T any](s *session, q question, c *call, ask func() (T, int, error)) (value T, err error) {
	size := 0
	err = errBroken
	defer func() { s.finish(q, c, value, size, err) }()
	value, size, err = ask()
	return value, err
}

func gaveUp(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (s *session) begin(q question) *call {
	if s.calls == nil {
		s.calls = map[question]*call{}
	}
	c := &call{done: make(chan struct{})}
	s.calls[q] = c
	return c
}

// finish keeps what will be the same next time: an answer, an absence, or
// something that does not verify. Not having been able to look is not kept.
func (s *session) finish(q question, c *call, value any, size int, err error) {
	c.value, c.err = value, err
	close(c.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls[q] != c {
		return // forgotten in the meantime
	}
	lasting := err == nil || errors.Is(err, verify.ErrNone) ||
		errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrTruncated)
	if !lasting || s.bytes+int64(size) > maxSession {
		delete(s.calls, q)
		return
	}
	c.size = size
	s.bytes += int64(size)
}

// remember adds an answer that came with another question.
func (s *session) remember(q question, value any, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.calls[q]; ok || s.bytes+int64(size) > maxSession {
		return
	}
	c := s.begin(q)
	c.value, c.size = value, size
	s.bytes += int64(size)
	close(c.done)
}

// forget drops everything known of a repository, because it was written to.
func (s *session) forget(repo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for q, c := range s.calls {
		if q.repo == repo {
			s.bytes -= int64(c.size)
			delete(s.calls, q)
		}
	}
}
