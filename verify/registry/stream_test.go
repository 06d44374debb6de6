package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

// wireFunc is a network of one function.
type wireFunc func(*http.Request) *http.Response

func (f wireFunc) RoundTrip(r *http.Request) (*http.Response, error) {
	res := f(r)
	res.Request = r
	if res.Header == nil {
		res.Header = http.Header{}
	}
	return res, nil
}

func (f wireFunc) client(t *testing.T) *Client {
	t.Helper()
	return must[*Client](t)(New(Config{Transport: f}))
}

// dripping is a body that waits before each of its chunks, and ends with err.
type dripping struct {
	ctx    context.Context
	every  time.Duration
	chunks []string
	err    error
	begun  bool
}

func (d *dripping) Read(p []byte) (int, error) {
	if len(d.chunks) == 0 {
		return 0, d.err
	}
	if !d.begun {
		if err := sleep(d.ctx, d.every); err != nil {
			return 0, err
		}
	}
	n := copy(p, d.chunks[0])
	d.chunks[0], d.begun = d.chunks[0][n:], true
	if d.chunks[0] == "" {
		d.chunks, d.begun = d.chunks[1:], false
	}
	return n, nil
}

func (d *dripping) Close() error { return nil }

// body answers with these bytes, of a length it does not announce.
func body(status int, s string, err error, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, ContentLength: -1,
		Body: &dripping{ctx: context.Background(), chunks: []string{s}, err: err},
	}
}

// readAll opens and reads a blob to its end.
func readAll(ctx context.Context, c *Client, d verify.Descriptor) (string, error) {
	r, err := c.Open(ctx, home+"/app", d)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

func TestOpen(t *testing.T) {
	s := newServer(t, true)
	content := bytes.Repeat([]byte("layer "), 100_000)
	d := blobOf(content)
	path := "/v2/app/blobs/" + string(d.Digest)
	s.on(serve(path, "application/octet-stream", content))
	c := s.client(t)
	for range 2 {
		r := must[io.ReadCloser](t)(c.Open(t.Context(), s.repo(), d))
		if got := must[[]byte](t)(io.ReadAll(r)); !bytes.Equal(got, content) {
			t.Fatalf("%d bytes, want %d", len(got), len(content))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("after the end: %v", err)
		}
	}
	if log := s.requests(); !slices.Equal(log, []string{"GET " + path, "GET " + path}) {
		t.Errorf("requests: %q", log)
	}
	if c.session.bytes != 0 || len(c.session.calls) != 0 {
		t.Error("a stream is remembered")
	}
	r := must[io.ReadCloser](t)(c.Open(t.Context(), s.repo(), d))
	r.Close()
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("after closing: %v", err)
	}
	if _, err := c.Open(t.Context(), s.repo(), blobOf([]byte("missing"))); !errors.Is(err, verify.ErrNone) {
		t.Errorf("a missing blob: %v", err)
	}
}

