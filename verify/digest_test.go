package verify

import (
	"strings"
	"testing"
)

const (
	hexA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	hexB = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

	digestA = Digest("sha256:" + hexA)
	digestB = Digest("sha256:" + hexB)
)

func TestThreat22_DigestHasOneForm(t *testing.T) {
	for _, s := range []string{string(digestA), string(digestB)} {
		if d, err := ParseDigest(s); err != nil || string(d) != s || "sha256:"+d.Hex() != s {
			t.Errorf("%s: %q, %v", s, d, err)
		}
	}
	for _, s := range []string{
		"", "sha256:", hexA, "sha256:" + hexA[1:], "sha256:" + hexA + "a", "sha256:" + strings.ToUpper(hexA),
		"SHA256:" + hexA, "sha256-" + hexA, "sha512:" + hexA + hexA, "md5:" + hexA[:32], "sha256:sha256:" + hexA,
		"sha256:../../../../../../../../../../../../../../../../../../../../../x", "sha256:" + hexA[:63] + "g",
		" sha256:" + hexA, "sha256:" + hexA + "\n", "sha256+b64:" + hexA,
	} {
		if d, err := ParseDigest(s); err == nil || d != "" {
			t.Errorf("accepted %q", s)
		}
	}
	_, err := ParseDigest("sha256:" + strings.Repeat("a", 1<<20))
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("an error as long as its cause: %.200s", err)
	}
}

func TestDigestOf(t *testing.T) {
	const empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := DigestOf(nil); got != empty {
		t.Errorf("got %s", got)
	}
	if DigestOf([]byte("a")) == DigestOf([]byte("b")) {
		t.Error("two contents, one digest")
	}
}

func TestImageDigests(t *testing.T) {
	i := Image{Index: digestA, Platforms: []PlatformImage{{Manifest: digestB}, {Manifest: digestA}, {Manifest: digestB}}}
	if got := i.Digests(); len(got) != 2 || got[0] != digestA || got[1] != digestB {
		t.Errorf("got %v", got)
	}
}
