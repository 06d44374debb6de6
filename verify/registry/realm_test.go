package registry

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// behindRealm is a fabric whose registry wants a token from a realm.
func behindRealm(t *testing.T, realm string) *fabric {
	return &fabric{hosts: map[string]http.HandlerFunc{
		home:             demand("Bearer tok", `Bearer realm="`+realm+`",service="s"`, manifest(t)),
		"evil.example":   answerToken("tok"),
		"auth.docker.io": answerToken("tok"),
		hubAPI:           demand("Bearer tok", `Bearer realm="`+realm+`",service="s"`, manifest(t)),
		"10.0.0.7":       answerToken("tok"),
		"localhost:9":    answerToken("tok"),
	}}
}

func TestThreat17_RealmOnAnotherHost(t *testing.T) {
	f := behindRealm(t, "https://evil.example/token")
	if err := get(t, f.client(t, asAnna)); err != nil {
		t.Errorf("an anonymous token is nobody's secret: %v", err)
	}
	if f.reached("Basic") {
		t.Error("the password was sent to the realm")
	}

	f = behindRealm(t, "https://evil.example/token")
	f.hosts[home] = demand("never", `Bearer realm="https://evil.example/token"`, manifest(t))
	err := get(t, f.client(t, asAnna))
	if err == nil || !strings.Contains(err.Error(), "not listed") || without(err.Error(), "hunter2") != nil {
		t.Errorf("the user is not told why: %v", err)
	}

	f = behindRealm(t, "https://evil.example/token")
	listed := func(c *Config) { c.Hosts = map[string]Host{home: {TokenRealm: []string{"evil.example"}}} }
	if err := get(t, f.client(t, asAnna, listed)); err != nil || !f.reached("https://evil.example Basic") {
		t.Errorf("a listed realm: %v %q", err, f.seen)
	}
}

func TestThreat17_IdentityTokenStaysHome(t *testing.T) {
	f := behindRealm(t, "https://evil.example/token")
	var method string
	f.hosts["evil.example"] = func(w http.ResponseWriter, r *http.Request) {
		method = r.Method
		answerToken("tok")(w, r)
	}
	_ = get(t, f.client(t, dockerConfig(t, `{"auths":{"registry.example":{"identitytoken":"idt"}}}`)))
	if method != http.MethodGet {
		t.Errorf("the identity token was sent with %s", method)
	}
}

func TestThreat17_OnlyTheHubsOwnRealm(t *testing.T) {
	f := behindRealm(t, "https://auth.docker.io/token")
	hub := func(c *Config) { c.Username, c.Password, c.Explicit = "anna", "hunter2", "docker.io" }
	_, err := f.client(t, hub).Resolve(t.Context(), verify.Reference{Host: "docker.io", Path: "library/app", Tag: "v1"})
	if err != nil || !f.reached("https://auth.docker.io Basic") {
		t.Errorf("Docker Hub: %v %q", err, f.seen)
	}
	f = behindRealm(t, "https://auth.docker.io/token")
	if err := get(t, f.client(t, asAnna)); err != nil || f.reached("Basic") {
		t.Errorf("any registry: %v %q", err, f.seen)
	}
}

func TestThreat126_RealmToPrivateHost(t *testing.T) {
	for _, realm := range []string{
		"https://10.0.0.7/token", "https://localhost:9/token", "https://127.0.0.1/", "https://169.254.169.254/latest",
		"https://[::1]/", "https://[fd00:ec2::254]/", "https://[::ffff:10.0.0.7]/", "https://100.100.100.200/",
	} {
		f := behindRealm(t, realm)
		if err := get(t, f.client(t)); err == nil || len(f.seen) != 1 {
			t.Errorf("%s: %v %q", realm, err, f.seen)
		}
	}
	f := behindRealm(t, "https://10.0.0.7/token")
	listed := func(c *Config) { c.Hosts = map[string]Host{"10.0.0.7": {}} }
	if err := get(t, f.client(t, asAnna, listed)); err != nil || f.reached("Basic") {
		t.Errorf("a host the operator listed may be private, and gets no credentials: %v", err)
	}
}

func TestThreat17_RealmOverHTTP(t *testing.T) {
	for _, realm := range []string{
		"http://registry.example/token", "http://evil.example/token", "ftp://registry.example/", "", "registry.example",
		"https://anna@registry.example/token",
	} {
		f := behindRealm(t, realm)
		if err := get(t, f.client(t, asAnna)); err == nil || len(f.seen) != 1 {
			t.Errorf("%s: %v %q", realm, err, f.seen)
		}
	}
}

func TestTokenAnswers(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"redirect":   redirect("https://evil.example/"),
		"denied":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"absent":     http.NotFound,
		"empty":      answerToken(""),
		"not JSON":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("s3cret")) },
		"two":        func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"token":"s3cret","token":"b"}`)) },
		"line break": answerToken("s3cret\r\nX: y"),
		"giant":      answerToken(strings.Repeat("s3cret", maxToken)),
	} {
		f := behindRealm(t, "https://auth.registry.example/token")
		f.hosts["auth.registry.example"] = h
		listed := func(c *Config) { c.Hosts = map[string]Host{home: {TokenRealm: []string{"auth.registry.example"}}} }
		err := get(t, f.client(t, asAnna, listed))
		if err == nil || errors.Is(err, verify.ErrNone) || errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if err := without(err.Error(), "hunter2", "s3cret", annaBasic); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if f.reached("evil") || f.reached("Bearer") {
			t.Errorf("%s: went on with %q", name, f.seen)
		}
	}
}

func TestCustomCA(t *testing.T) {
	s := httptest.NewUnstartedServer(manifest(t))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes
	s.StartTLS()
	defer s.Close()
	host := strings.TrimPrefix(s.URL, "https://")
	ref := verify.Reference{Host: host, Path: "app", Tag: "v1"}
	trusting := must[*Client](t)(New(Config{Hosts: map[string]Host{host: {CA: pemOf(s.Certificate().Raw)}}}))
	if _, err := trusting.Resolve(t.Context(), ref); err != nil {
		t.Errorf("with its CA: %v", err)
	}
	for name, hosts := range map[string]map[string]Host{"none": nil, "another host's": {"other.example": {CA: pemOf(s.Certificate().Raw)}}} {
		c := must[*Client](t)(New(Config{Hosts: hosts}))
		if _, err := c.Resolve(t.Context(), ref); err == nil || errors.Is(err, verify.ErrNone) {
			t.Errorf("with CA %s: %v", name, err)
		}
	}
}

func TestThreat18_HTTPOnlyWhereSaid(t *testing.T) {
	s := newServer(t, true)
	s.push(t, "v1", typeManifest, image(t, []byte("one")))
	c := must[*Client](t)(New(Config{}))
	if _, err := c.Resolve(t.Context(), s.tagged("v1")); err == nil {
		t.Error("plain http unasked")
	}
	if log := s.requests(); len(log) != 0 {
		t.Errorf("requests: %q", log)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{
		"upper case":   {Hosts: map[string]Host{"Registry.example": {}}},
		"a URL":        {Hosts: map[string]Host{"https://registry.example": {}}},
		"http with CA": {Hosts: map[string]Host{home: {HTTP: true, CA: []byte("x")}}},
		"no CA at all": {Hosts: map[string]Host{home: {CA: []byte("x")}}},
		"two kinds":    {Username: "a", Token: "b", Explicit: home},
		"for no host":  {Token: "b"},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
