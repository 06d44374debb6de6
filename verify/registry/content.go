package registry

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/distribution/reference"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

const (
	typeIndex          = "application/vnd.oci.image.index.v1+json"
	typeManifest       = "application/vnd.oci.image.manifest.v1+json"
	typeDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	typeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

	acceptManifests = typeIndex + ", " + typeManifest + ", " + typeDockerList + ", " + typeDockerManifest
)

// Manifest implements [verify.Content]. A second call for the same manifest is
// answered from memory, by tag as by digest.
func (c *Client) Manifest(ctx context.Context, repo, ref string) (verify.Manifest, error) {
	r, err := parseRepository(repo)
	if err != nil {
		return verify.Manifest{}, err
	}
	m, err := once(ctx, &c.session, question{"manifest", r.name, ref}, func() (verify.Manifest, int, error) {
		m, err := c.fetch(ctx, r, ref, false)
		return m, memory(m), err
	})
	if err == nil && ref != string(m.Digest) {
		c.session.remember(question{"manifest", r.name, string(m.Digest)}, m, memory(m))
	}
	return m, err
}

// largeManifest is the length from which manifests are read one at a time.
const largeManifest = 256 << 10

// parse reads a manifest. Reading a large one takes many times its length for
// a moment, and a pusher could have us read sixteen at once (threat 87).
func (c *Client) parse(a answer) (verify.Manifest, error) {
	if len(a.body) >= largeManifest {
		c.large.Lock()
		defer c.large.Unlock()
	}
	return verify.ParseManifest(a.body, a.header.Get("Content-Type"))
}

// memory estimates what a manifest takes: one of nothing but annotations takes
// that many times its length once it is read.
func memory(m verify.Manifest) int { return 8 * len(m.Raw) }

// fetch reads a manifest from the registry, whatever is remembered.
func (c *Client) fetch(ctx context.Context, repo repository, ref string, push bool) (verify.Manifest, error) {
	r, a, err := c.fetchRaw(ctx, repo, ref, push)
	if err != nil {
		return verify.Manifest{}, err
	}
	m, err := c.parse(a)
	if err != nil {
		return verify.Manifest{}, invalid(r, err)
	}
	return m, nil
}

// fetchRaw reads a manifest's bytes and checks that they are the ones asked for.
func (c *Client) fetchRaw(ctx context.Context, repo repository, ref string, push bool) (request, answer, error) {
	want, err := parseRef(repo, ref)
	if err != nil {
		return request{}, answer{}, err
	}
	r := c.request(http.MethodGet, repo, "/manifests/"+ref)
	r.header.Set("Accept", acceptManifests)
	r.max, r.push = wire.MaxManifest, push
	if push {
		r.header.Set("Cache-Control", "no-cache")
	}
	a, err := c.do(ctx, r)
	if err != nil {
		return r, a, err
	}
	if a.status != http.StatusOK {
		return r, a, unexpected(r, a)
	}
	return r, a, checkDigest(r, a, want)
}

// parseRef keeps anything but a tag or a digest out of URLs. The digest is ""
// for a tag.
func parseRef(repo repository, ref string) (verify.Digest, error) {
	if strings.Contains(ref, ":") {
		return verify.ParseDigest(ref)
	}
	n, err := reference.WithName(repo.name)
	if err == nil {
		_, err = reference.WithTag(n, ref)
	}
	if err != nil {
		return "", fmt.Errorf("%s: tag %q: %w", repo.name, ref, err)
	}
	return "", nil
}

// checkDigest hashes the body. It must be what was asked for, and what the
// registry itself says it is (threat 2).
func checkDigest(r request, a answer, want verify.Digest) error {
	got := verify.DigestOf(a.body)
	if want != "" && got != want {
		return fmt.Errorf("%s: %w: the content is %s", r, verify.ErrInvalid, got)
	}
	for _, said := range a.header.Values("Docker-Content-Digest") {
		if said != string(got) {
			return fmt.Errorf("%s: %w: Docker-Content-Digest is not that of the content, %s", r, verify.ErrInvalid, got)
		}
	}
	return nil
}

// Blob implements [verify.Content]. A descriptor of foreign content, or one
// that claims more than max bytes, wraps ErrInvalid without a request (threats
// 8, 89).
func (c *Client) Blob(ctx context.Context, repo string, d verify.Descriptor, max int64) ([]byte, error) {
	r, err := parseRepository(repo)
	if err != nil {
		return nil, err
	}
	if _, err := verify.ParseDigest(string(d.Digest)); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", repo, verify.ErrInvalid, err)
	}
	if len(d.URLs) > 0 {
		return nil, fmt.Errorf("%s@%s: %w: foreign content", repo, d.Digest, verify.ErrInvalid)
	}
	if d.Size < 0 || d.Size > max {
		return nil, fmt.Errorf("%s@%s: %w: %d bytes, at most %d accepted", repo, d.Digest, verify.ErrInvalid, d.Size, max)
	}
	q := question{"blob", r.name, fmt.Sprintf("%s %d", d.Digest, d.Size)}
	return once(ctx, &c.session, q, func() ([]byte, int, error) {
		b, err := c.fetchBlob(ctx, r, d)
		return b, len(b), err
	})
}

func (c *Client) fetchBlob(ctx context.Context, repo repository, d verify.Descriptor) ([]byte, error) {
	r := c.request(http.MethodGet, repo, "/blobs/"+string(d.Digest))
	r.max = d.Size
	a, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, unexpected(r, a)
	}
	if int64(len(a.body)) != d.Size {
		return nil, fmt.Errorf("%s: %w: %d bytes, and its descriptor says %d", r, verify.ErrInvalid, len(a.body), d.Size)
	}
	if err := checkDigest(r, a, d.Digest); err != nil {
		return nil, err
	}
	return a.body, nil
}
