package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/pratique-dev/pratique/verify"
)

// PutBlob uploads a blob unless it is there already. A blob goes up before the
// manifest that names it, so that an interrupted run leaves nothing half made
// (threat 143). The descriptor's media type is the caller's to set.
func (c *Client) PutBlob(ctx context.Context, repo string, data []byte) (verify.Descriptor, error) {
	r, err := parseRepository(repo)
	if err != nil {
		return verify.Descriptor{}, err
	}
	d := verify.Descriptor{MediaType: "application/octet-stream", Digest: verify.DigestOf(data), Size: int64(len(data))}
	head := c.request(http.MethodHead, r, "/blobs/"+string(d.Digest))
	head.push = true
	a, err := c.do(ctx, head)
	switch {
	case err != nil:
		return verify.Descriptor{}, err
	case a.status == http.StatusOK || isRedirect(a.status):
		return d, nil
	case a.status != http.StatusNotFound:
		return verify.Descriptor{}, unexpected(head, a)
	}
	if err := c.upload(ctx, r, d, data); err != nil {
		return verify.Descriptor{}, err
	}
	return d, nil
}

// upload is the two-step upload every registry has (distribution-spec "POST
// then PUT").
func (c *Client) upload(ctx context.Context, repo repository, d verify.Descriptor, data []byte) error {
	defer c.session.forget(repo.name)
	post := c.request(http.MethodPost, repo, "/blobs/uploads/")
	post.push = true
	a, err := c.do(ctx, post)
	if err != nil {
		return err
	}
	if a.status != http.StatusAccepted {
		return refused(post, a)
	}
	put := c.request(http.MethodPut, repo, "")
	put.push, put.body = true, data
	put.header.Set("Content-Type", "application/octet-stream")
	put.url, err = uploadURL(post.url, a.header.Get("Location"), d.Digest)
	if err != nil {
		return fmt.Errorf("%s: %w", post, err)
	}
	a, err = c.do(ctx, put)
	if err != nil {
		return err
	}
	if a.status != http.StatusCreated {
		return refused(put, a)
	}
	return nil
}

// uploadURL is where the registry wants the bytes. It gets the credentials, so
// it must be the registry.
func uploadURL(from *url.URL, location string, d verify.Digest) (*url.URL, error) {
	to, err := url.Parse(location)
	if err != nil || location == "" {
		return nil, errors.New("no place to upload to")
	}
	to = from.ResolveReference(to)
	if to.User != nil || !sameOrigin(from, to) {
		return nil, errors.New("the place to upload to is on another host")
	}
	q := to.Query()
	q.Set("digest", string(d))
	to.RawQuery = q.Encode()
	return to, nil
}

// refused is unexpected for writes, where a 404 is no absence of anything that
// was looked for.
func refused(r request, a answer) error {
	a.foreign = true
	return unexpected(r, a)
}

// PutManifest uploads a manifest under a tag or under its own digest. It
// refuses one that Manifest would not accept back.
func (c *Client) PutManifest(ctx context.Context, repo, ref string, raw []byte, mediaType string) (verify.Digest, error) {
	r, err := parseRepository(repo)
	if err != nil {
		return "", err
	}
	m, err := verify.ParseManifest(raw, mediaType)
	if err != nil {
		return "", err
	}
	return m.Digest, c.putManifest(ctx, r, ref, m)
}

func (c *Client) putManifest(ctx context.Context, repo repository, ref string, m verify.Manifest) error {
	want, err := parseRef(repo, ref)
	if err != nil {
		return err
	}
	if want != "" && want != m.Digest {
		return fmt.Errorf("%s@%s: the manifest to be put there is %s", repo.name, ref, m.Digest)
	}
	defer c.session.forget(repo.name)
	r := c.request(http.MethodPut, repo, "/manifests/"+ref)
	r.push, r.body = true, m.Raw
	r.header.Set("Content-Type", m.MediaType)
	a, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	switch a.status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
	default:
		return refused(r, a)
	}
	// A registry may answer with another algorithm's digest when written to.
	said := a.header.Get("Docker-Content-Digest")
	if strings.HasPrefix(said, "sha256:") && said != string(m.Digest) {
		return fmt.Errorf("%s: the registry stored other content than was sent", r)
	}
	return nil
}
