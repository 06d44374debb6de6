package registry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

func blobOf(b []byte) verify.Descriptor {
	return verify.Descriptor{Digest: verify.DigestOf(b), Size: int64(len(b))}
}

func TestThreat19_MirrorServesOtherBlob(t *testing.T) {
	s := newServer(t, true)
	d := blobOf([]byte("right"))
	s.on(serve("/v2/app/blobs/"+string(d.Digest), "application/octet-stream", []byte("wrong")))
	if _, err := s.client(t).Blob(t.Context(), s.repo(), d, 100); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestThreat87_Sizes(t *testing.T) {
	s := newServer(t, true)
	body := []byte("ten bytes.")
	right := blobOf(body)
	s.on(serve("/v2/app/blobs/"+string(right.Digest), "application/octet-stream", body))
	if got, err := s.client(t).Blob(t.Context(), s.repo(), right, 10); err != nil || string(got) != string(body) {
		t.Fatalf("the right size: %q, %v", got, err)
	}
	for name, size := range map[string]int64{"claims less": 9, "claims more": 11, "claims less than nothing": -1} {
		d := right
		d.Size = size
		if _, err := s.client(t).Blob(t.Context(), s.repo(), d, 100); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.requests()
	c := s.client(t)
	if _, err := c.Blob(t.Context(), s.repo(), right, 9); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("over the caller's cap: %v", err)
	}
	if log := s.requests(); len(log) != 0 {
		t.Errorf("asked for what is too long by its own word: %q", log)
	}

	s.on(serve("/v2/app/manifests/v1", typeManifest, []byte(strings.Repeat(" ", wire.MaxManifest+1))))
	if _, err := c.Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("giant manifest: %v", err)
	}
}

// endless never stops sending and counts what was taken.
func endless(sent *atomic.Int64) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		chunk := make([]byte, 32<<10)
		for r.Context().Err() == nil {
			n, err := w.Write(chunk)
			sent.Add(int64(n))
			if err != nil {
				break
			}
		}
		return true
	}
}

func TestThreat89_BodyLongerThanItsDescriptor(t *testing.T) {
	s := newServer(t, true)
	var sent atomic.Int64
	s.on(endless(&sent))
	_, err := s.client(t).Blob(t.Context(), s.repo(), blobOf(make([]byte, 1024)), 1<<30)
	if !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	// What the kernel buffers was sent; a reader without a cap would go on.
	if n := sent.Load(); n > 64<<20 {
		t.Errorf("read on for %d bytes", n)
	}
}

func TestThreat88_SlowRegistry(t *testing.T) {
	s := newServer(t, true)
	s.on(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("{"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	})
	c := s.client(t)
	c.pace.request = 20 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := c.Resolve(ctx, s.tagged("v1"))
	if err == nil || errors.Is(err, verify.ErrNone) || errors.Is(err, verify.ErrInvalid) {
		t.Errorf("slow is neither absent nor invalid: %v", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("only the caller's own deadline ended it")
	}
	if requestTime != 30*time.Second {
		t.Error("a request may take 30 s")
	}
}

func TestCutBodyIsNotInvalid(t *testing.T) {
	s := newServer(t, true)
	s.on(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("{"))
		panic(http.ErrAbortHandler)
	})
	_, err := s.client(t).Resolve(t.Context(), s.tagged("v1"))
	if err == nil || errors.Is(err, verify.ErrNone) || errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if log := s.requests(); len(log) != 2 {
		t.Errorf("a broken connection is tried twice: %q", log)
	}
}

