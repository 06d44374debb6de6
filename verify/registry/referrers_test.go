package registry

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

var subject = verify.DigestOf([]byte("the subject"))

// list is the body of an index of any entries.
func list(t *testing.T, entries ...any) []byte {
	return encode(t, object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": append([]any{}, entries...)})
}

func numbered(from, n int) []any {
	var out []any
	for i := range n {
		out = append(out, describe(typeManifest, fmt.Append(nil, "referrer ", from+i)))
	}
	return out
}

func api() string { return "/v2/app/referrers/" + string(subject) }

func TestReferrersFromTheAPIAndTheTag(t *testing.T) {
	for _, withAPI := range []bool{true, false} {
		s := newServer(t, withAPI)
		c := s.client(t)
		if got, err := c.Referrers(t.Context(), s.repo(), subject); err != nil || len(got) != 0 {
			t.Errorf("nothing there: %v, %v", got, err)
		}
		of := image(t, []byte("one"))
		must[verify.Digest](t)(c.PutManifest(t.Context(), s.repo(), "v1", of, typeManifest))
		var want [2]verify.Digest
		for i := range want {
			want[i] = must[verify.Digest](t)(c.PutReferrer(t.Context(), s.repo(), referrer(t, of, i), typeManifest))
		}
		s.requests()
		got := must[[]verify.Descriptor](t)(c.Referrers(t.Context(), s.repo(), verify.DigestOf(of)))
		l := listing{found: got}
		if len(got) != 2 || !l.has(want[0]) || !l.has(want[1]) {
			t.Errorf("api %v: got %+v", withAPI, got)
		}
		if log := s.requests(); len(log) != map[bool]int{true: 1, false: 2}[withAPI] || strings.Contains(log[0], "?") {
			t.Errorf("api %v: requests %q", withAPI, log)
		}
	}
}

func TestThreat13_FallbackOnlyWhereThereIsNoAPI(t *testing.T) {
	for _, status := range []int{401, 403, 410, 429, 500, 501, 503, 200} {
		s := newServer(t, false)
		s.push(t, fallbackTag(subject), typeIndex, list(t))
		s.on(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == api() {
				w.WriteHeader(status)
				return true
			}
			return false
		})
		got, err := s.client(t).Referrers(t.Context(), s.repo(), subject)
		if err == nil || errors.Is(err, verify.ErrNone) || len(got) != 0 {
			t.Errorf("%d: %v, %v", status, got, err)
		}
		for _, r := range s.requests() {
			if strings.Contains(r, "/manifests/") {
				t.Errorf("%d: fell back with %q", status, r)
			}
		}
	}
}

