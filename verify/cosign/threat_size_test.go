package cosign

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
	"github.com/pratique-dev/pratique/verify/wire"
)

// fat is a registry whose referrers all have manifests of the largest size.
type fat struct {
	*cosigntest.Content
	raw []byte
}

func (f fat) Manifest(ctx context.Context, repo, ref string) (verify.Manifest, error) {
	m, err := f.Content.Manifest(ctx, repo, ref)
	if strings.HasPrefix(ref, "sha256:") {
		m.Raw = f.raw
	}
	return m, err
}

func TestThreat87_ManifestsTakeBoundedMemory(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	c.Put(repo, cosigntest.SigTag(subjectA), k.Signature(cosigntest.Payload(repo, subjectA)))
	const junk = 200
	for i := range junk {
		c.Attach(repo, subjectA, "application/x", cosigntest.Layer{MediaType: "application/x", Bytes: []byte{byte(i)}})
	}
	items, err := New(fat{c, make([]byte, wire.MaxManifest)}, cosigntest.Ring(t, k)).Gather(t.Context(), single(subjectA))
	if err != nil || len(items) != junk+1 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	if items[0].Claim == nil {
		t.Errorf("the junk hid the signature: %v", items[0].Err)
	}
	unread := 0
	for _, i := range items[1:] {
		if errors.Is(i.Err, verify.ErrTruncated) && i.Unreachable() {
			unread++
		}
	}
	if read := junk - unread; read > maxHeld/wire.MaxManifest {
		t.Errorf("%d manifests of %d bytes were kept", read, wire.MaxManifest)
	}
	if n := len(c.Requests()); n > 50 {
		t.Errorf("%d requests", n)
	}
}

// What a stranger pushed is quoted in reasons, and must not fill the output.
func TestThreat64_ReasonsAreShort(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(cosigntest.Statement(subjectA, "https://example.com/"+long, map[string]any{})),
		cosigntest.Layer{MediaType: cosigntest.EnvelopeType, Bytes: []byte(`{"payloadType":"` + long + `","payload":"","signatures":[]}`)})
	c.Attach(repo, subjectA, long)
	c.Attach(repo, subjectA, cosigntest.BundleType, cosigntest.Layer{MediaType: cosigntest.BundleType, Bytes: []byte(`{"mediaType":"` + long + `"}`)})
	items := gather(t, c)
	if len(items) != 4 {
		t.Fatalf("%d items", len(items))
	}
	for _, i := range items {
		if n := len(i.Err.Error()) + len(i.PredicateType); n > 3<<10 {
			t.Errorf("%s: %d bytes to show", i.Location, n)
		}
	}
}

// A place that was looked at and holds nothing readable is not an empty place.
func TestThreat48_WhatATagHoldsIsNamed(t *testing.T) {
	for tag, want := range map[string]verify.Kind{
		cosigntest.SigTag(subjectA): verify.KindSignature,
		cosigntest.AttTag(subjectA): verify.KindAttestation,
	} {
		c := cosigntest.NewContent()
		c.Fail("manifest "+tag, verify.ErrInvalid)
		if i := only(t, c); i.Kind != want {
			t.Errorf("%s that is no manifest: kind %q", tag, i.Kind)
		}
		c = cosigntest.NewContent()
		c.Put(repo, tag, cosigntest.Layer{MediaType: "application/x", Bytes: []byte("x")})
		if i := only(t, c); i.Kind != want {
			t.Errorf("%s with a strange layer: kind %q", tag, i.Kind)
		}
	}
}

// Empty objects take fifty times their length once they are read.
func TestThreat87_EmptyObjects(t *testing.T) {
	empty := strings.Repeat("{},", 1<<20) + "{}"
	for name, layer := range map[string]cosigntest.Layer{
		"bundle": {MediaType: cosigntest.BundleType, Bytes: []byte(`{"mediaType":"` + cosigntest.BundleType + `",
			"verificationMaterial":{"publicKey":{},"tlogEntries":[` + empty + `]},
			"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AAAA"}]}}`)},
		"envelope": {MediaType: cosigntest.EnvelopeType, Bytes: []byte(`{"payload":"","signatures":[` + empty + `]}`)},
	} {
		c := cosigntest.NewContent()
		c.Attach(repo, subjectA, layer.MediaType, layer)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		refused(t, only(t, c), "objects")
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
			t.Errorf("%s: %d bytes for %d", name, took, len(layer.Bytes))
		}
	}
}
