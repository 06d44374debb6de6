package registry

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

const (
	// parallel is how many requests a client has in flight, and so how many
	// connections to one host it keeps.
	parallel = 16
	// requestTime bounds one request with its token, its redirects and its
	// body, so that a registry sending a byte a second ends (threat 88).
	requestTime = 30 * time.Second
	// retryAfter is the pause before the one repetition of a failed read.
	retryAfter = 200 * time.Millisecond
)

// Host is what an operator says about one registry host. Being listed at all
// also means that redirects and token realms may reach the host at a private
// address (threat 16).
type Host struct {
	// HTTP allows plain http, for this host only (threat 18).
	HTTP bool
	// CA holds further roots for this host as PEM, beside the system's.
	CA []byte
	// SkipVerify accepts any TLS certificate of this host: whoever is in
	// between can read credentials and hide evidence, but not forge it.
	SkipVerify bool
	// TokenRealm lists further hosts, as host[:port], that may be sent this
	// host's credentials in exchange for a token (threat 17).
	TokenRealm []string
}

// Config says how to reach registries. The zero value is anonymous and speaks
// https only.
type Config struct {
	// Hosts is keyed by registry host[:port] as in a canonical reference.
	Hosts map[string]Host
	// DockerConfig is the directory with docker's config.json; "" for none.
	DockerConfig string
	// Username and Password, or Token, are credentials for Explicit only.
	Username, Password, Token string
	// Explicit is the one host the credentials above belong to.
	Explicit string
	// LockDir is where write locks live; "" for no lock among processes.
	LockDir string
	// UserAgent is sent with every request; "" for a default.
	UserAgent string
	// Transport replaces the network, for tests; nil for the real one.
	Transport http.RoundTripper
}

// Client reads and writes registries. It is safe for concurrent use. What it
// returns is shared with later callers and must not be modified.
type Client struct {
	config  Config
	network network
	logins  logins
	session session
	slots   chan struct{}
	large   sync.Mutex
	pace    pace
}

var (
	_ verify.Content = (*Client)(nil)
	_ verify.Opener  = (*Client)(nil)
)

// pace is the client's sense of time, apart so that tests need not wait.
type pace struct {
	// sleep returns early with the context's error.
	sleep func(context.Context, time.Duration) error
	now   func() time.Time
	// jitter is in [0, 1).
	jitter func() float64
	// request replaces requestTime, and window streamWindow.
	request, window time.Duration
}

// New checks the configuration. It makes no request and reads no credentials.
func New(c Config) (*Client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	n, err := newNetwork(c)
	if err != nil {
		return nil, err
	}
	if c.UserAgent == "" {
		c.UserAgent = "pratique"
	}
	return &Client{
		config:  c,
		network: n,
		slots:   make(chan struct{}, parallel),
		pace:    pace{sleep: sleep, now: time.Now, jitter: rand.Float64, request: requestTime, window: streamWindow},
	}, nil
}

func (c Config) check() error {
	given := c.Username != "" || c.Password != "" || c.Token != ""
	switch {
	case given && c.Explicit == "":
		return errors.New("registry credentials: no host named to send them to")
	case c.Token != "" && (c.Username != "" || c.Password != ""):
		return errors.New("registry credentials: a token or a user name and password, not both")
	}
	for name, h := range c.Hosts {
		if name == "" || name != strings.ToLower(name) || strings.ContainsAny(name, "/@ ") {
			return fmt.Errorf("registry host %q: want a lower-case host or host:port", name)
		}
		if h.HTTP && len(h.CA) > 0 {
			return fmt.Errorf("registry host %q: plain http has no use for a CA", name)
		}
		if len(h.CA) > 0 && !x509.NewCertPool().AppendCertsFromPEM(h.CA) {
			return fmt.Errorf("registry host %q: no certificate in its CA", name)
		}
	}
	return nil
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
