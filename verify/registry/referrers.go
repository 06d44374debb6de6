package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// listing is what a registry says refers to a digest, each manifest once.
type listing struct {
	found []verify.Descriptor
	// api says that the registry has the referrers API.
	api bool
}

// Referrers implements [verify.Content]. The list is unfiltered, and each entry
// is a hint: who pushed it, and not what it says, decides what it is worth
// (threats 12-14). Nothing listed is an empty list and no error.
//
// An entry nobody can read is left out and reported as an error wrapping
// ErrUnreadable beside the others: a pusher with a strange digest must be able
// neither to hide the rest nor to go unnoticed. A list that goes on beyond the
// limits, or on another host, comes with ErrTruncated (threat 15).
func (c *Client) Referrers(ctx context.Context, repo string, d verify.Digest) ([]verify.Descriptor, error) {
	r, err := parseRepository(repo)
	if err != nil {
		return nil, err
	}
	if _, err := verify.ParseDigest(string(d)); err != nil {
		return nil, err
	}
	found, err := once(ctx, &c.session, question{"referrers", r.name, string(d)}, func() ([]verify.Descriptor, int, error) {
		l, err := c.list(ctx, r, d)
		return l.found, wire.MaxManifest, err
	})
	return slices.Clone(found), err
}

// list asks the API and, only where there is none, the tag that stands in for
// it (distribution-spec "Referrers Tag Schema"; threat 13).
func (c *Client) list(ctx context.Context, repo repository, d verify.Digest) (listing, error) {
	l, err := c.listAPI(ctx, repo, d, false)
	if err != nil || l.api {
		return l, err
	}
	r, a, err := c.fetchRaw(ctx, repo, fallbackTag(d), false)
	if errors.Is(err, verify.ErrNone) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	err = l.add(r, a)
	return l, err
}

func fallbackTag(d verify.Digest) string { return "sha256-" + d.Hex() }

// listAPI reads all pages. A registry without the API says so to the first.
func (c *Client) listAPI(ctx context.Context, repo repository, d verify.Digest, push bool) (listing, error) {
	var l listing
	r := c.request(http.MethodGet, repo, "/referrers/"+string(d))
	r.header.Set("Accept", typeIndex)
	r.max, r.push = wire.MaxManifest, push
	for range wire.MaxPages {
		a, err := c.do(ctx, r)
		if err != nil {
			return l, err
		}
		if noAPI(a.status) && !a.foreign && !l.api {
			return l, nil
		}
		if a.status != http.StatusOK {
			// A missing second page is not an absence of referrers.
			a.foreign = true
			return l, unexpected(r, a)
		}
		l.api = true
		if err := l.add(r, a); err != nil {
			return l, err
		}
		next, err := nextPage(r.url, a.header.Values("Link"))
		if err != nil {
			return l, fmt.Errorf("%s: %w", r, err)
		}
		if next == nil {
			return l, nil
		}
		r.url = next
	}
	return l, fmt.Errorf("%s: %w: %d pages", r, verify.ErrTruncated, wire.MaxPages)
}

// noAPI reports whether a registry says that it has no referrers API: 404 as
// the distribution spec asks, or what registries older than the API make of
// the unknown path. It hides nothing that a registry could not hide with an
// empty list. That a newer denying audit was left out cannot be seen either
// way; maxAge bounds for how long that helps.
func noAPI(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable:
		return true
	}
	return false
}

// add takes a page's entries, as far as the limit allows.
func (l *listing) add(r request, a answer) error {
	found, err := parseListing(a.body, a.header.Get("Content-Type"))
	for _, d := range found {
		if slices.ContainsFunc(l.found, func(o verify.Descriptor) bool { return o.Digest == d.Digest }) {
			continue
		}
		if len(l.found) == wire.MaxReferrers {
			return fmt.Errorf("%s: %w: %d referrers", r, verify.ErrTruncated, wire.MaxReferrers)
		}
		l.found = append(l.found, d)
	}
	if err != nil {
		return invalid(r, err)
	}
	return nil
}

func (l listing) has(d verify.Digest) bool {
	return slices.ContainsFunc(l.found, func(o verify.Descriptor) bool { return o.Digest == d })
}

// parseListing reads an OCI index of referrers. If it is not well-formed as a
// whole, the entries that are come back together with the error.
func parseListing(raw []byte, contentType string) ([]verify.Descriptor, error) {
	if t, _, err := mime.ParseMediaType(contentType); err != nil || t != typeIndex {
		return nil, errors.New("a list of referrers that is not announced as an OCI index")
	}
	m, whole := verify.ParseManifest(raw, contentType)
	if whole == nil {
		return m.Manifests, nil
	}
	var body struct {
		MediaType string            `json:"mediaType"`
		Manifests []json.RawMessage `json:"manifests"`
	}
	if wire.Decode(raw, &body) != nil || body.MediaType != "" && body.MediaType != typeIndex {
		return nil, whole
	}
	var found []verify.Descriptor
	for _, entry := range body.Manifests {
		if d, ok := parseEntry(entry); ok {
			found = append(found, d)
		}
	}
	if len(found) < len(body.Manifests) {
		return found, fmt.Errorf("%w: %d of %d referrers", verify.ErrUnreadable, len(body.Manifests)-len(found), len(body.Manifests))
	}
	return found, whole
}

// parseEntry holds one descriptor to the rules of an index that lists only it.
func parseEntry(entry json.RawMessage) (verify.Descriptor, bool) {
	raw := slices.Concat([]byte(`{"schemaVersion":2,"mediaType":"`+typeIndex+`","manifests":[`), entry, []byte(`]}`))
	m, err := verify.ParseManifest(raw, typeIndex)
	if err != nil || len(m.Manifests) != 1 {
		return verify.Descriptor{}, false
	}
	return m.Manifests[0], true
}

// nextPage finds where the list goes on (RFC 8288). It may not lead away from
// the registry (threat 15).
func nextPage(from *url.URL, links []string) (*url.URL, error) {
	raw, ok := nextLink(links)
	if !ok {
		return nil, nil
	}
	to, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: the next page is not a URL", verify.ErrTruncated)
	}
	to = from.ResolveReference(to)
	if to.User != nil || !sameOrigin(from, to) {
		return nil, fmt.Errorf("%w: the next page is on another host", verify.ErrTruncated)
	}
	return to, nil
}

// nextLink takes the target of the first link whose relation is next.
func nextLink(links []string) (string, bool) {
	for _, header := range links {
		// What precedes the first "<" is not a link.
		for i, link := range strings.Split(header, "<") {
			target, params, ok := strings.Cut(link, ">")
			if i == 0 || !ok {
				continue
			}
			for p := range strings.FieldsFuncSeq(params, func(r rune) bool { return r == ';' || r == ',' }) {
				name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
				if strings.EqualFold(name, "rel") && strings.EqualFold(strings.Trim(value, `"`), "next") {
					return target, true
				}
			}
		}
	}
	return "", false
}