func TestThreat8_ForeignStream(t *testing.T) {
	c := wireFunc(func(r *http.Request) *http.Response {
		t.Errorf("asked for %s", r.URL)
		return body(200, "", io.EOF)
	}).client(t)
	right := blobOf([]byte("layer"))
	for name, change := range map[string]func(*verify.Descriptor){
		"a URL":          func(d *verify.Descriptor) { d.URLs = []string{"https://cdn.example/layer"} },
		"a foreign type": func(d *verify.Descriptor) { d.MediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" },
		"undistributed":  func(d *verify.Descriptor) { d.MediaType = "application/vnd.oci.image.layer.nondistributable.v1.tar" },
		"no digest":      func(d *verify.Descriptor) { d.Digest = "sha256:../../x" },
		"negative":       func(d *verify.Descriptor) { d.Size = -1 },
	} {
		d := right
		change(&d)
		if _, err := c.Open(t.Context(), home+"/app", d); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThreat89_StreamOfAnotherLength(t *testing.T) {
	d := blobOf([]byte("ten bytes."))
	for name, tt := range map[string]struct {
		sent      string
		announced int64
	}{
		"announces more": {"ten bytes. and more", 19},
		"announces less": {"ten", 3},
		"sends more":     {"ten bytes. and more", -1},
		"sends one more": {"ten bytes..", -1},
		"sends less":     {"ten", -1},
		"sends nothing":  {"", -1},
	} {
		c := wireFunc(func(*http.Request) *http.Response {
			res := body(200, tt.sent, io.EOF)
			res.ContentLength = tt.announced
			return res
		}).client(t)
		got, err := readAll(t.Context(), c, d)
		if !errors.Is(err, verify.ErrInvalid) || len(got) > int(d.Size) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if _, err := c.Open(t.Context(), home+"/app", d); (err != nil) != (tt.announced >= 0) {
			t.Errorf("%s: opening: %v", name, err)
		}
	}
	c := wireFunc(func(*http.Request) *http.Response { return body(200, "", io.EOF) }).client(t)
	if got, err := readAll(t.Context(), c, blobOf(nil)); got != "" || err != nil {
		t.Errorf("nothing, as said: %q, %v", got, err)
	}
}

func TestThreat2_StreamSaysItIsAnother(t *testing.T) {
	c := wireFunc(func(*http.Request) *http.Response {
		return body(200, "layer", io.EOF, "Docker-Content-Digest", string(verify.DigestOf([]byte("other"))))
	}).client(t)
	if _, err := readAll(t.Context(), c, blobOf([]byte("layer"))); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestThreat88_StreamWithoutProgress(t *testing.T) {
	chunk := strings.Repeat("x", minRate)
	for name, tt := range map[string]struct {
		every time.Duration
		chunk string
		want  error
	}{
		"above the least rate": {3 * time.Second, strings.Repeat(chunk, 4), nil},
		"much, now and then":   {20 * time.Second, strings.Repeat(chunk, 50), nil},
		"below the least rate": {4 * time.Second, strings.Repeat(chunk, 3), errSlow},
		"a byte now and then":  {29 * time.Second, "x", errSlow},
		"nothing":              {1000 * time.Hour, chunk, errSlow},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				chunks := slices.Repeat([]string{tt.chunk}, 20)
				c := wireFunc(func(r *http.Request) *http.Response {
					res := body(200, "", nil)
					res.Body = &dripping{ctx: r.Context(), every: tt.every, chunks: slices.Clone(chunks), err: io.EOF}
					return res
				}).client(t)
				start := time.Now()
				_, err := readAll(t.Context(), c, blobOf([]byte(strings.Join(chunks, ""))))
				if took := time.Since(start); err != nil && took > 2*streamWindow {
					t.Errorf("ended after %s", took)
				}
				if !errors.Is(err, tt.want) || errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrNone) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// What the reader does with the bytes is not the registry's time.
func TestSlowReaderIsNotASlowRegistry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wireFunc(func(*http.Request) *http.Response { return body(200, "0123456789", io.EOF) }).client(t)
		r := must[io.ReadCloser](t)(c.Open(t.Context(), home+"/app", blobOf([]byte("0123456789"))))
		defer r.Close()
		for range 10 {
			time.Sleep(time.Hour)
			if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestThreat88_StreamThatDoesNotBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := must[*Client](t)(New(Config{Transport: never{}}))
		start := time.Now()
		_, err := readAll(t.Context(), c, blobOf([]byte("layer")))
		if err == nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, verify.ErrInvalid) || len(c.slots) != 0 {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != requestTime {
			t.Errorf("ended after %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := readAll(ctx, c, blobOf([]byte("layer"))); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller's own deadline: %v", err)
		}
	})
}

// never answers.
type never struct{}

func (never) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestStreamGoesOnWhereItBroke(t *testing.T) {
	const content = "0123456789"
	broken := errors.New("connection reset")
	for name, tt := range map[string]struct {
		rest func(at string) *http.Response
		want string
		ok   bool
	}{
		"the rest": {func(at string) *http.Response {
			return body(206, content[4:], io.EOF, "Content-Range", "bytes 4-9/10")
		}, "bytes=4-", true},
		"in three parts": {func(at string) *http.Response {
			if at == "bytes=4-" {
				return body(206, "456", broken, "Content-Range", "bytes 4-9/10")
			}
			return body(206, "789", io.EOF, "Content-Range", "bytes 7-9/10")
		}, "bytes=4- bytes=7-", true},
		"in four parts": {func(at string) *http.Response {
			from := strings.Trim(at, "bytes=-")
			return body(206, from, broken, "Content-Range", "bytes "+from+"-9/10")
		}, "bytes=4- bytes=5-", false},
		"from the start":      {func(string) *http.Response { return body(200, content, io.EOF) }, "bytes=4-", false},
		"other bytes":         {func(string) *http.Response { return body(206, content[3:9], io.EOF, "Content-Range", "bytes 3-9/10") }, "bytes=4-", false},
		"of something longer": {func(string) *http.Response { return body(206, content[4:], io.EOF, "Content-Range", "bytes 4-9/11") }, "bytes=4-", false},
		"no range":            {func(string) *http.Response { return body(206, content[4:], io.EOF) }, "bytes=4-", false},
		"another length": {func(string) *http.Response {
			res := body(206, content[4:], io.EOF, "Content-Range", "bytes 4-9/10")
			res.ContentLength = 5
			return res
		}, "bytes=4-", false},
		"gone": {func(string) *http.Response { return body(404, "", io.EOF) }, "bytes=4-", false},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			c := wireFunc(func(r *http.Request) *http.Response {
				at := r.Header.Get("Range")
				if at == "" {
					return body(200, content[:4], broken)
				}
				asked = append(asked, at)
				return tt.rest(at)
			}).client(t)
			got, err := readAll(t.Context(), c, blobOf([]byte(content)))
			if strings.Join(asked, " ") != tt.want {
				t.Errorf("asked for %q", asked)
			}
			if tt.ok && (got != content || err != nil) {
				t.Errorf("got %q, %v", got, err)
			}
			if !tt.ok && (err == nil || errors.Is(err, verify.ErrNone) || errors.Is(err, verify.ErrInvalid)) {
				t.Errorf("not having read it is neither absent nor invalid: %q, %v", got, err)
			}
			if len(c.slots) != 0 {
				t.Error("a slot is lost")
			}
		})
	}
}

func TestCancelledStreamEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wireFunc(func(r *http.Request) *http.Response {
			res := body(200, "", nil)
			res.Body = &dripping{ctx: r.Context(), every: time.Second, chunks: []string{"a", "b"}, err: io.EOF}
			return res
		}).client(t)
		ctx, cancel := context.WithCancel(t.Context())
		r := must[io.ReadCloser](t)(c.Open(ctx, home+"/app", blobOf([]byte("ab"))))
		defer r.Close()
		time.AfterFunc(time.Second+1, cancel)
		if got, err := io.ReadAll(r); string(got) != "a" || !errors.Is(err, context.Canceled) {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestClosingEndsARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wireFunc(func(r *http.Request) *http.Response {
			res := body(200, "", nil)
			res.Body = &dripping{ctx: r.Context(), every: 10 * time.Second, chunks: []string{"a"}, err: io.EOF}
			return res
		}).client(t)
		r := must[io.ReadCloser](t)(c.Open(t.Context(), home+"/app", blobOf([]byte("a"))))
		time.AfterFunc(time.Second, func() { r.Close() })
		start := time.Now()
		if _, err := io.ReadAll(r); !errors.Is(err, fs.ErrClosed) || errors.Is(err, verify.ErrInvalid) || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestStreamsHoldSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wireFunc(func(*http.Request) *http.Response { return body(200, "layer", io.EOF) }).client(t)
		var open []io.ReadCloser
		for range parallel {
			open = append(open, must[io.ReadCloser](t)(c.Open(t.Context(), home+"/app", blobOf([]byte("layer")))))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Open(ctx, home+"/app", blobOf([]byte("layer"))); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("one more: %v", err)
		}
		for _, r := range open {
			r.Close()
			r.Close()
		}
		if n := len(c.slots); n != 0 {
			t.Errorf("%d slots are still held", n)
		}
	})
}

