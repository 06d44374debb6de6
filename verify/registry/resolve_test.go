package registry

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

func TestThreat1_TagIsResolvedOnce(t *testing.T) {
	s := newServer(t, true)
	c := s.client(t)
	first := s.push(t, "v1", typeManifest, image(t, []byte("one")))
	got := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
	if got.Index != first || got.Tag != "v1" || got.Repo != s.repo() || got.Asked != "asked" {
		t.Fatalf("got %+v", got)
	}
	s.push(t, "v1", typeManifest, image(t, []byte("two")))
	again := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
	if again.Index != first {
		t.Error("the tag meant two things in one run")
	}
	if log := s.requests(); len(log) != 0 {
		t.Errorf("asked again: %q", log)
	}
}

func TestResolveIsOneRequest(t *testing.T) {
	s := newServer(t, true)
	s.push(t, "v1", typeManifest, image(t, []byte("one")))
	c := s.client(t)
	i := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
	i = must[verify.Image](t)(c.Complete(t.Context(), i))
	if i.Platforms[0].Config != verify.DigestOf([]byte("one")) || i.Platforms[0].Manifest != i.Index {
		t.Errorf("got %+v", i)
	}
	if log := s.requests(); !slices.Equal(log, []string{"GET /v2/app/manifests/v1"}) {
		t.Errorf("requests: %q", log)
	}
}

func TestThreat2_OtherContentThanAsked(t *testing.T) {
	s := newServer(t, true)
	want := s.push(t, "v1", typeManifest, image(t, []byte("one")))
	other := image(t, []byte("two"))
	path := "/v2/app/manifests/" + string(want)
	s.on(serve(path, typeManifest, other))
	_, err := s.client(t).Manifest(t.Context(), s.repo(), string(want))
	if !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("other content: %v", err)
	}

	s.on(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Docker-Content-Digest", string(want))
		return serve("/v2/app/manifests/v1", typeManifest, other)(w, r)
	})
	if _, err := s.client(t).Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("Docker-Content-Digest of other content: %v", err)
	}
}

func TestThreat3_ConfigDigestIsKnown(t *testing.T) {
	s := newServer(t, true)
	child := image(t, []byte("the config"))
	s.push(t, string(verify.DigestOf(child)), typeManifest, child)
	s.push(t, "v1", typeIndex, index(t, []string{"linux/amd64"}, child))
	c := s.client(t)
	i := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
	if i.Platforms[0].Config != "" {
		t.Error("a config digest nobody has read")
	}
	i = must[verify.Image](t)(c.Complete(t.Context(), i))
	if i.Platforms[0].Config != verify.DigestOf([]byte("the config")) {
		t.Errorf("got %+v", i)
	}
	if log := s.requests(); len(log) != 2 {
		t.Errorf("requests: %q", log)
	}
}

