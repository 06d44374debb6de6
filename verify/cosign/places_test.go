package cosign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
	"github.com/pratique-dev/pratique/verify/wire"
)

// A place that cannot be listed is named, and does not hide the others.
func TestUnreachablePlaces(t *testing.T) {
	broken := errors.New("connection reset")
	for _, request := range []string{
		"manifest " + cosigntest.SigTag(subjectA), "manifest " + cosigntest.AttTag(subjectA), "referrers " + string(subjectA),
	} {
		for _, failure := range []error{broken, cosigntest.Panic{}} {
			k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
			c.Put(repo, cosigntest.SigTag(subjectA), k.Signature(cosigntest.Payload(repo, subjectA)))
			c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(statementA()))
			c.Attach(repo, subjectA, cosigntest.BundleType, k.Bundle(statementA()))
			c.Fail(request, failure)
			items, err := New(c, cosigntest.Ring(t, k)).Gather(context.Background(), single(subjectA))
			_, place, _ := strings.Cut(request, " ")
			if err == nil || !strings.Contains(err.Error(), place) || errors.Is(err, verify.ErrNone) || errors.Is(err, verify.ErrInvalid) {
				t.Errorf("%s: error %v", request, err)
			}
			if failure == broken && !errors.Is(err, broken) {
				t.Errorf("%s: error %v does not wrap its cause", request, err)
			}
			if want := 2; failure == broken && place == string(subjectA) && len(items) != want+1 || place != string(subjectA) && len(items) != want {
				t.Errorf("%s: %d items kept", request, len(items))
			}
		}
	}
}

// An item that is listed but cannot be fetched is neither absent nor invalid.
func TestUnreachableItems(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	sig, b := k.Signature(cosigntest.Payload(repo, subjectA)), k.Bundle(statementA())
	c.Put(repo, cosigntest.SigTag(subjectA), sig)
	m := c.Attach(repo, subjectA, cosigntest.BundleType, b)
	for _, request := range []string{
		"blob " + string(verify.DigestOf(sig.Bytes)), "blob " + string(verify.DigestOf(b.Bytes)), "manifest " + string(m.Digest),
	} {
		for _, failure := range []error{errors.New("timeout"), verify.ErrNone, cosigntest.Panic{}} {
			c.Fail(request, failure)
			unreachable := 0
			for _, i := range gather(t, c, k) {
				if i.Unreachable() {
					unreachable++
				}
			}
			if unreachable != 1 {
				t.Errorf("%s, %v: %d items unreachable", request, failure, unreachable)
			}
		}
		c.Fail(request, nil)
	}
}

func TestManifestBehindTagIsInvalid(t *testing.T) {
	c := cosigntest.NewContent()
	c.Fail("manifest "+cosigntest.SigTag(subjectA), fmt.Errorf("two kinds at once: %w", verify.ErrInvalid))
	refused(t, only(t, c), "two kinds at once")
}

func TestUnknownReferrersAreListed(t *testing.T) {
	layer := cosigntest.Layer{MediaType: "application/octet-stream", Bytes: []byte("x")}
	for _, tt := range []struct {
		name, artifactType string
		layers             []cosigntest.Layer
		format             verify.Format
		reason             string
	}{
		{"notation", cosigntest.NotationType, []cosigntest.Layer{layer}, verify.FormatNotation, "notation"},
		{"sbom", "application/spdx+json", []cosigntest.Layer{layer}, verify.FormatUnknown, "application/spdx+json"},
		{"no layers", "application/x", nil, verify.FormatUnknown, "application/x"},
		{"empty cosign artifact", cosigntest.SigArtifactType, nil, verify.FormatCosignOCI11, "without layers"},
		{"strange cosign artifact", cosigntest.SigArtifactType, []cosigntest.Layer{layer}, verify.FormatCosignOCI11, "octet-stream"},
		{"two bundles", cosigntest.BundleType, []cosigntest.Layer{
			{MediaType: cosigntest.BundleType, Bytes: []byte("{}")}, {MediaType: cosigntest.BundleType, Bytes: []byte("{ }")},
		}, verify.FormatCosignBundle, "one is expected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cosigntest.NewContent()
			c.Attach(repo, subjectA, tt.artifactType, tt.layers...)
			i := only(t, c)
			refused(t, i, tt.reason)
			if !errors.Is(i.Err, verify.ErrUnreadable) || i.Format != tt.format {
				t.Errorf("%s: %v", i.Format, i.Err)
			}
		})
	}
}

func TestIndexInPlaceOfSignatures(t *testing.T) {
	c := cosigntest.NewContent()
	c.PutManifest(repo, cosigntest.SigTag(subjectA), map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []any{},
	})
	refused(t, only(t, c), "image index")
}

func TestThreat47_Truncation(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	layers := slices.Repeat([]cosigntest.Layer{k.Signature(cosigntest.Payload(repo, subjectA))}, wire.MaxItems+1)
	c.Put(repo, cosigntest.SigTag(subjectA), layers...)
	c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(statementA()))
	items, err := New(c, cosigntest.Ring(t, k)).Gather(context.Background(), single(subjectA))
	if !errors.Is(err, verify.ErrTruncated) || !strings.Contains(err.Error(), ".sig") {
		t.Errorf("error %v", err)
	}
	if len(items) != wire.MaxItems+1 || items[wire.MaxItems].Claim == nil {
		t.Errorf("%d items", len(items))
	}
	c.Put(repo, cosigntest.SigTag(subjectA), layers[1:]...)
	if n := len(gather(t, c, k)); n != wire.MaxItems+1 {
		t.Errorf("%d items at the limit", n)
	}
}

func TestThreat47_ReferrersAreTruncated(t *testing.T) {
	c := cosigntest.NewContent()
	for i := range wire.MaxReferrers + 1 {
		c.List(repo, subjectA, verify.Manifest{Digest: verify.DigestOf(fmt.Append(nil, i))})
	}
	items, err := New(c, keys.Ring{}).Gather(context.Background(), single(subjectA))
	if !errors.Is(err, verify.ErrTruncated) || len(items) != wire.MaxReferrers {
		t.Errorf("%d items, %v", len(items), err)
	}
	if n := len(c.Requests()); n != 3+wire.MaxReferrers {
		t.Errorf("%d requests", n)
	}
}

func TestUnusableRing(t *testing.T) {
	s := New(cosigntest.NewContent(), keys.Ring{})
	s.broken = errors.New("signer x: no signature scheme")
	if _, err := s.Gather(context.Background(), single(subjectA)); err == nil {
		t.Error("gathered with a broken ring")
	}
	if _, err := schemes("no key"); err == nil {
		t.Error("a scheme for no key")
	}
}
