package registry

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

var annaBasic = "Basic " + base64.StdEncoding.EncodeToString([]byte("anna:hunter2"))

func TestBasic(t *testing.T) {
	f := &fabric{hosts: map[string]http.HandlerFunc{home: demand(annaBasic, `Basic realm="x"`, manifest(t))}}
	if err := get(t, f.client(t, asAnna)); err != nil {
		t.Error(err)
	}
	if f.seen[0] != "https://"+home {
		t.Errorf("credentials before they were asked for: %q", f.seen[0])
	}
}

func TestCredentialsOfFlagsAreForOneHost(t *testing.T) {
	f := &fabric{hosts: map[string]http.HandlerFunc{home: demand(annaBasic, `Basic realm="x"`, manifest(t))}}
	err := get(t, f.client(t, func(c *Config) {
		c.Username, c.Password, c.Explicit = "anna", "hunter2", "other.example"
	}))
	var refused *StatusError
	if !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
		t.Errorf("got %v", err)
	}
	if f.reached("Basic") {
		t.Error("another host's password was sent")
	}
	if _, err := New(Config{Username: "anna", Password: "hunter2"}); err == nil || without(err.Error(), "hunter2") != nil {
		t.Errorf("credentials for no host in particular: %v", err)
	}
}

func TestBearer(t *testing.T) {
	var asked *http.Request
	api := demand("Bearer tok", `Bearer realm="https://registry.example/token",service="svc",scope="repository:other:push"`, manifest(t))
	f := &fabric{hosts: map[string]http.HandlerFunc{home: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			asked = r
			answerToken("tok")(w, r)
			return
		}
		api(w, r)
	}}}
	c := f.client(t, asAnna)
	if err := get(t, c); err != nil {
		t.Fatal(err)
	}
	if got := asked.URL.RawQuery; got != "scope=repository%3Aapp%3Apull&service=svc" {
		t.Errorf("the token is for %s", got)
	}
	if got := asked.Header.Get("Authorization"); got != annaBasic {
		t.Errorf("the realm was sent %q", got)
	}
	before := len(f.seen)
	_, _ = c.Blob(t.Context(), home+"/app", blobOf([]byte("x")), 10)
	if len(f.seen) != before+1 {
		t.Errorf("the token was not kept: %q", f.seen[before:])
	}
}

func TestParallelRequestsShareOneToken(t *testing.T) {
	var tokens atomic.Int64
	f := &fabric{}
	f.hosts = map[string]http.HandlerFunc{home: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			tokens.Add(1)
			answerToken("tok")(w, r)
			return
		}
		demand("Bearer tok", `Bearer realm="https://registry.example/token"`, http.NotFound)(w, r)
	}}
	c := f.client(t)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if _, err := c.Blob(t.Context(), home+"/app", blobOf(make([]byte, i)), 10); !errors.Is(err, verify.ErrNone) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if tokens.Load() != 1 {
		t.Errorf("%d tokens", tokens.Load())
	}
}

func TestExpiredTokenIsRenewedOnce(t *testing.T) {
	valid := "a"
	var tokens int
	f := &fabric{}
	f.hosts = map[string]http.HandlerFunc{home: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			tokens++
			answerToken(valid)(w, r)
			return
		}
		demand("Bearer "+valid, `Bearer realm="https://registry.example/token"`, http.NotFound)(w, r)
	}}
	c := f.client(t)
	for i, v := range []string{"a", "b"} {
		valid = v
		if _, err := c.Blob(t.Context(), home+"/app", blobOf(make([]byte, i)), 10); !errors.Is(err, verify.ErrNone) {
			t.Error(err)
		}
	}
	if tokens != 2 {
		t.Errorf("%d tokens", tokens)
	}
}

func TestRegistryTokenFlag(t *testing.T) {
	f := &fabric{hosts: map[string]http.HandlerFunc{home: demand("Bearer mine", `Bearer realm="https://evil.example/"`, manifest(t))}}
	if err := get(t, f.client(t, func(c *Config) { c.Token, c.Explicit = "mine", home })); err != nil {
		t.Error(err)
	}
	if f.reached("evil") {
		t.Error("a token for the registry needs no realm")
	}
}

