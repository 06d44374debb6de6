package intoto

import (
	"errors"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

func TestAutoFormat(t *testing.T) {
	child := verify.DigestOf([]byte("child"))
	tag := func(m *memory, d verify.Digest, suffix string) {
		m.manifests["sha256-"+d.Hex()+suffix] = verify.Manifest{}
	}
	refer := func(m *memory, d verify.Digest, listed string, man verify.Manifest) {
		man.Digest = verify.DigestOf([]byte(listed + man.ArtifactType))
		m.manifests[string(man.Digest)] = man
		m.referrers[d] = append(m.referrers[d], verify.Descriptor{Digest: man.Digest, ArtifactType: listed})
	}
	const empty = "application/vnd.oci.empty.v1+json"
	for name, c := range map[string]struct {
		put  func(m *memory)
		want Format
	}{
		"nothing":           {func(*memory) {}, FormatBundle},
		"a lone .sig":       {func(m *memory) { tag(m, imageDigest, ".sig") }, FormatTag},
		"a lone .att":       {func(m *memory) { tag(m, imageDigest, ".att") }, FormatTag},
		".sig of a child":   {func(m *memory) { tag(m, child, ".sig") }, FormatTag},
		"only a bundle":     {func(m *memory) { refer(m, imageDigest, bundleType, verify.Manifest{}) }, FormatBundle},
		".sig and a bundle": {func(m *memory) { tag(m, imageDigest, ".sig"); refer(m, imageDigest, bundleType, verify.Manifest{}) }, FormatBundle},
		"bundle of a child": {func(m *memory) { tag(m, imageDigest, ".sig"); refer(m, child, bundleType, verify.Manifest{}) }, FormatBundle},
		"bundle that the listing hides": {func(m *memory) {
			tag(m, imageDigest, ".sig")
			refer(m, imageDigest, empty, verify.Manifest{ArtifactType: bundleType})
		}, FormatBundle},
		"bundle known by its layer": {func(m *memory) {
			tag(m, imageDigest, ".sig")
			refer(m, imageDigest, empty, verify.Manifest{Layers: []verify.Descriptor{{MediaType: bundleType}}})
		}, FormatBundle},
		".sig and an SBOM": {func(m *memory) {
			tag(m, imageDigest, ".sig")
			refer(m, imageDigest, "application/spdx", verify.Manifest{})
		}, FormatTag},
		".sig and a bundle past the limit": {func(m *memory) {
			tag(m, imageDigest, ".sig")
			refer(m, imageDigest, bundleType, verify.Manifest{})
			m.fail["referrers "+string(imageDigest)] = verify.ErrTruncated
		}, FormatBundle},
		".sig and an unreadable referrer": {func(m *memory) {
			tag(m, imageDigest, ".sig")
			refer(m, imageDigest, "", verify.Manifest{})
			m.fail["manifest "+string(m.referrers[imageDigest][0].Digest)] = verify.ErrInvalid
		}, FormatTag},
	} {
		m := newMemory()
		c.put(m)
		if got, err := AutoFormat(background, m, repo, imageDigest, child); err != nil || got != c.want {
			t.Errorf("%s: %s %v, want %s", name, got, err, c.want)
		}
	}
}

func TestAutoFormatNeedsToSee(t *testing.T) {
	unreachable := errors.New("connection refused")
	sig := "sha256-" + imageDigest.Hex() + ".sig"
	for name, put := range map[string]func(m *memory) error{
		".sig": func(m *memory) error { m.fail["manifest "+sig] = unreachable; return unreachable },
		".att": func(m *memory) error {
			m.fail["manifest sha256-"+imageDigest.Hex()+".att"] = unreachable
			return unreachable
		},
		"referrers": func(m *memory) error {
			m.manifests[sig] = verify.Manifest{}
			m.fail["referrers "+string(imageDigest)] = unreachable
			return unreachable
		},
		"truncated": func(m *memory) error {
			m.manifests[sig] = verify.Manifest{}
			m.fail["referrers "+string(imageDigest)] = verify.ErrTruncated
			return verify.ErrTruncated
		},
		"referrer": func(m *memory) error {
			m.manifests[sig] = verify.Manifest{}
			m.referrers[imageDigest] = []verify.Descriptor{{Digest: imageDigest}}
			m.fail["manifest "+string(imageDigest)] = unreachable
			return unreachable
		},
	} {
		m := newMemory()
		want := put(m)
		if got, err := AutoFormat(background, m, repo, imageDigest); !errors.Is(err, want) || got != "" {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestAutoIsFollowed(t *testing.T) {
	m := newMemory()
	img := m.image(t)
	attachTag(t, m, img, signed(t, img.Digest))
	if at, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), FormatAuto); err != nil || at.Format != FormatTag {
		t.Errorf("%+v %v", at, err)
	}
	m = newMemory()
	img = m.image(t)
	if at, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), FormatAuto); err != nil || at.Format != FormatBundle {
		t.Errorf("%+v %v", at, err)
	}
}

func TestParseFormat(t *testing.T) {
	for in, want := range map[string]Format{"": FormatAuto, "auto": FormatAuto, "bundle": FormatBundle, "tag": FormatTag} {
		if got, err := ParseFormat(in); err != nil || got != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, in := range []string{"Tag", "oci", "bundle "} {
		if _, err := ParseFormat(in); err == nil {
			t.Errorf("%q accepted", in)
		}
	}
}
