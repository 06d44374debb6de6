// Package cosigntest makes cosign evidence in memory, for tests of whatever
// reads it: a registry that is a map, and signatures, attestations and bundles
// in every place and format cosign uses, well formed or not.
package cosigntest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/pratique-dev/pratique/verify"
)

// Content is a registry in memory. It implements verify.Content, counts every
// request, and fails those it is told to fail. Its methods may be called from
// several goroutines.
type Content struct {
	// During, if set, is called during every request, with its text.
	During func(request string)

	mu        sync.Mutex
	manifests map[string]verify.Manifest     // repo@digest and repo:tag
	blobs     map[string][]byte              // repo@digest
	referrers map[string][]verify.Descriptor // repo@digest of the subject
	failures  map[string]error
	requests  []string
	flying    int
	most      int
}

var _ verify.Content = (*Content)(nil)

// NewContent is an empty registry.
func NewContent() *Content {
	return &Content{
		manifests: map[string]verify.Manifest{}, blobs: map[string][]byte{},
		referrers: map[string][]verify.Descriptor{}, failures: map[string]error{},
	}
}

// Fail makes the request whose text is given, as [Content.Requests] shows it,
// return err beside whatever it has found; it panics if err is [Panic].
func (c *Content) Fail(request string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures[request] = err
}

// Panic is an error that makes a failing request panic instead.
type Panic struct{}

// Error implements error.
func (Panic) Error() string { return "panic" }

// Requests lists the requests so far in the order they came: "manifest REF",
// "blob DIGEST" and "referrers DIGEST".
func (c *Content) Requests() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.requests...)
}

// Most is the largest number of requests there were at one time.
func (c *Content) Most() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}

// begin notes a request and returns the failure it was told to have.
func (c *Content) begin(kind, ref string) (end func(), err error) {
	request := kind + " " + ref
	end, err = c.note(request)
	if c.During != nil {
		c.During(request)
	}
	return end, err
}

func (c *Content) note(request string) (end func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, request)
	if err = c.failures[request]; err == (Panic{}) {
		panic(request)
	}
	c.flying++
	c.most = max(c.most, c.flying)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.flying--
	}, err
}

// Manifest implements verify.Content.
func (c *Content) Manifest(_ context.Context, repo, ref string) (verify.Manifest, error) {
	end, err := c.begin("manifest", ref)
	defer end()
	if err != nil {
		return verify.Manifest{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.manifests[repo+sep(ref)+ref]
	if !ok {
		return verify.Manifest{}, fmt.Errorf("%s%s%s: %w", repo, sep(ref), ref, verify.ErrNone)
	}
	return m, nil
}

func sep(ref string) string {
	if strings.HasPrefix(ref, "sha256:") {
		return "@"
	}
	return ":"
}

// Blob implements verify.Content.
func (c *Content) Blob(_ context.Context, repo string, d verify.Descriptor, max int64) ([]byte, error) {
	end, err := c.begin("blob", string(d.Digest))
	defer end()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.blobs[repo+"@"+string(d.Digest)]
	switch {
	case !ok:
		return nil, fmt.Errorf("%s@%s: %w", repo, d.Digest, verify.ErrNone)
	case int64(len(b)) > max || int64(len(b)) != d.Size:
		return nil, fmt.Errorf("%s@%s: %d bytes: %w", repo, d.Digest, len(b), verify.ErrInvalid)
	}
	return b, nil
}

// Referrers implements verify.Content.
func (c *Content) Referrers(_ context.Context, repo string, d verify.Digest) ([]verify.Descriptor, error) {
	end, err := c.begin("referrers", string(d))
	defer end()
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]verify.Descriptor(nil), c.referrers[repo+"@"+string(d)]...), err
}

// PutBlob stores bytes and describes them.
func (c *Content) PutBlob(repo, mediaType string, b []byte) verify.Descriptor {
	d := verify.Descriptor{MediaType: mediaType, Digest: verify.DigestOf(b), Size: int64(len(b))}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blobs[repo+"@"+string(d.Digest)] = b
	return d
}

// PutManifest stores a manifest under its digest, and under a tag if one is
// given. It panics if the manifest does not keep the rules.
func (c *Content) PutManifest(repo, tag string, manifest any) verify.Manifest {
	raw, err := json.Marshal(manifest)
	if err != nil {
		panic(err)
	}
	m, err := verify.ParseManifest(raw, "")
	if err != nil {
		panic(fmt.Sprintf("%v: %s", err, raw))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.manifests[repo+"@"+string(m.Digest)] = m
	if tag != "" {
		c.manifests[repo+":"+tag] = m
	}
	return m
}

// List adds a manifest to the referrers of a digest, whatever the manifest
// itself says.
func (c *Content) List(repo string, subject verify.Digest, m verify.Manifest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := repo + "@" + string(subject)
	c.referrers[key] = append(c.referrers[key], verify.Descriptor{
		MediaType: m.MediaType, Digest: m.Digest, Size: int64(len(m.Raw)), ArtifactType: m.ArtifactType,
	})
}
