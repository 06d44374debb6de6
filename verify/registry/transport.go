package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"syscall"

	"github.com/distribution/reference"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxErrorBody is how much of an answer other than the wanted one is read.
const maxErrorBody = 64 << 10

// repository is a checked canonical repository name.
type repository struct{ name, host, path string }

// parseRepository keeps anything but a canonical host/path out of URLs.
func parseRepository(name string) (repository, error) {
	n, err := reference.WithName(name)
	if err != nil {
		return repository{}, fmt.Errorf("repository %q: %w", name, err)
	}
	r := repository{name: name, host: reference.Domain(n), path: reference.Path(n)}
	if r.host == "" || r.path == "" {
		return repository{}, fmt.Errorf("repository %q: want host/path", name)
	}
	return r, nil
}

// request is one exchange with a registry.
type request struct {
	method string
	repo   repository
	url    *url.URL
	// push asks for a token that may write.
	push   bool
	header http.Header
	body   []byte
	// max is how long a 200 answer may be, in bytes.
	max int64
	// stream is the status whose body is left for the caller to read and to
	// close; 0 where every body is read here.
	stream int
}

// String is what errors say about the request: no query, no credentials.
func (r request) String() string { return r.method + " " + r.url.Host + r.url.Path }

// answer is a response whose body was read to its end, within its cap, unless
// it is the stream that was asked for.
type answer struct {
	status int
	header http.Header
	body   []byte
	// stream is the body of an answer with the status request.stream, and
	// length what the answer announces of it, -1 for nothing.
	stream io.ReadCloser
	length int64
	// foreign says that a redirect led to another host for it.
	foreign bool
	// hint is for the error, if the status makes one necessary.
	hint string
}

// request builds a request for a path below the repository.
func (c *Client) request(method string, repo repository, path string) request {
	u := &url.URL{Scheme: "https", Host: apiHost(repo.host), Path: "/v2/" + repo.path + path}
	if c.config.Hosts[repo.host].HTTP {
		u.Scheme = "http"
	}
	return request{method: method, repo: repo, url: u, header: http.Header{}, max: maxErrorBody}
}

// do sends the request when a slot is free and answers a challenge.
func (c *Client) do(ctx context.Context, r request) (answer, error) {
	free, err := c.slot(ctx)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", r, err)
	}
	defer free()
	return c.insist(ctx, r, c.attempt)
}

// slot waits until one of the client's requests may be sent. Calling the
// result more than once is harmless.
func (c *Client) slot(ctx context.Context) (func(), error) {
	select {
	case c.slots <- struct{}{}:
		return sync.OnceFunc(func() { <-c.slots }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// insist makes an attempt, and repeats a read once if the connection or a
// gateway in between broke.
func (c *Client) insist(ctx context.Context, r request, attempt func(context.Context, request) (answer, error)) (answer, error) {
	a, err := attempt(ctx, r)
	if r.method == http.MethodGet && transient(a, err) {
		if err := c.pace.sleep(ctx, retryAfter); err != nil {
			return answer{}, fmt.Errorf("%s: %w", r, err)
		}
		a, err = attempt(ctx, r)
	}
	if err != nil && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		// The request's own time is over, not the caller's.
		err = fmt.Errorf("no complete answer within %s", c.pace.request)
	}
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", r, err)
	}
	return a, nil
}

// transient reports whether trying again may help. A timeout is not: it has
// already cost all the time there is.
func transient(a answer, err error) bool {
	if err != nil {
		return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	switch a.status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// attempt sends the request and has all of its answer within the time that a
// request may take.
func (c *Client) attempt(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.pace.request)
	defer cancel()
	return c.admitted(ctx, r)
}

// admitted sends the request, and sends it once more if a challenge could be
// answered. There is no ping: most registries serve most images to anyone.
func (c *Client) admitted(ctx context.Context, r request) (answer, error) {
	login := c.logins.of(r)
	used := login.current()
	a, err := c.exchange(ctx, r, used)
	if err != nil || a.status != http.StatusUnauthorized || a.foreign {
		return a, err
	}
	g, err := c.authorize(ctx, r, login, used, a.header.Values("Www-Authenticate"))
	if err != nil {
		return answer{}, err
	}
	if g.value == "" || g.value == used {
		a.hint = g.hint
		return a, nil
	}
	a, err = c.exchange(ctx, r, g.value)
	a.hint = g.hint
	return a, err
}

// exchange sends the request and follows redirects of reads. The credential
// goes to the registry and, once a redirect left it, to nobody (threat 16).
func (c *Client) exchange(ctx context.Context, r request, credential string) (answer, error) {
	at, foreign := r.url, false
	for hop := 0; ; hop++ {
		req, err := c.newRequest(ctx, r, at)
		if err != nil {
			return answer{}, err
		}
		if credential != "" && !foreign {
			req.Header.Set("Authorization", credential)
		}
		res, err := c.carrier(at, foreign).RoundTrip(req)
		if err != nil {
			return answer{}, err
		}
		if r.method != http.MethodGet || !isRedirect(res.StatusCode) {
			return read(res, r, foreign)
		}
		discard(res)
		if at, err = c.redirected(at, res.Header.Get("Location"), hop); err != nil {
			return answer{}, err
		}
		foreign = foreign || !sameOrigin(at, r.url)
	}
}

func (c *Client) newRequest(ctx context.Context, r request, at *url.URL) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, at.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, errors.New("not a URL")
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	// Hashes are of the plain bytes, and a decoder is one more thing to bomb.
	req.Header.Set("Accept-Encoding", "identity")
	return req, nil
}

// discard ends a response so that its connection can serve again.
func discard(res *http.Response) {
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	res.Body.Close()
}

// read takes the body, at most max bytes of it, and closes it; the stream that
// was asked for it leaves alone.
func read(res *http.Response, r request, foreign bool) (answer, error) {
	a := answer{status: res.StatusCode, header: res.Header, foreign: foreign, length: res.ContentLength}
	if res.StatusCode == r.stream {
		a.stream = res.Body
		return a, nil
	}
	defer res.Body.Close()
	if r.method == http.MethodHead {
		return a, nil
	}
	if res.StatusCode != http.StatusOK || r.stream != 0 {
		// Only an error code is looked for, so a cut body will do.
		a.body, _ = io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
		return a, nil
	}
	if res.ContentLength > r.max {
		return answer{}, fmt.Errorf("%w: %d bytes announced, at most %d accepted", verify.ErrInvalid, res.ContentLength, r.max)
	}
	body, err := wire.ReadAll(res.Body, r.max)
	if errors.Is(err, wire.ErrTooLarge) {
		return answer{}, fmt.Errorf("%w: more than %d bytes", verify.ErrInvalid, r.max)
	}
	a.body = body
	return a, err
}
