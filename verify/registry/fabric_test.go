package registry

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// fabric is a network of made-up hosts. It notes who was sent which
// credential.
type fabric struct {
	mu    sync.Mutex
	hosts map[string]http.HandlerFunc
	seen  []string
}

func (f *fabric) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	h := f.hosts[r.URL.Host]
	f.seen = append(f.seen, strings.TrimSpace(fmt.Sprintf("%s://%s %s", r.URL.Scheme, r.URL.Host, r.Header.Get("Authorization"))))
	f.mu.Unlock()
	if h == nil {
		return nil, fmt.Errorf("no such host: %s", r.URL.Host)
	}
	w := httptest.NewRecorder()
	h(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}

// reached says whether anything was sent to a host, or sent with a text in it.
func (f *fabric) reached(text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.seen {
		if strings.Contains(s, text) {
			return true
		}
	}
	return false
}

const home = "registry.example"

func (f *fabric) client(t *testing.T, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{Transport: f}
	for _, change := range change {
		change(&config)
	}
	return must[*Client](t)(New(config))
}

// asAnna gives the flags' credentials for home.
func asAnna(c *Config) {
	c.Username, c.Password, c.Explicit = "anna", "hunter2", home
}

// get is any read from home.
func get(t *testing.T, c *Client) error {
	t.Helper()
	_, err := c.Resolve(t.Context(), verify.Reference{Host: home, Path: "app", Tag: "v1"})
	return err
}

// manifest answers with an image.
func manifest(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", typeManifest)
		_, _ = w.Write(image(t, []byte("one")))
	}
}

// demand answers only requests with the wanted credential, and others with a
// challenge.
func demand(want, challenge string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == want {
			next(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", challenge)
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

func answerToken(token string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"token":%q,"expires_in":300}`, token)
	}
}