func TestThreeOutcomes(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 405, 410, 418, 429, 500, 502, 503, 504, 200, 202, 206} {
		s := newServer(t, true)
		s.on(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", typeManifest)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"errors":[{"code":"DENIED","message":"geheim"}]}`)
			return true
		})
		_, err := s.client(t).Resolve(t.Context(), s.tagged("v1"))
		if none := errors.Is(err, verify.ErrNone); none != (status == 404) {
			t.Errorf("%d: ErrNone is %v: %v", status, none, err)
		}
		if inv := errors.Is(err, verify.ErrInvalid); inv != (status == 200) {
			t.Errorf("%d: ErrInvalid is %v: %v", status, inv, err)
		}
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%d: %v", status, err)
		}
		var refused *StatusError
		if errors.As(err, &refused) && (refused.Status != status || refused.Host != s.host() || refused.Code != "DENIED") {
			t.Errorf("%d: %+v", status, refused)
		}
	}
	s := newServer(t, true)
	c := s.client(t)
	s.Close()
	if _, err := c.Resolve(t.Context(), s.tagged("v1")); err == nil || errors.Is(err, verify.ErrNone) || errors.Is(err, verify.ErrInvalid) {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestGatewayErrorsAreTriedTwice(t *testing.T) {
	s := newServer(t, true)
	s.push(t, "v1", typeManifest, image(t, []byte("one")))
	var n atomic.Int64
	s.on(func(w http.ResponseWriter, _ *http.Request) bool {
		if n.Add(1) > 1 {
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	must[verify.Image](t)(s.client(t).Resolve(t.Context(), s.tagged("v1")))
}

func TestNoURLTwice(t *testing.T) {
	s := newServer(t, false)
	d := s.push(t, "v1", typeManifest, image(t, []byte("one")))
	c := s.client(t)
	must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, _ = c.Manifest(t.Context(), s.repo(), string(d))
			_, _ = c.Manifest(t.Context(), s.repo(), "sha256-"+d.Hex()+".sig")
			_, _ = c.Referrers(t.Context(), s.repo(), d)
			_, _ = c.Blob(t.Context(), s.repo(), blobOf([]byte("missing")), 10)
		})
	}
	wg.Wait()
	log := s.requests()
	slices.Sort(log)
	if len(slices.Compact(slices.Clone(log))) != len(log) || len(log) != 5 {
		t.Errorf("requests: %q", log)
	}
}

func TestParallelRequestsAreBounded(t *testing.T) {
	s := newServer(t, true)
	var now, over atomic.Int64
	arrived := make(chan struct{}, 100)
	release := make(chan struct{})
	s.on(func(w http.ResponseWriter, _ *http.Request) bool {
		if now.Add(1) > parallel {
			over.Add(1)
		}
		arrived <- struct{}{}
		<-release
		now.Add(-1)
		w.WriteHeader(http.StatusNotFound)
		return true
	})
	c := s.client(t)
	var wg sync.WaitGroup
	for i := range 3 * parallel {
		wg.Go(func() { _, _ = c.Blob(t.Context(), s.repo(), blobOf(make([]byte, i)), 1000) })
	}
	for range parallel {
		<-arrived
	}
	close(release)
	wg.Wait()
	if over.Load() > 0 {
		t.Errorf("%d requests beyond %d at a time", over.Load(), parallel)
	}
}

func TestFollowerOutlivesACancelledLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s session
		ctx, cancel := context.WithCancel(t.Context())
		q := question{"kind", "repo", "ref"}
		go func() {
			_, err := once(ctx, &s, q, func() (int, int, error) {
				<-ctx.Done()
				return 0, 0, ctx.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("leader: %v", err)
			}
		}()
		synctest.Wait()
		for range 3 {
			go func() {
				v, err := once(t.Context(), &s, q, func() (int, int, error) { return 7, 1, nil })
				if v != 7 || err != nil {
					t.Errorf("follower: %d, %v", v, err)
				}
			}()
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
	})
}

func TestSessionKeepsOnlyWhatLasts(t *testing.T) {
	var s session
	ask := func(err error, size int) (asked int) {
		s.forget("repo")
		for range 2 {
			_, _ = once(t.Context(), &s, question{"k", "repo", "r"}, func() (int, int, error) {
				asked++
				return 0, size, err
			})
		}
		return asked
	}
	for _, c := range []struct {
		err  error
		size int
		want int
	}{
		{nil, 1, 1}, {verify.ErrNone, 0, 1}, {verify.ErrUnreadable, 0, 1}, {verify.ErrTruncated, 0, 1},
		{io.ErrUnexpectedEOF, 0, 2}, {nil, maxSession + 1, 2},
	} {
		if got := ask(c.err, c.size); got != c.want {
			t.Errorf("%v, %d bytes: asked %d times", c.err, c.size, got)
		}
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = once(t.Context(), &s, question{"k", "repo", "p"}, func() (int, int, error) { panic("boo") })
	}()
	if v, err := once(t.Context(), &s, question{"k", "repo", "p"}, func() (int, int, error) { return 1, 0, nil }); v != 1 || err != nil {
		t.Errorf("after a panic: %d, %v", v, err)
	}
}
