package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

// Limits on a stream, which may take as long as it makes progress (threat 88).
const (
	// streamWindow is how long a stream may bring nothing, and how much
	// waiting its rate is averaged over.
	streamWindow = 30 * time.Second
	// minRate is the least rate while the stream is waited for, in bytes per
	// second.
	minRate = 64 << 10
	// maxResumes is how often a stream whose connection broke goes on with
	// another one.
	maxResumes = 2
)

// errSlow ends a stream that makes no progress.
var errSlow = errors.New("too slow")

// Open implements [verify.Opener]. The stream holds one of the client's
// requests until it is closed, so that a caller must not wait for other
// answers while it holds many. A broken connection is replaced by one that
// goes on where it ended. Close, and the end of ctx, end a Read in another
// goroutine.
func (c *Client) Open(ctx context.Context, repo string, d verify.Descriptor) (io.ReadCloser, error) {
	r, err := parseRepository(repo)
	if err != nil {
		return nil, err
	}
	if _, err := verify.ParseDigest(string(d.Digest)); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", repo, verify.ErrInvalid, err)
	}
	if d.Foreign() {
		return nil, fmt.Errorf("%s@%s: %w: foreign content", repo, d.Digest, verify.ErrInvalid)
	}
	if d.Size < 0 {
		return nil, fmt.Errorf("%s@%s: %w: %d bytes", repo, d.Digest, verify.ErrInvalid, d.Size)
	}
	free, err := c.slot(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s@%s: %w", repo, d.Digest, err)
	}
	s := &stream{client: c, blob: d, free: free}
	s.ctx, s.stop = context.WithCancelCause(ctx)
	s.request = c.request(http.MethodGet, r, "/blobs/"+string(d.Digest))
	if err := s.begin(); err != nil {
		s.stop(nil)
		free()
		return nil, err
	}
	return s, nil
}

// stream is the body of a blob, over one connection after another.
type stream struct {
	client  *Client
	request request
	blob    verify.Descriptor
	free    func()
	// ctx is the caller's, until stop ends it.
	ctx  context.Context
	stop context.CancelCauseFunc

	// replacing is held while body changes.
	replacing sync.Mutex
	// body is read under live, which cancel ends.
	body   io.ReadCloser
	live   context.Context
	cancel context.CancelCauseFunc
	// read is how many bytes came so far, pending what a read returns next.
	read     int64
	pending  error
	resumes  int
	progress progress
}

// begin asks for the blob as a whole.
func (s *stream) begin() error {
	s.request.stream = http.StatusOK
	a, err := s.client.insist(s.ctx, s.request, s.attempt)
	if err != nil {
		return err
	}
	if a.stream == nil {
		return unexpected(s.request, a)
	}
	s.body = a.stream
	if err := s.check(a); err != nil {
		s.end()
		return fmt.Errorf("%s: %w: %w", s.request, verify.ErrInvalid, err)
	}
	return nil
}

// check compares what an answer announces with the descriptor (threat 89).
func (s *stream) check(a answer) error {
	if a.length >= 0 && a.length != s.blob.Size {
		return fmt.Errorf("%d bytes announced, and its descriptor says %d", a.length, s.blob.Size)
	}
	for _, said := range a.header.Values("Docker-Content-Digest") {
		if said != string(s.blob.Digest) {
			return errors.New("Docker-Content-Digest is of something else")
		}
	}
	return nil
}

// attempt is like Client.attempt, but for the answer's head only: the body has
// the time it needs, as long as it makes progress.
func (s *stream) attempt(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	late := time.AfterFunc(s.client.pace.request, func() { cancel(context.DeadlineExceeded) })
	defer late.Stop()
	a, err := s.client.admitted(ctx, r)
	if err != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		err = context.DeadlineExceeded
	}
	if a.stream == nil {
		cancel(nil)
		return a, err
	}
	s.live, s.cancel = ctx, cancel
	return a, err
}

