package registry

import (
	"encoding/pem"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// redirecting wants a password and sends whoever has it elsewhere.
func redirecting(t *testing.T, to string) *fabric {
	return &fabric{hosts: map[string]http.HandlerFunc{
		home:          demand(annaBasic, `Basic realm="x"`, redirect(to)),
		"cdn.example": manifest(t),
		"10.0.0.7":    manifest(t),
	}}
}

func TestThreat16_CredentialsStayHome(t *testing.T) {
	f := redirecting(t, "https://cdn.example/blob?sig=s3cret")
	if err := get(t, f.client(t, asAnna)); err != nil {
		t.Fatal(err)
	}
	if f.reached("cdn.example Basic") {
		t.Error("the password went along with the redirect")
	}
}

func TestThreat16_CredentialsDoNotComeBack(t *testing.T) {
	f := redirecting(t, "https://cdn.example/")
	f.hosts["cdn.example"] = redirect("https://registry.example/v2/secret")
	_ = get(t, f.client(t, asAnna))
	if n := strings.Count(strings.Join(f.seen, "\n"), "Basic"); n != 1 {
		t.Errorf("the password was sent %d times: %q", n, f.seen)
	}
}

func TestThreat16_RedirectToPrivateHost(t *testing.T) {
	for _, to := range []string{
		"https://10.0.0.7/", "https://127.0.0.1/", "https://localhost/", "https://a.localhost./", "https://169.254.169.254/latest/",
		"https://[::1]/", "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://100.64.1.1/",
	} {
		f := redirecting(t, to)
		err := get(t, f.client(t, asAnna))
		if !errors.Is(err, errPrivate) || errors.Is(err, verify.ErrNone) {
			t.Errorf("%s: %v", to, err)
		}
	}
	f := redirecting(t, "https://10.0.0.7/")
	if err := get(t, f.client(t, asAnna, func(c *Config) { c.Hosts = map[string]Host{"10.0.0.7": {}} })); err != nil {
		t.Errorf("a host the operator listed: %v", err)
	}
}

func TestThreat16_PrivateAfterDNS(t *testing.T) {
	s := newServer(t, true)
	n := must[network](t)(newNetwork(Config{}))
	direct := n.guarded.(guard).direct
	req := must[*http.Request](t)(http.NewRequest(http.MethodGet, s.URL+"/v2/", nil))
	// The transport below the check of literals sees what a name resolved to.
	if res, err := direct.RoundTrip(req); !errors.Is(err, errPrivate) {
		t.Errorf("got %v, %v", res, err)
	}
	if log := s.requests(); len(log) != 0 {
		t.Errorf("requests: %q", log)
	}
}

func TestThreat16_Downgrade(t *testing.T) {
	for _, to := range []string{"http://cdn.example/", "http://registry.example/v2/app/manifests/v1", "ftp://cdn.example/", "file:///etc/passwd", "https://a@cdn.example/", "https:///x", "", "https://%zz/"} {
		f := redirecting(t, to)
		err := get(t, f.client(t, asAnna))
		if err == nil || errors.Is(err, verify.ErrNone) || f.reached("cdn") || f.reached("http://") {
			t.Errorf("%s: %v %q", to, err, f.seen)
		}
	}
	f := redirecting(t, "http://cdn.example/")
	plain := func(c *Config) { c.Hosts = map[string]Host{home: {HTTP: true}} }
	if err := get(t, f.client(t, asAnna, plain)); err == nil || f.reached("cdn") {
		t.Errorf("http on a host that is not allowed it: %v", err)
	}
}

func TestThreat16_RedirectsEnd(t *testing.T) {
	f := redirecting(t, "https://cdn.example/")
	f.hosts["cdn.example"] = redirect("https://cdn.example/")
	if err := get(t, f.client(t, asAnna)); err == nil {
		t.Error("endless redirects were followed to their end")
	}
	if n := len(f.seen); n != 2+maxRedirects {
		t.Errorf("%d requests: %q", n, f.seen)
	}
}

func TestNotFoundElsewhereIsNoAbsence(t *testing.T) {
	f := redirecting(t, "https://cdn.example/x?sig=s3cret")
	f.hosts["cdn.example"] = http.NotFound
	err := get(t, f.client(t, asAnna))
	if err == nil || errors.Is(err, verify.ErrNone) || without(err.Error(), "s3cret", "hunter2") != nil {
		t.Errorf("got %v", err)
	}
}

func TestThreat16_ForeignChallenge(t *testing.T) {
	f := redirecting(t, "https://cdn.example/")
	f.hosts[home] = redirect("https://cdn.example/")
	f.hosts["cdn.example"] = demand("never", `Basic realm="x"`, manifest(t))
	if err := get(t, f.client(t, asAnna)); err == nil || f.reached("Basic") {
		t.Errorf("%v %q", err, f.seen)
	}
}

func TestThreat16_DowngradeAtHome(t *testing.T) {
	f := redirecting(t, "http://registry.example/")
	plain := func(c *Config) { c.Hosts = map[string]Host{"cdn.example": {HTTP: true}} }
	if err := get(t, f.client(t, asAnna, plain)); err == nil || f.reached("http://") {
		t.Errorf("%v %q", err, f.seen)
	}
	f = redirecting(t, "http://cdn.example/")
	if err := get(t, f.client(t, asAnna, plain)); err == nil || f.reached("http://") {
		t.Errorf("http is allowed, and a step down to it is not: %v %q", err, f.seen)
	}
}

func TestPrivate(t *testing.T) {
	for s, want := range map[string]bool{
		"8.8.8.8": false, "2606:4700::1111": false, "172.15.0.1": false, "192.0.1.1": false,
		"172.16.0.1": true, "192.168.1.1": true, "127.9.9.9": true, "192.0.0.192": true, "255.255.255.255": true,
		"224.0.0.1": true, "198.18.0.1": true, "240.0.0.1": true, "::": true, "fc00::1": true, "fe80::1%eth0": true,
		"64:ff9b::a00:1": true, "2002:a00:1::": true, "::10.0.0.1": true, "::ffff:169.254.169.254": true, "::ffff:100.64.0.1": true,
	} {
		if got := private(netip.MustParseAddr(s)); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
	if refusePrivate("tcp", "8.8.8.8:443", nil) != nil || refusePrivate("unix", "/run/x.sock", nil) == nil {
		t.Error("only public addresses pass")
	}
}

func TestSecretsAreNotInErrors(t *testing.T) {
	f := redirecting(t, "https://cdn.example/x?X-Amz-Signature=s3cret")
	delete(f.hosts, "cdn.example")
	err := get(t, f.client(t, asAnna))
	if err == nil || without(err.Error(), "s3cret", "hunter2", annaBasic) != nil {
		t.Errorf("got %v", err)
	}
}
