package registry

import (
	"context"
	"net/http"

	"github.com/pratique-dev/pratique/verify"
)

// Host is what an operator says about one registry host.
type Host struct {
	// HTTP allows plain http, for this host only (threat 18).
	HTTP bool
	// CA holds further roots for this host as PEM, beside the system's.
	CA []byte
	// TokenRealm lists further hosts that may be sent this host's credentials
	// in exchange for a token (threat 17).
	TokenRealm []string
}

// Config says how to reach registries. The zero value is anonymous, https only.
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

// Client reads and writes registries. It is safe for concurrent use.
type Client struct {
	config Config
}

// New checks the configuration. It makes no request.
func New(c Config) (*Client, error) { return &Client{config: c}, nil }

var _ verify.Content = (*Client)(nil)

// Resolve turns a reference into digests with one request: tag to digest
// exactly once (threat 1).
func (c *Client) Resolve(ctx context.Context, ref verify.Reference) (verify.Image, error) {
	panic("unwritten")
}

// Complete fetches the platform manifests of an index and fills in their
// config digests. A single manifest costs no request.
func (c *Client) Complete(ctx context.Context, image verify.Image) (verify.Image, error) {
	panic("unwritten")
}

// ImageConfig fetches the config blob of one of the image's platform manifests.
func (c *Client) ImageConfig(ctx context.Context, image verify.Image, manifest verify.Digest) ([]byte, error) {
	panic("unwritten")
}

// Manifest implements [verify.Content].
func (c *Client) Manifest(ctx context.Context, repo, ref string) (verify.Manifest, error) {
	panic("unwritten")
}

// Blob implements [verify.Content].
func (c *Client) Blob(ctx context.Context, repo string, d verify.Descriptor, max int64) ([]byte, error) {
	panic("unwritten")
}

// Referrers implements [verify.Content].
func (c *Client) Referrers(ctx context.Context, repo string, d verify.Digest) ([]verify.Descriptor, error) {
	panic("unwritten")
}

// PutBlob uploads a blob unless it is there already.
func (c *Client) PutBlob(ctx context.Context, repo string, data []byte) (verify.Descriptor, error) {
	panic("unwritten")
}

// PutManifest uploads a manifest under a tag or its own digest.
func (c *Client) PutManifest(ctx context.Context, repo, ref string, raw []byte, mediaType string) (verify.Digest, error) {
	panic("unwritten")
}

// PutReferrer uploads a manifest that names a subject. On success Referrers
// lists it.
func (c *Client) PutReferrer(ctx context.Context, repo string, manifest []byte, mediaType string) (verify.Digest, error) {
	panic("unwritten")
}

// UpdateTag edits what a tag names, and reports success only when the edit is
// there to stay. edit returns nil when current already holds it.
func (c *Client) UpdateTag(ctx context.Context, repo, tag string, edit func(current verify.Manifest, exists bool) (raw []byte, mediaType string, err error)) error {
	panic("unwritten")
}

// StatusError is an answer that says neither "here it is" nor "there is none".
type StatusError struct {
	Host   string
	Status int
	// Code is the registry's error code, such as DENIED; "" if it gave none.
	Code string
	what string
}

// Error names the request without its query, which may hold secrets.
func (e *StatusError) Error() string { return e.Host + ": " + e.what }