// dockerConfig writes a config.json and returns its folder.
func dockerConfig(t *testing.T, body string) func(*Config) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(c *Config) { c.DockerConfig = dir }
}

func TestDockerConfig(t *testing.T) {
	auth := base64.StdEncoding.EncodeToString([]byte("anna:hunter2"))
	for name, body := range map[string]string{
		"host":   `{"auths":{"registry.example":{"auth":"` + auth + `"}}}`,
		"legacy": `{"auths":{"https://registry.example/v1/":{"auth":"` + auth + `"}}}`,
	} {
		f := &fabric{hosts: map[string]http.HandlerFunc{home: demand(annaBasic, `Basic realm="x"`, manifest(t))}}
		if err := get(t, f.client(t, dockerConfig(t, body))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := &fabric{hosts: map[string]http.HandlerFunc{home: demand(annaBasic, `Basic realm="x"`, manifest(t))}}
	for name, body := range map[string]string{
		"broken": `{"auths":{"registry.example":{"auth":"hunter2!"}}}`,
		"other":  `{"auths":{"other.example":{"auth":"` + auth + `"}}}`,
		"empty":  `{}`,
	} {
		err := get(t, f.client(t, dockerConfig(t, body)))
		if err == nil || without(err.Error(), "hunter2", auth) != nil {
			t.Errorf("%s: %v", name, err)
		}
		var refused *StatusError
		if anonymous := errors.As(err, &refused); anonymous == (name == "broken") {
			t.Errorf("%s: went on without credentials is %v: %v", name, anonymous, err)
		}
	}
	if f.reached("Basic") {
		t.Error("a password was sent to a host it was not made for")
	}
}

func TestIdentityToken(t *testing.T) {
	var form, method string
	api := demand("Bearer tok", `Bearer realm="https://registry.example/token",service="svc"`, manifest(t))
	f := &fabric{hosts: map[string]http.HandlerFunc{home: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			api(w, r)
			return
		}
		method, form = r.Method, r.FormValue("grant_type")+" "+r.FormValue("refresh_token")
		fmt.Fprint(w, `{"access_token":"tok"}`)
	}}}
	if err := get(t, f.client(t, dockerConfig(t, `{"auths":{"registry.example":{"identitytoken":"idt"}}}`))); err != nil {
		t.Fatal(err)
	}
	if method != http.MethodPost || form != "refresh_token idt" {
		t.Errorf("%s %s", method, form)
	}
}

// helper installs a docker-credential-test that runs a script.
func helper(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Fatal("the test needs a shell")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-test"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestCredentialHelper(t *testing.T) {
	helper(t, `read host; [ "$1 $host" = "get registry.example" ] || exit 1
echo '{"ServerURL":"registry.example","Username":"anna","Secret":"hunter2"}'`)
	for name, body := range map[string]string{
		"credHelpers": `{"credHelpers":{"registry.example":"test"}}`,
		"credsStore":  `{"credsStore":"test"}`,
	} {
		f := &fabric{hosts: map[string]http.HandlerFunc{home: demand(annaBasic, `Basic realm="x"`, manifest(t))}}
		if err := get(t, f.client(t, dockerConfig(t, body))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCredentialHelperFails(t *testing.T) {
	helper(t, `echo 'stored hunter2 is broken'; exit 1`)
	f := &fabric{hosts: map[string]http.HandlerFunc{home: demand(annaBasic, `Basic realm="x"`, manifest(t))}}
	for _, name := range []string{"test", "nowhere"} {
		err := get(t, f.client(t, dockerConfig(t, `{"credHelpers":{"registry.example":"`+name+`"}}`)))
		if err == nil || errors.Is(err, verify.ErrNone) || without(err.Error(), "hunter2") != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(err.Error(), "docker-credential-"+name) {
			t.Errorf("%s: the error does not name the helper: %v", name, err)
		}
	}
}

func TestHelperRunsOnlyWhenAskedForALogin(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "ran")
	helper(t, "touch "+mark+"; exit 1")
	f := &fabric{hosts: map[string]http.HandlerFunc{home: manifest(t)}}
	if err := get(t, f.client(t, dockerConfig(t, `{"credsStore":"test"}`))); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the helper was started for a public image")
	}
}