// Read implements [io.Reader]. Bytes beyond the descriptor's size are an error
// that wraps ErrInvalid, and so is an end before it.
func (s *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for s.pending == nil {
		n, err := s.take(p)
		s.pending = s.judge(err)
		if n > 0 && !errors.Is(s.pending, verify.ErrInvalid) {
			return n, nil
		}
	}
	return 0, s.pending
}

// take reads once, at most one byte more than there may be, and takes the time.
func (s *stream) take(p []byte) (int, error) {
	p = p[:min(int64(len(p)), s.blob.Size-s.read+1)]
	pace := s.client.pace
	cancel := s.cancel
	silence := time.AfterFunc(pace.window, func() { cancel(errSlow) })
	defer silence.Stop()
	start := pace.now()
	n, err := s.body.Read(p)
	s.read += int64(n)
	if s.progress.slow(n, pace.now().Sub(start), pace.window) && err == nil {
		err = errSlow
	}
	return n, err
}

// progress is what came of the time a stream was waited for. Time that its
// reader takes for itself does not count: the registry cannot help it.
type progress struct {
	waited time.Duration
	bytes  int64
}

// slow takes one read into account, and judges once a window is over.
func (p *progress) slow(n int, waited, window time.Duration) bool {
	p.waited += waited
	p.bytes += int64(n)
	if p.waited < window {
		return false
	}
	slow := float64(p.bytes) < minRate*p.waited.Seconds()
	*p = progress{}
	return slow
}

// judge says how reading goes on: nil for on, over another connection where
// the one there was broke, io.EOF at the right end.
func (s *stream) judge(err error) error {
	switch {
	case s.read > s.blob.Size:
		err = fmt.Errorf("%w: more than the %d bytes of its descriptor", verify.ErrInvalid, s.blob.Size)
	case err == nil:
		return nil
	case err == io.EOF && s.read == s.blob.Size:
		return io.EOF
	case err == io.EOF:
		err = fmt.Errorf("%w: %d bytes, and its descriptor says %d", verify.ErrInvalid, s.read, s.blob.Size)
	case s.ctx.Err() != nil:
		err = context.Cause(s.ctx)
	case err == errSlow || context.Cause(s.live) == errSlow:
		err = fmt.Errorf("less than %d bytes a second over %s: %w", minRate, s.client.pace.window, errSlow)
	default:
		return s.resume(err)
	}
	return fmt.Errorf("%s: %w", s.request, err)
}

// resume replaces a broken connection by one that brings the rest. The hash
// over the whole stream shows whether it is the rest of the same bytes.
func (s *stream) resume(cause error) error {
	s.end()
	broken := fmt.Errorf("%s: broke off after %d of %d bytes: %w", s.request, s.read, s.blob.Size, cause)
	if s.resumes == maxResumes || s.read == s.blob.Size {
		return broken
	}
	s.resumes++
	r := s.request
	r.stream = http.StatusPartialContent
	r.header = http.Header{"Range": {fmt.Sprintf("bytes=%d-", s.read)}}
	a, err := s.client.insist(s.ctx, r, s.attempt)
	switch {
	case err != nil:
		return err
	case a.stream == nil:
		return fmt.Errorf("%w; asked for the rest, the registry answers %d", broken, a.status)
	}
	s.replacing.Lock()
	s.body = a.stream
	s.replacing.Unlock()
	rest := fmt.Sprintf("bytes %d-%d/%d", s.read, s.blob.Size-1, s.blob.Size)
	if a.header.Get("Content-Range") != rest || a.length >= 0 && a.length != s.blob.Size-s.read {
		s.end()
		return fmt.Errorf("%w; asked for the rest, the registry sends other bytes", broken)
	}
	return nil
}

// end gives up the connection there is.
func (s *stream) end() {
	s.cancel(nil)
	s.body.Close()
}

// Close implements [io.Closer].
func (s *stream) Close() error {
	s.stop(fs.ErrClosed)
	s.replacing.Lock()
	defer s.replacing.Unlock()
	s.body.Close()
	s.free()
	return nil
}
