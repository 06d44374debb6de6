package engine

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
	"github.com/pratique-dev/pratique/verify"
)

// env is an environment of these variables and no others.
func env(pairs ...string) LookupEnv {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// fake is an engine whose answer to docker save is next's.
func fake(t *testing.T, next http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("API-Version", "1.44") })
	mux.HandleFunc("GET /v1.44/images/get", next)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("asked for %s", r.URL)
		w.WriteHeader(http.StatusTeapot)
	})
	return mux
}

// onSocket serves at a unix socket, as an engine does.
func onSocket(t *testing.T, h http.Handler) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return "unix://" + path
}

func TestDependsOnTheClientOnly(t *testing.T) {
	deptest.Never(t, ".", "os/exec", "github.com/docker/cli",
		"github.com/pratique-dev/pratique/verify/registry", "github.com/pratique-dev/pratique/attest", "github.com/pratique-dev/pratique/policy")
}

func TestSave(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	for name, want := range map[string]string{
		"app":                   "app:latest",
		"app:1":                 "app:1",
		"localhost:5000/app":    "localhost:5000/app:latest",
		"h.io/app:1@" + digest:  "h.io/app:1@" + digest,
		digest:                  digest,
		"docker.io/library/a:b": "docker.io/library/a:b",
	} {
		var asked []string
		h := fake(t, func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Query()["names"]
			_, _ = io.WriteString(w, "archive")
		})
		tcp := httptest.NewServer(h)
		for _, host := range []string{onSocket(t, h), "tcp://" + tcp.Listener.Addr().String()} {
			r, err := Save(t.Context(), name, env("DOCKER_HOST", host))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			b, err := io.ReadAll(r)
			if string(b) != "archive" || err != nil || len(asked) != 1 || asked[0] != want {
				t.Errorf("%s: asked for %q: %q, %v", name, asked, b, err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
		tcp.Close()
	}
}

func TestThreeOutcomes(t *testing.T) {
	answer := func(status int, body string) string {
		return onSocket(t, fake(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
	}
	missing := "unix://" + filepath.Join(t.TempDir(), "missing.sock")
	for name, tt := range map[string]struct {
		env        LookupEnv
		none       bool
		says, hint string
	}{
		"no such image":  {env("DOCKER_HOST", answer(404, `{"message":"No such image: app:1"}`)), true, "no image app:1", "docker pull app:1"},
		"fails":          {env("DOCKER_HOST", answer(500, `{"message":"disk \u001b[2J full"}`)), false, `disk \x1b[2J full`, ""},
		"not an engine":  {env("DOCKER_HOST", answer(502, `<html>`)), false, "the engine at unix://", ""},
		"no socket":      {env("DOCKER_HOST", missing), false, "no engine to ask at " + missing + ": no such file", "DOCKER_HOST"},
		"nobody listens": {env("DOCKER_HOST", "tcp://127.0.0.1:1"), false, "no engine to ask at tcp://127.0.0.1:1", "DOCKER_HOST"},
		"over ssh":       {env("DOCKER_HOST", "ssh://anna:hunter2@h.io"), false, "only unix:// and tcp://", "docker save"},
		"no scheme":      {env("DOCKER_HOST", "hunter2"), false, "only unix:// and tcp://", "docker save"},
		"a context":      {env("DOCKER_CONTEXT", "remote"), false, `context "remote"`, "docker context inspect"},
		"a password":     {env("DOCKER_HOST", "tcp://anna:hunter2@127.0.0.1:1"), false, "only unix:// and tcp://", ""},
		"TLS":            {env("DOCKER_HOST", "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY", "1", "HOME", t.TempDir()), false, "no engine", ""},
	} {
		r, err := Save(t.Context(), "app:1", tt.env)
		var e *Error
		if r != nil || !errors.As(err, &e) || errors.Is(err, verify.ErrNone) != tt.none || errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v, %v", name, r, err)
			continue
		}
		if !strings.Contains(err.Error(), tt.says) || !strings.Contains(e.Hint, tt.hint) || strings.Contains(err.Error()+e.Hint, "hunter2") {
			t.Errorf("%s: %v; %s", name, err, e.Hint)
		}
	}
}

func TestNamesThatAreNone(t *testing.T) {
	for _, name := range []string{"", "App:1", "../x", "app:1&names=other", "app@sha512:aa"} {
		if r, err := Save(t.Context(), name, env("DOCKER_HOST", "tcp://127.0.0.1:1")); r != nil || err == nil || strings.Contains(err.Error(), "no engine") {
			t.Errorf("%q: %v, %v", name, r, err)
		}
	}
}

// Where TLS is asked for, an engine that does not speak it is not asked.
func TestTLSIsNotLeftOut(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked without TLS") }))
	defer s.Close()
	for _, name := range []string{"DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"} {
		if _, err := Save(t.Context(), "app:1", env("DOCKER_HOST", "tcp://"+s.Listener.Addr().String(), name, t.TempDir())); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCancelled(t *testing.T) {
	started := make(chan struct{})
	host := onSocket(t, fake(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begun")
		w.(http.Flusher).Flush()
		close(started)
		<-r.Context().Done()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Save(ctx, "app:1", env("DOCKER_HOST", host))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	<-started
	cancel()
	if _, err := io.ReadAll(r); err == nil {
		t.Error("read to an end")
	}
	if _, err := Save(ctx, "app:1", env("DOCKER_HOST", host)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