func TestThreat16_StreamFollowsTheRulesOfReads(t *testing.T) {
	f := redirecting(t, "https://cdn.example/blob?sig=s3cret")
	f.hosts["cdn.example"] = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "layer") }
	got, err := readAll(t.Context(), f.client(t, asAnna), blobOf([]byte("layer")))
	if got != "layer" || err != nil || f.reached("cdn.example Basic") {
		t.Errorf("%q, %v, %q", got, err, f.seen)
	}
	f = redirecting(t, "https://10.0.0.7/")
	if _, err := readAll(t.Context(), f.client(t, asAnna), blobOf([]byte("layer"))); !errors.Is(err, errPrivate) {
		t.Errorf("a private address: %v", err)
	}
	f = redirecting(t, "https://cdn.example/x?sig=s3cret")
	f.hosts["cdn.example"] = http.NotFound
	_, err = readAll(t.Context(), f.client(t, asAnna), blobOf([]byte("layer")))
	if err == nil || errors.Is(err, verify.ErrNone) || without(err.Error(), "s3cret", "hunter2") != nil {
		t.Errorf("not there at the end of a redirect: %v", err)
	}
}

func TestOpeningIsTriedTwice(t *testing.T) {
	n := 0
	c := wireFunc(func(*http.Request) *http.Response {
		if n++; n == 1 {
			return body(http.StatusBadGateway, "", io.EOF)
		}
		return body(200, "layer", io.EOF)
	}).client(t)
	c.pace.sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	if got, err := readAll(t.Context(), c, blobOf([]byte("layer"))); got != "layer" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, status := range []int{202, 204, 206, 401, 403, 404, 429, 500} {
		c := wireFunc(func(*http.Request) *http.Response { return body(status, "layer", io.EOF) }).client(t)
		_, err := readAll(t.Context(), c, blobOf([]byte("layer")))
		if err == nil || errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrNone) != (status == 404) || len(c.slots) != 0 {
			t.Errorf("%s: %v", fmt.Sprint(status), err)
		}
	}
}
