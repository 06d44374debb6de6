//go:build e2e

package e2e

import (
	"testing"

	"github.com/pratique-dev/pratique/e2e/lab"
)

// Without a transparency log; cosign 3 wants to be told so in two ways.
const (
	plain2  = " -y --tlog-upload=false --key $KEY "
	plain3  = " -y --tlog-upload=false --use-signing-config=false --key $KEY "
	legacy3 = plain3 + "--new-bundle-format=false "
	oci11   = "--registry-referrers-mode=oci-1-1 "
	custom  = "--type custom --predicate $PREDICATE "
)

// TestAccepts_WhatCosignSigned: an image signed by cosign in any format is allowed.
func TestAccepts_WhatCosignSigned(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		for _, row := range []struct{ name, sign, format string }{
			{"cosign 2, tag", "cosign2 sign" + plain2 + "$IMAGE", "cosign-tag"},
			{"cosign 2, OCI 1.1", "COSIGN_EXPERIMENTAL=1 cosign2 sign" + plain2 + oci11 + "$IMAGE", "cosign-oci11"},
			{"cosign 2, bundle", "cosign2 sign" + plain2 + "--new-bundle-format $IMAGE", "cosign-bundle"},
			{"cosign 3, bundle", "cosign3 sign" + plain3 + "$IMAGE", "cosign-bundle"},
			{"cosign 3, tag", "cosign3 sign" + legacy3 + "$IMAGE", "cosign-tag"},
			{"cosign 3, OCI 1.1", "COSIGN_EXPERIMENTAL=1 cosign3 sign" + legacy3 + oci11 + "$IMAGE", "cosign-oci11"},
			{"cosign 2, by digest", "cosign2 sign" + plain2 + "$PINNED", "cosign-tag"},
			{"cosign 3, by digest", "cosign3 sign" + plain3 + "$PINNED", "cosign-bundle"},
		} {
			t.Run(row.name, func(t *testing.T) {
				s := newSite(t, kind, lab.Image{})
				s.must(row.sign)
				exit, d, r := s.decide("pratique verify --key $PUB $IMAGE")
				if exit != 0 || d.Verdict != "allow" {
					t.Fatalf("want allow: %s", r)
				}
				if d.count("signature", row.format) != 1 || d.count("signature", "") != 1 {
					t.Errorf("want one counted signature of format %s: %+v", row.format, d.Evidence)
				}
				if want := s.Image + "@" + s.Digest; d.Pinned != want || d.Digest != s.Digest {
					t.Errorf("pinned %q and digest %q, want %q", d.Pinned, d.Digest, want)
				}
			})
		}
	})
}

// TestAccepts_WhatCosignAttested: an attestation by cosign in any format meets a demand for it, and a
// signature beside it, in the same format or another, is found as well.
func TestAccepts_WhatCosignAttested(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		for _, row := range []struct{ name, attest, sign, format string }{
			{"cosign 2, tag", "cosign2 attest" + plain2 + custom + "$IMAGE", "cosign2 sign" + plain2 + "$IMAGE", "cosign-tag"},
			{"cosign 2, bundle", "cosign2 attest" + plain2 + custom + "--new-bundle-format $IMAGE", "cosign2 sign" + plain2 + "--new-bundle-format $IMAGE", "cosign-bundle"},
			{"cosign 3, bundle", "cosign3 attest" + plain3 + custom + "$IMAGE", "cosign3 sign" + plain3 + "$IMAGE", "cosign-bundle"},
			{"cosign 3, tag", "cosign3 attest" + legacy3 + custom + "$IMAGE", "cosign3 sign" + legacy3 + "$IMAGE", "cosign-tag"},
			{"bundle beside a .sig tag", "cosign3 attest" + plain3 + custom + "$IMAGE", "cosign2 sign" + plain2 + "$IMAGE", "cosign-bundle"},
			{".att tag beside a bundle", "cosign2 attest" + plain2 + custom + "$IMAGE", "cosign3 sign" + plain3 + "$IMAGE", "cosign-tag"},
		} {
			t.Run(row.name, func(t *testing.T) {
				s := newSite(t, kind, lab.Image{})
				s.must(row.sign, row.attest)
				exit, d, r := s.decide("pratique verify --key $PUB --type custom $IMAGE")
				if exit != 0 || d.Verdict != "allow" {
					t.Fatalf("want allow: %s", r)
				}
				if d.count("attestation", row.format) != 1 || d.count("signature", "") != 1 {
					t.Errorf("want one signature and one attestation of format %s counted: %+v", row.format, d.Evidence)
				}
			})
		}
	})
}

// TestInspect_ListsEveryFormat: what lies at an image is listed whole, whoever wrote it.
func TestInspect_ListsEveryFormat(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		s := newSite(t, kind, lab.Image{})
		s.must("cosign2 sign"+plain2+"$IMAGE",
			"cosign2 attest"+plain2+custom+"$IMAGE",
			"COSIGN_EXPERIMENTAL=1 cosign2 sign"+plain2+oci11+"$IMAGE",
			"cosign3 sign"+plain3+"$IMAGE",
			"cosign3 attest"+plain3+custom+"$IMAGE")
		exit, d, r := s.decide("pratique inspect --key $PUB $IMAGE")
		if exit != 0 || d.Schema != "pratique.inspect/v1" {
			t.Fatalf("want an inspection: %s", r)
		}
		found := map[string]int{}
		for _, e := range d.Evidence {
			found[e.Kind+" "+e.Format]++
			if e.Subject != s.Digest || e.Location == "" {
				t.Errorf("subject %q at %q, want %q", e.Subject, e.Location, s.Digest)
			}
		}
		for _, want := range []string{"signature cosign-tag", "attestation cosign-tag", "signature cosign-oci11",
			"signature cosign-bundle", "attestation cosign-bundle"} {
			if found[want] != 1 {
				t.Errorf("%s: listed %d times, want once", want, found[want])
			}
		}
		if len(d.Evidence) != 5 {
			t.Errorf("listed %d items, want 5: %+v", len(d.Evidence), d.Evidence)
		}
	})
}
