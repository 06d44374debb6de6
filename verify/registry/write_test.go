package registry

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

func TestPutBlob(t *testing.T) {
	s := newServer(t, true)
	c := s.client(t)
	d := must[verify.Descriptor](t)(c.PutBlob(t.Context(), s.repo(), []byte("data")))
	if got := must[[]byte](t)(c.Blob(t.Context(), s.repo(), d, 10)); string(got) != "data" {
		t.Errorf("got %q", got)
	}
	s.requests()
	must[verify.Descriptor](t)(c.PutBlob(t.Context(), s.repo(), []byte("data")))
	if log := s.requests(); len(log) != 1 || !strings.HasPrefix(log[0], "HEAD ") {
		t.Errorf("uploaded again: %q", log)
	}
}

func TestUploadStaysWithTheRegistry(t *testing.T) {
	for _, to := range []string{"https://evil.example/up", "http://registry.example/up", "//evil.example/up", "https://a@registry.example/up", ""} {
		f := &fabric{}
		f.hosts = map[string]http.HandlerFunc{home: demand(annaBasic, `Basic realm="x"`, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusAccepted)
		})}
		if _, err := f.client(t, asAnna).PutBlob(t.Context(), home+"/app", []byte("data")); err == nil || f.reached("evil") || f.reached("http://") {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestWritesThatFailAreNoAbsence(t *testing.T) {
	s := newServer(t, true)
	s.on(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead {
			return false
		}
		w.WriteHeader(http.StatusNotFound)
		return true
	})
	c := s.client(t)
	_, blob := c.PutBlob(t.Context(), s.repo(), []byte("data"))
	_, put := c.PutManifest(t.Context(), s.repo(), "v1", image(t, []byte("a")), typeManifest)
	for _, err := range []error{blob, put} {
		if err == nil || errors.Is(err, verify.ErrNone) {
			t.Errorf("got %v", err)
		}
	}
}

func TestPutManifest(t *testing.T) {
	s := newServer(t, true)
	c := s.client(t)
	a := image(t, []byte("a"))
	if _, err := c.PutManifest(t.Context(), s.repo(), string(verify.DigestOf([]byte("b"))), a, typeManifest); err == nil {
		t.Error("put under another's digest")
	}
	if _, err := c.PutManifest(t.Context(), s.repo(), "v1", []byte("{}"), typeManifest); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("not a manifest: %v", err)
	}
	if _, err := c.Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrNone) {
		t.Fatalf("got %v", err)
	}
	must[verify.Digest](t)(c.PutManifest(t.Context(), s.repo(), "v1", a, typeManifest))
	if _, err := c.Resolve(t.Context(), s.tagged("v1")); err != nil {
		t.Errorf("the absence was remembered over the write: %v", err)
	}
	s.on(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Docker-Content-Digest", string(subject))
		w.WriteHeader(http.StatusCreated)
		return true
	})
	if _, err := c.PutManifest(t.Context(), s.repo(), "v1", a, typeManifest); err == nil {
		t.Error("the registry stored something else")
	}
}

func TestThreat143_ReferrerIsPushedBeforeItIsListed(t *testing.T) {
	s := newServer(t, false)
	c := s.client(t)
	of := image(t, []byte("one"))
	r := referrer(t, of, 1)
	tag := "PUT /v2/app/manifests/" + fallbackTag(verify.DigestOf(of))
	must[verify.Digest](t)(c.PutReferrer(t.Context(), s.repo(), r, typeManifest))
	log := strings.Join(s.requests(), "\n")
	if m, i := strings.Index(log, "PUT /v2/app/manifests/"+string(verify.DigestOf(r))), strings.Index(log, tag); m < 0 || i < m {
		t.Errorf("order: %s", log)
	}
	must[verify.Digest](t)(c.PutReferrer(t.Context(), s.repo(), r, typeManifest))
	if log := strings.Join(s.requests(), "\n"); strings.Contains(log, tag) {
		t.Errorf("a second run wrote the index again: %s", log)
	}
	if _, err := c.PutReferrer(t.Context(), s.repo(), of, typeManifest); err == nil {
		t.Error("a manifest without a subject refers to nothing")
	}
}

func TestThreat143_UnlistedReferrerIsAnError(t *testing.T) {
	s := newServer(t, true)
	of := image(t, []byte("one"))
	path := "/v2/app/referrers/" + string(verify.DigestOf(of))
	s.on(serve(path, typeIndex, list(t)))
	if _, err := s.client(t).PutReferrer(t.Context(), s.repo(), referrer(t, of, 1), typeManifest); err == nil {
		t.Error("success for a referrer nobody can find")
	}
	// A list that is late is waited for.
	c := s.client(t)
	c.pace.sleep = func(context.Context, time.Duration) error { s.on(nil); return nil }
	must[verify.Digest](t)(c.PutReferrer(t.Context(), s.repo(), referrer(t, of, 2), typeManifest))
}

func TestFallbackEntryKeepsWhatOthersWrote(t *testing.T) {
	s := newServer(t, false)
	of := image(t, []byte("one"))
	theirs := referrer(t, of, 7)
	s.push(t, string(verify.DigestOf(theirs)), typeManifest, theirs)
	d := describe(typeManifest, theirs)
	d["x-unknown"], d["artifactType"] = "kept", "application/vnd.theirs"
	body := encode(t, object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": []any{d}, "annotations": object{"a": "b"}})
	tag := fallbackTag(verify.DigestOf(of))
	s.push(t, tag, typeIndex, body)
	c := s.client(t)
	must[verify.Digest](t)(c.PutReferrer(t.Context(), s.repo(), referrer(t, of, 1), typeManifest))
	m := must[verify.Manifest](t)(c.Manifest(t.Context(), s.repo(), tag))
	if raw := string(m.Raw); !strings.Contains(raw, `"x-unknown":"kept"`) || !strings.Contains(raw, `"annotations":{"a":"b"}`) {
		t.Errorf("lost: %s", raw)
	}
	if len(m.Manifests) != 2 || m.Manifests[1].ArtifactType != "application/vnd.example.note" || m.Manifests[1].Annotations["n"] != "1" {
		t.Errorf("got %+v", m.Manifests)
	}
}

func TestFallbackTagOfOthersIsNotOverwritten(t *testing.T) {
	s := newServer(t, false)
	of := image(t, []byte("one"))
	tag := fallbackTag(verify.DigestOf(of))
	s.push(t, tag, typeManifest, of)
	s.requests()
	if _, err := s.client(t).PutReferrer(t.Context(), s.repo(), referrer(t, of, 1), typeManifest); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if log := strings.Join(s.requests(), "\n"); strings.Contains(log, "PUT /v2/app/manifests/"+tag) {
		t.Error("overwritten")
	}
}