// Registries from before the API answer its path in these ways.
func TestThreat13_FallbackWhereTheAPIIsUnknown(t *testing.T) {
	for _, status := range []int{400, 404, 405, 406} {
		s := newServer(t, false)
		s.push(t, fallbackTag(subject), typeIndex, list(t))
		s.on(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == api() {
				w.WriteHeader(status)
				return true
			}
			return false
		})
		if _, err := s.client(t).Referrers(t.Context(), s.repo(), subject); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestThreat13_PoisonedFallbackTag(t *testing.T) {
	for name, c := range map[string]struct {
		mediaType string
		body      []byte
	}{
		"a manifest":        {typeManifest, image(t, []byte("one"))},
		"a docker list":     {typeDockerList, []byte(`{"schemaVersion":2,"mediaType":"` + typeDockerList + `","manifests":[]}`)},
		"not announced":     {"text/html", list(t)},
		"body of another":   {typeIndex, image(t, []byte("one"))},
		"not JSON":          {typeIndex, []byte("<html>")},
		"duplicate keys":    {typeIndex, []byte(`{"schemaVersion":2,"mediaType":"` + typeIndex + `","manifests":[],"manifests":[]}`)},
		"layers as well":    {typeIndex, []byte(`{"schemaVersion":2,"mediaType":"` + typeIndex + `","manifests":[],"layers":[]}`)},
		"a list of nothing": {typeIndex, []byte(`{"schemaVersion":2,"mediaType":"` + typeIndex + `","manifests":7}`)},
	} {
		s := newServer(t, false)
		s.on(serve("/v2/app/manifests/"+fallbackTag(subject), c.mediaType, c.body))
		if got, err := s.client(t).Referrers(t.Context(), s.repo(), subject); !errors.Is(err, verify.ErrInvalid) || len(got) != 0 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestThreat12_EntriesAreHints(t *testing.T) {
	s := newServer(t, true)
	other := referrer(t, image(t, []byte("another image")), 1)
	s.push(t, string(verify.DigestOf(other)), typeManifest, other)
	s.on(serve(api(), typeIndex, list(t, describe(typeManifest, other))))
	c := s.client(t)
	got := must[[]verify.Descriptor](t)(c.Referrers(t.Context(), s.repo(), subject))
	m := must[verify.Manifest](t)(c.Manifest(t.Context(), s.repo(), string(got[0].Digest)))
	if m.Subject == nil || m.Subject.Digest == subject {
		t.Errorf("what the manifest itself says must be there to compare: %+v", m.Subject)
	}
}

func TestThreat14_StrangeEntryHidesNothing(t *testing.T) {
	good := describe(typeManifest, []byte("good"))
	for name, bad := range map[string]any{
		"sha512":        object{"mediaType": typeManifest, "digest": "sha512:" + strings.Repeat("a", 128), "size": 1},
		"traversal":     object{"mediaType": typeManifest, "digest": "sha256:../../etc", "size": 1},
		"no digest":     object{"mediaType": typeManifest, "size": 1},
		"minus":         object{"mediaType": typeManifest, "digest": subject, "size": -1},
		"a number":      7,
		"annotations":   object{"mediaType": typeManifest, "digest": subject, "size": 1, "annotations": []int{1}},
		"null":          nil,
		"folded digest": object{"mediaType": typeManifest, "digest": subject, "Digest": subject, "size": 1},
	} {
		s := newServer(t, true)
		s.on(serve(api(), typeIndex, list(t, bad, good)))
		got, err := s.client(t).Referrers(t.Context(), s.repo(), subject)
		if !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s went unnoticed: %v", name, err)
		}
		if name == "folded digest" {
			continue // the whole document has two readings
		}
		if len(got) != 1 || got[0].Digest != verify.DigestOf([]byte("good")) || !errors.Is(err, verify.ErrUnreadable) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// pages serves n pages of one entry each, the i-th linked by link(i).
func pages(t *testing.T, link func(i int) string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != api() {
			return false
		}
		var i int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &i)
		if l := link(i); l != "" {
			w.Header().Set("Link", l)
		}
		w.Header().Set("Content-Type", typeIndex)
		_, _ = w.Write(list(t, numbered(i, 1)...))
		return true
	}
}

func TestPagesAreFollowed(t *testing.T) {
	s := newServer(t, true)
	s.on(pages(t, func(i int) string {
		if i == 2 {
			return ""
		}
		return fmt.Sprintf(`<%s?page=%d>; rel="next"`, api(), i+1)
	}))
	if got, err := s.client(t).Referrers(t.Context(), s.repo(), subject); err != nil || len(got) != 3 {
		t.Errorf("%d entries, %v", len(got), err)
	}
}

func TestThreat15_Pagination(t *testing.T) {
	for name, link := range map[string]func(s *server, i int) string{
		"endless":      func(s *server, i int) string { return fmt.Sprintf(`<?page=%d>; rel=next`, i+1) },
		"other host":   func(*server, int) string { return `<http://evil.example/v2/>; rel="next"` },
		"other scheme": func(s *server, _ int) string { return `<https://` + s.host() + `/v2/>; rel="next"` },
		"other port":   func(*server, int) string { return `<http://127.0.0.1:1/v2/>; rel="next"` },
		"user":         func(s *server, _ int) string { return `<http://a@` + s.host() + `/v2/>; rel="next"` },
		"no URL":       func(*server, int) string { return `<http://%zz>; rel="next"` },
	} {
		s := newServer(t, true)
		s.on(pages(t, func(i int) string { return link(s, i) }))
		got, err := s.client(t).Referrers(t.Context(), s.repo(), subject)
		if !errors.Is(err, verify.ErrTruncated) || len(got) == 0 {
			t.Errorf("%s: %d entries, %v", name, len(got), err)
		}
		if n := len(s.requests()); n > wire.MaxPages {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

func TestMissingPageIsNoAbsence(t *testing.T) {
	s := newServer(t, true)
	first := pages(t, func(int) string { return `<?page=1>; rel=next` })
	s.on(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("page") == "1" {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return first(w, r)
	})
	got, err := s.client(t).Referrers(t.Context(), s.repo(), subject)
	if err == nil || errors.Is(err, verify.ErrNone) || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTooManyReferrers(t *testing.T) {
	s := newServer(t, true)
	s.on(serve(api(), typeIndex, list(t, numbered(0, wire.MaxReferrers+1)...)))
	got, err := s.client(t).Referrers(t.Context(), s.repo(), subject)
	if !errors.Is(err, verify.ErrTruncated) || len(got) != wire.MaxReferrers {
		t.Errorf("%d entries, %v", len(got), err)
	}
	s.on(serve(api(), typeIndex, list(t, append(numbered(0, 5), numbered(0, 5)...)...)))
	if got, err := s.client(t).Referrers(t.Context(), s.repo(), subject); err != nil || len(got) != 5 {
		t.Errorf("each manifest once: %d, %v", len(got), err)
	}
}

func TestNextLink(t *testing.T) {
	for header, want := range map[string]string{
		`</a>; rel="next"`:                    "/a",
		`</a>;rel=next`:                       "/a",
		`</p>; rel="prev", </n>; rel="next"`:  "/n",
		`</a?x=1;y=2,3>; title=b; REL="next"`: "/a?x=1;y=2,3",
		`</p>; rel="prev"`:                    "",
		`</a; rel="next"`:                     "",
		`rel="next"`:                          "",
		``:                                    "",
	} {
		if got, _ := nextLink([]string{header}); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
}
