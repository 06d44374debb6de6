package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	ggcr "github.com/google/go-containerregistry/pkg/registry"

	"github.com/pratique-dev/pratique/verify"
)

// server is a registry on loopback that records what it is asked and can be
// made to misbehave.
type server struct {
	*httptest.Server
	mu  sync.Mutex
	log []string
	// hook answers a request itself, or returns false.
	hook func(http.ResponseWriter, *http.Request) bool
}

func newServer(t *testing.T, referrers bool) *server {
	t.Helper()
	next := ggcr.New(ggcr.WithReferrersSupport(referrers), ggcr.Logger(log.New(io.Discard, "", 0)))
	s := &server{}
	s.Server = httptest.NewServer(s.record(next))
	t.Cleanup(s.Close)
	return s
}

// record serves with next, the hook permitting.
func (s *server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.log = append(s.log, r.Method+" "+r.URL.RequestURI())
		hook := s.hook
		s.mu.Unlock()
		if hook == nil || !hook(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

func (s *server) on(hook func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// requests returns what was asked since the last call.
func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

func (s *server) host() string {
	_, host, _ := strings.Cut(s.URL, "://")
	return host
}

func (s *server) repo() string { return s.host() + "/app" }

// client trusts the server's host with http and never waits.
func (s *server) client(t *testing.T, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{Hosts: map[string]Host{s.host(): {HTTP: true}}}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	c.pace.sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return c
}

func (s *server) tagged(tag string) verify.Reference {
	return verify.Reference{Asked: "asked", Host: s.host(), Path: "app", Tag: tag}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

type object = map[string]any

func encode(t *testing.T, v any) []byte {
	t.Helper()
	return must[[]byte](t)(json.Marshal(v))
}

func describe(mediaType string, b []byte) object {
	return object{"mediaType": mediaType, "digest": verify.DigestOf(b), "size": len(b)}
}

// image is the body of a manifest of one layer; change may bend it.
func image(t *testing.T, config []byte, change ...func(object)) []byte {
	t.Helper()
	m := object{
		"schemaVersion": 2, "mediaType": typeManifest,
		"config": describe("application/vnd.oci.image.config.v1+json", config),
		"layers": []any{describe("application/vnd.oci.image.layer.v1.tar+gzip", []byte("layer"))},
	}
	for _, f := range change {
		f(m)
	}
	return encode(t, m)
}

// index is the body of an index over children, each a manifest's bytes.
func index(t *testing.T, platforms []string, children ...[]byte) []byte {
	t.Helper()
	var list []any
	for i, c := range children {
		d := describe(typeManifest, c)
		if platforms[i] != "" {
			p := strings.Split(platforms[i], "/")
			d["platform"] = object{"os": p[0], "architecture": p[1]}
		}
		list = append(list, d)
	}
	return encode(t, object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": list})
}

// referrer is a manifest that names a subject, told apart by n.
func referrer(t *testing.T, subject []byte, n int) []byte {
	t.Helper()
	return image(t, []byte("{}"), func(m object) {
		m["artifactType"] = "application/vnd.example.note"
		m["subject"] = describe(typeManifest, subject)
		m["annotations"] = object{"n": fmt.Sprint(n)}
	})
}

// push stores a manifest without any of the client's checks.
func (s *server) push(t *testing.T, ref, mediaType string, raw []byte) verify.Digest {
	t.Helper()
	req := must[*http.Request](t)(http.NewRequest(http.MethodPut, s.URL+"/v2/app/manifests/"+ref, strings.NewReader(string(raw))))
	req.Header.Set("Content-Type", mediaType)
	res := must[*http.Response](t)(http.DefaultClient.Do(req))
	res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("push %s: %s", ref, res.Status)
	}
	s.requests()
	return verify.DigestOf(raw)
}

// serve answers one path with a body of our choice.
func serve(path, mediaType string, body []byte) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(body)
		return true
	}
}

func without(s string, secrets ...string) error {
	for _, secret := range secrets {
		if strings.Contains(s, secret) {
			return fmt.Errorf("%q holds the secret %q", s, secret)
		}
	}
	return nil
}
