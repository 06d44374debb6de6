package registry

import (
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// A manifest takes several times its length, and counts again under its digest.
func TestThreat87_RememberedManifestsAreCounted(t *testing.T) {
	s := newServer(t, true)
	raw := image(t, []byte("one"), func(m object) { m["annotations"] = object{"k": strings.Repeat("x", 1<<10)} })
	s.push(t, "v1", typeManifest, raw)
	c := s.client(t)
	must[verify.Manifest](t)(c.Manifest(t.Context(), s.repo(), "v1"))
	if least := int64(8 * len(raw)); c.session.bytes < least {
		t.Errorf("%d bytes counted, want at least %d", c.session.bytes, least)
	}
	full := s.client(t)
	full.session.bytes = maxSession
	must[verify.Manifest](t)(full.Manifest(t.Context(), s.repo(), "v1"))
	if n := len(full.session.calls); n != 0 {
		t.Errorf("%d answers kept beyond the limit", n)
	}
}
