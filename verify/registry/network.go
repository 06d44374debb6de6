package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// errPrivate refuses a private address that a stranger sent us to.
var errPrivate = errors.New("refused: a private address on another host")

// network holds the connections. Those to hosts a stranger named are kept
// apart, because their addresses are checked when dialling and a connection
// from the other pool would not have been.
type network struct {
	plain   http.RoundTripper
	guarded http.RoundTripper
	// byHost has the hosts with roots of their own.
	byHost map[string]http.RoundTripper
}

func newNetwork(c Config) (network, error) {
	if c.Transport != nil {
		return network{plain: c.Transport, guarded: literalGuard{c.Transport}}, nil
	}
	plain := newTransport(nil, nil)
	direct := newTransport(nil, refusePrivate)
	direct.Proxy = nil
	n := network{plain: plain, guarded: guard{direct: direct, proxied: plain}, byHost: map[string]http.RoundTripper{}}
	for name, h := range c.Hosts {
		if len(h.CA) == 0 && !h.SkipVerify {
			continue
		}
		roots, err := x509.SystemCertPool()
		if err != nil {
			return network{}, fmt.Errorf("system certificates: %w", err)
		}
		roots.AppendCertsFromPEM(h.CA)
		t := newTransport(roots, nil)
		t.TLSClientConfig.InsecureSkipVerify = h.SkipVerify
		n.byHost[apiHost(name)] = t
	}
	return n, nil
}

// SpeaksPlainHTTP connects to a host[:port] and reports whether it answers a
// TLS handshake with something else. It is for a user who allowed an insecure
// registry without saying which kind; a host that cannot be reached does not
// speak plain http.
func SpeaksPlainHTTP(ctx context.Context, host string) bool {
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(host, "443")
	}
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second}, Config: &tls.Config{InsecureSkipVerify: true}}
	c, err := d.DialContext(ctx, "tcp", host)
	if err == nil {
		c.Close()
	}
	var other tls.RecordHeaderError
	return errors.As(err, &other)
}

func newTransport(roots *x509.CertPool, control func(network, address string, _ syscall.RawConn) error) *http.Transport {
	d := &net.Dialer{Timeout: 10 * time.Second, Control: control}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            atMost(parallel, d.DialContext),
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    2 * parallel, // or a spare one from a race is closed, and dialled again
		IdleConnTimeout:        60 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}
}

// trusted is for hosts the user or the operator named.
func (n network) trusted(u *url.URL) http.RoundTripper {
	if t, ok := n.byHost[hostOf(u)]; ok {
		return t
	}
	return n.plain
}

// guard dials public addresses only. Behind a proxy it is the proxy that
// resolves names, so that only literal addresses can be judged.
type guard struct{ direct, proxied http.RoundTripper }

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if p, err := http.ProxyFromEnvironment(r); err == nil && p != nil {
		return literalGuard{g.proxied}.RoundTrip(r)
	}
	return literalGuard{g.direct}.RoundTrip(r)
}

// literalGuard refuses private addresses written out in the URL.
type literalGuard struct{ next http.RoundTripper }

func (g literalGuard) RoundTrip(r *http.Request) (*http.Response, error) {
	name := strings.TrimSuffix(strings.ToLower(r.URL.Hostname()), ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return nil, errPrivate
	}
	if ip, err := netip.ParseAddr(name); err == nil && private(ip) {
		return nil, errPrivate
	}
	return g.next.RoundTrip(r)
}

// refusePrivate sees the address after DNS, right before connecting.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || private(a.Addr()) {
		return errPrivate
	}
	return nil
}

// private reports whether an address is anything but public unicast: loopback,
// RFC 1918 and unique local, link-local with the metadata services, carrier
// NAT, and the IPv6 forms that carry an IPv4 address inside.
func private(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return true
	}
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10",
	} {
		if netip.MustParsePrefix(p).Contains(ip) {
			return true
		}
	}
	return false
}

// hubAPI is where the registry named docker.io answers.
const hubAPI = "registry-1.docker.io"

func apiHost(host string) string {
	if host == "docker.io" {
		return hubAPI
	}
	return host
}

// hostOf is the host of a URL in the form the configuration uses.
func hostOf(u *url.URL) string { return strings.ToLower(u.Host) }
