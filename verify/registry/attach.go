package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxListings is how often a registry that has the referrers API is asked to
// show what was pushed. Some update the list a moment later.
const maxListings = 6

// PutReferrer uploads a manifest that names a subject. On success Referrers
// lists it: the registry's own list shows it or, where there is none, the
// fallback index does (threats 143, 144). Pushing the same bytes again adds
// nothing.
func (c *Client) PutReferrer(ctx context.Context, repo string, manifest []byte, mediaType string) (verify.Digest, error) {
	r, err := parseRepository(repo)
	if err != nil {
		return "", err
	}
	m, err := verify.ParseManifest(manifest, mediaType)
	if err != nil {
		return "", err
	}
	if m.Subject == nil {
		return "", errors.New("the manifest names no subject to refer to")
	}
	if err := c.putManifest(ctx, r, string(m.Digest), m); err != nil {
		return "", err
	}
	for attempt := 1; ; attempt++ {
		l, err := c.listAPI(ctx, r, m.Subject.Digest, true)
		switch {
		case l.has(m.Digest):
			return m.Digest, nil
		case err != nil:
			return "", err
		case !l.api:
			return m.Digest, c.attachFallback(ctx, r, m)
		case attempt == maxListings:
			return "", fmt.Errorf("%s@%s: pushed, and the registry does not list it as a referrer of %s", repo, m.Digest, m.Subject.Digest)
		}
		if err := c.settle(ctx, attempt, 0); err != nil {
			return "", err
		}
	}
}

// attachFallback adds the manifest to the index that stands in for the
// referrers API.
func (c *Client) attachFallback(ctx context.Context, repo repository, m verify.Manifest) error {
	entry, err := json.Marshal(referrerEntry(m))
	if err != nil {
		return err
	}
	return c.UpdateTag(ctx, repo.name, fallbackTag(m.Subject.Digest), func(current verify.Manifest, exists bool) ([]byte, string, error) {
		if !exists {
			current = verify.Manifest{Raw: []byte(`{"schemaVersion":2,"mediaType":"` + typeIndex + `","manifests":[]}`), IsIndex: true, MediaType: typeIndex}
		}
		for _, d := range current.Manifests {
			if d.Digest == m.Digest {
				return nil, "", nil
			}
		}
		raw, err := appendEntry(current, entry)
		return raw, typeIndex, err
	})
}

// indexEntry is a descriptor as the fallback index holds it.
type indexEntry struct {
	MediaType    string            `json:"mediaType"`
	Digest       verify.Digest     `json:"digest"`
	Size         int               `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// referrerEntry describes m as the referrers API would: the config's type
// stands in for a missing artifact type, and the annotations are copied.
func referrerEntry(m verify.Manifest) indexEntry {
	e := indexEntry{MediaType: m.MediaType, Digest: m.Digest, Size: len(m.Raw), ArtifactType: m.ArtifactType, Annotations: m.Annotations}
	if e.ArtifactType == "" {
		e.ArtifactType = m.Config.MediaType
	}
	return e
}

// appendEntry adds an entry and keeps everything else as others wrote it,
// fields we do not know included.
func appendEntry(index verify.Manifest, entry json.RawMessage) ([]byte, error) {
	if !index.IsIndex || index.MediaType != typeIndex {
		return nil, fmt.Errorf("%w: the referrers tag holds something other than an OCI index", verify.ErrInvalid)
	}
	if len(index.Manifests) >= wire.MaxReferrers {
		return nil, fmt.Errorf("%w: the referrers tag is full with %d entries", verify.ErrTruncated, len(index.Manifests))
	}
	var body map[string]json.RawMessage
	if err := wire.Decode(index.Raw, &body); err != nil {
		return nil, err
	}
	var entries []json.RawMessage
	if err := wire.Decode(body["manifests"], &entries); err != nil {
		return nil, err
	}
	var err error
	if body["manifests"], err = json.Marshal(append(entries, entry)); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(body)
	if err == nil && len(raw) > wire.MaxManifest {
		err = fmt.Errorf("%w: the referrers tag would exceed %d bytes", verify.ErrTruncated, wire.MaxManifest)
	}
	return raw, err
}