func TestThreat4_ChildNotInTheIndex(t *testing.T) {
	s := newServer(t, true)
	child, other := image(t, []byte("a")), image(t, []byte("b"))
	s.push(t, string(verify.DigestOf(child)), typeManifest, child)
	s.push(t, string(verify.DigestOf(other)), typeManifest, other)
	s.push(t, "v1", typeIndex, index(t, []string{"linux/amd64"}, child))
	c := s.client(t)
	i := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
	i.Platforms[0].Manifest = verify.DigestOf(other)
	if _, err := c.Complete(t.Context(), i); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestCompleteChecksTheEntry(t *testing.T) {
	child := image(t, []byte("a"))
	for name, bend := range map[string]func(object){
		"size":       func(d object) { d["size"] = len(child) + 1 },
		"media type": func(d object) { d["mediaType"] = typeDockerManifest },
		"missing":    func(d object) { d["digest"] = verify.DigestOf([]byte("nowhere")) },
	} {
		s := newServer(t, true)
		s.push(t, string(verify.DigestOf(child)), typeManifest, child)
		d := describe(typeManifest, child)
		bend(d)
		body := encode(t, object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": []any{d}})
		s.on(serve("/v2/app/manifests/v1", typeIndex, body))
		c := s.client(t)
		i := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
		_, err := c.Complete(t.Context(), i)
		if !errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThreat7_AttestationManifestIsNotRunnable(t *testing.T) {
	s := newServer(t, true)
	a, b := image(t, []byte("a")), image(t, []byte("b"))
	s.on(serve("/v2/app/manifests/v1", typeIndex, index(t, []string{"linux/amd64", "unknown/unknown"}, a, b)))
	i := must[verify.Image](t)(s.client(t).Resolve(t.Context(), s.tagged("v1")))
	if len(i.Platforms) != 1 || i.Platforms[0].Manifest != verify.DigestOf(a) {
		t.Errorf("got %+v", i.Platforms)
	}
	s.on(serve("/v2/app/manifests/v1", typeIndex, index(t, []string{"unknown/unknown"}, b)))
	if _, err := s.client(t).Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("nothing to run: %v", err)
	}
	// No platform, or half of one, may still be run by an engine.
	s.on(serve("/v2/app/manifests/v1", typeIndex, index(t, []string{"", "linux/unknown"}, a, b)))
	if i := must[verify.Image](t)(s.client(t).Resolve(t.Context(), s.tagged("v1"))); len(i.Platforms) != 2 {
		t.Errorf("got %+v", i.Platforms)
	}
}

func TestNestedIndexIsRefused(t *testing.T) {
	s := newServer(t, true)
	a := image(t, []byte("a"))
	inner := describe(typeIndex, index(t, []string{"linux/arm64"}, a))
	for _, platform := range []any{nil, object{"os": "linux", "architecture": "arm64"}, object{"os": "unknown", "architecture": "unknown"}} {
		inner["platform"] = platform
		body := encode(t, object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": []any{describe(typeManifest, a), inner}})
		s.on(serve("/v2/app/manifests/v1", typeIndex, body))
		if _, err := s.client(t).Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("platform %v: %v", platform, err)
		}
	}
}

// An engine runs the child that its platform names, whatever type the index
// gives it: beside a signed child it must not be passed over.
func TestThreat4_ChildOfAnotherMediaType(t *testing.T) {
	s := newServer(t, true)
	good, evil := image(t, []byte("good")), image(t, []byte("evil"))
	for _, mediaType := range []string{"application/x", "Application/vnd.oci.image.manifest.v1+json", typeManifest + "; charset=utf-8"} {
		d := describe(mediaType, evil)
		d["platform"] = object{"os": "linux", "architecture": "amd64"}
		body := encode(t, object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": []any{d, describe(typeManifest, good)}})
		s.on(serve("/v2/app/manifests/v1", typeIndex, body))
		if i, err := s.client(t).Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v, and %+v is judged", mediaType, err, i.Platforms)
		}
	}
}

func TestTooManyPlatforms(t *testing.T) {
	s := newServer(t, true)
	a := image(t, []byte("a"))
	children := slices.Repeat([][]byte{a}, 257)
	s.on(serve("/v2/app/manifests/v1", typeIndex, index(t, slices.Repeat([]string{"linux/amd64"}, len(children)), children...)))
	if _, err := s.client(t).Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestThreat8_ForeignLayers(t *testing.T) {
	foreign := image(t, []byte("a"), func(m object) {
		m["layers"].([]any)[0].(object)["urls"] = []string{"https://elsewhere.example/layer"}
	})
	s := newServer(t, true)
	s.on(serve("/v2/app/manifests/v1", typeManifest, foreign))
	if _, err := s.client(t).Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("single manifest: %v", err)
	}
	s.on(nil)
	s.push(t, string(verify.DigestOf(foreign)), typeManifest, foreign)
	s.push(t, "v2", typeIndex, index(t, []string{"linux/amd64"}, foreign))
	c := s.client(t)
	i := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v2")))
	if _, err := c.Complete(t.Context(), i); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("child: %v", err)
	}
	_, err := c.Blob(t.Context(), s.repo(), verify.Descriptor{Digest: verify.DigestOf(nil), URLs: []string{"https://elsewhere.example/"}}, 9)
	if !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("blob: %v", err)
	}
}

func TestThreat9to11_BentManifests(t *testing.T) {
	a := image(t, []byte("a"))
	for name, c := range map[string]struct {
		header string
		body   []byte
	}{
		"9: layers and manifests":      {typeManifest, image(t, []byte("a"), func(m object) { m["manifests"] = []any{describe(typeManifest, a)} })},
		"9: config in an index":        {typeIndex, image(t, []byte("a"), func(m object) { m["mediaType"] = typeIndex; delete(m, "layers"); m["manifests"] = []any{} })},
		"10: header and body disagree": {typeDockerManifest, a},
		"10: index announced":          {typeIndex, a},
		"11: schema 1":                 {"application/vnd.docker.distribution.manifest.v1+prettyjws", []byte(`{"schemaVersion":1,"fsLayers":[]}`)},
		"not JSON":                     {typeManifest, []byte("<html>")},
	} {
		s := newServer(t, true)
		s.on(serve("/v2/app/manifests/v1", c.header, c.body))
		if _, err := s.client(t).Resolve(t.Context(), s.tagged("v1")); !errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThreat21_DigestWins(t *testing.T) {
	s := newServer(t, true)
	want := s.push(t, "old", typeManifest, image(t, []byte("one")))
	s.push(t, "v1", typeManifest, image(t, []byte("two")))
	ref := s.tagged("v1")
	ref.Digest = want
	i := must[verify.Image](t)(s.client(t).Resolve(t.Context(), ref))
	if i.Index != want || i.Tag != "v1" {
		t.Errorf("got %+v", i)
	}
}

func TestThreat22_NoOtherNamesInURLs(t *testing.T) {
	s := newServer(t, true)
	c := s.client(t)
	for _, ref := range []string{"", "../blobs/x", "a/b", "md5:0123", "sha256:abc", "SHA256:" + strings.Repeat("a", 64), "tag?x=1"} {
		if _, err := c.Manifest(t.Context(), s.repo(), ref); err == nil {
			t.Errorf("ref %q was accepted", ref)
		}
	}
	for _, repo := range []string{"", "app", s.host() + "/../x", s.host() + "/App", s.host() + "/a?b", s.host() + "/a:tag"} {
		if _, err := c.Manifest(t.Context(), repo, "v1"); err == nil {
			t.Errorf("repository %q was accepted", repo)
		}
	}
	if log := s.requests(); len(log) != 0 {
		t.Errorf("requests: %q", log)
	}
}

func TestImageConfig(t *testing.T) {
	s := newServer(t, true)
	c := s.client(t)
	config := []byte(`{"os":"linux"}`)
	must[verify.Descriptor](t)(c.PutBlob(t.Context(), s.repo(), config))
	must[verify.Digest](t)(c.PutManifest(t.Context(), s.repo(), "v1", image(t, config), typeManifest))
	i := must[verify.Image](t)(c.Resolve(t.Context(), s.tagged("v1")))
	if got := must[[]byte](t)(c.ImageConfig(t.Context(), i, i.Index)); string(got) != string(config) {
		t.Errorf("got %q", got)
	}
	if _, err := c.ImageConfig(t.Context(), i, verify.DigestOf(nil)); err == nil {
		t.Error("a manifest that is not the image's was accepted")
	}
}
