package cosign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/in-toto/in-toto-golang/in_toto"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
)

const (
	repo      = "registry.example/acme/app"
	predicate = "https://example.com/predicate/v1"
)

var (
	subjectA = verify.DigestOf([]byte("a"))
	subjectB = verify.DigestOf([]byte("b"))
)

func single(d verify.Digest) verify.Image {
	return verify.Image{Repo: repo, Index: d, Platforms: []verify.PlatformImage{{Manifest: d}}}
}

// gather lists what there is for image subjectA, and fails on an error.
func gather(t *testing.T, c verify.Content, trusted ...cosigntest.Key) []verify.Item {
	t.Helper()
	items, err := New(c, cosigntest.Ring(t, trusted...)).Gather(context.Background(), single(subjectA))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		if (i.Claim == nil) == (i.Err == nil) {
			t.Fatalf("item with claim %v and error %v", i.Claim, i.Err)
		}
	}
	return items
}

// only is gather where one item is expected.
func only(t *testing.T, c verify.Content, trusted ...cosigntest.Key) verify.Item {
	t.Helper()
	items := gather(t, c, trusted...)
	if len(items) != 1 {
		t.Fatalf("%d items, want one: %v", len(items), items)
	}
	return items[0]
}

// refused fails unless the item does not verify, for a reason that has want in
// it.
func refused(t *testing.T, i verify.Item, want string) {
	t.Helper()
	if i.Claim != nil {
		t.Fatalf("verified: %+v", *i.Claim)
	}
	if !errors.Is(i.Err, verify.ErrInvalid) || !strings.Contains(i.Err.Error(), want) {
		t.Fatalf("got %v (invalid: %v), want %q", i.Err, errors.Is(i.Err, verify.ErrInvalid), want)
	}
}

func statementA() []byte {
	return cosigntest.Statement(subjectA, predicate, map[string]any{"ok": true})
}

func TestTagFormat(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	sig := c.Put(repo, cosigntest.SigTag(subjectA), k.Signature(cosigntest.Payload(repo, subjectA)))
	att := c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(statementA()))
	items := gather(t, c, k)
	if len(items) != 2 {
		t.Fatalf("%d items", len(items))
	}
	s, a := items[0], items[1]
	if s.Claim == nil || a.Claim == nil {
		t.Fatalf("not verified: %v, %v", s.Err, a.Err)
	}
	if s.Location != repo+"@"+string(sig.Digest) || a.Location != repo+"@"+string(att.Digest) {
		t.Errorf("locations %s, %s", s.Location, a.Location)
	}
	if s.Kind != verify.KindSignature || a.Kind != verify.KindAttestation ||
		s.Format != verify.FormatCosignTag || a.Format != verify.FormatCosignTag || s.Subject != subjectA {
		t.Errorf("%+v, %+v", s, a)
	}
	if s.Claim.Repository != repo || s.Claim.Identity != k.Public.Identity || s.Claim.Subject() != subjectA ||
		!slices.Equal(s.Claim.Signers, []string{"k1"}) || s.Claim.Predicate != nil || !s.Claim.Time.IsZero() {
		t.Errorf("signature claim %+v", *s.Claim)
	}
	if a.Claim.PredicateType != predicate || a.PredicateType != predicate || string(a.Claim.Predicate) != `{"ok":true}` ||
		a.Claim.StatementType != in_toto.StatementInTotoV01 || a.Claim.Repository != "" {
		t.Errorf("attestation claim %+v", *a.Claim)
	}
}

func TestRequestBudgetTagFormat(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	sig, att := k.Signature(cosigntest.Payload(repo, subjectA)), k.Attestation(statementA())
	c.Put(repo, cosigntest.SigTag(subjectA), sig)
	c.Put(repo, cosigntest.AttTag(subjectA), att)
	gather(t, c, k)
	wantRequests(t, c,
		"manifest "+cosigntest.SigTag(subjectA), "manifest "+cosigntest.AttTag(subjectA), "referrers "+string(subjectA),
		"blob "+string(verify.DigestOf(sig.Bytes)), "blob "+string(verify.DigestOf(att.Bytes)))
}

func TestRequestBudgetBundles(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	l1, l2 := k.Bundle(cosigntest.SignStatement(subjectA)), k.Bundle(statementA())
	m1 := c.Attach(repo, subjectA, cosigntest.BundleType, l1)
	m2 := c.Attach(repo, subjectA, cosigntest.BundleType, l2)
	for _, i := range gather(t, c, k) {
		if i.Claim == nil {
			t.Errorf("%s: %v", i.Location, i.Err)
		}
	}
	wantRequests(t, c,
		"manifest "+cosigntest.SigTag(subjectA), "manifest "+cosigntest.AttTag(subjectA), "referrers "+string(subjectA),
		"manifest "+string(m1.Digest), "manifest "+string(m2.Digest),
		"blob "+string(verify.DigestOf(l1.Bytes)), "blob "+string(verify.DigestOf(l2.Bytes)))
}

func wantRequests(t *testing.T, c *cosigntest.Content, want ...string) {
	t.Helper()
	got := c.Requests()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Two signers of one payload share its blob, which is fetched once.
func TestSharedPayloadIsFetchedOnce(t *testing.T) {
	k1, k2, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	p := cosigntest.Payload(repo, subjectA)
	m := c.Put(repo, cosigntest.SigTag(subjectA), k1.Signature(p), k2.Signature(p))
	items := gather(t, c, k1, k2)
	for i, name := range []string{"k1", "k2"} {
		if items[i].Claim == nil || items[i].Claim.Signers[0] != name {
			t.Errorf("item %d: %+v", i, items[i])
		}
		if want := fmt.Sprintf("%s@%s#%d", repo, m.Digest, i+1); items[i].Location != want {
			t.Errorf("location %s, want %s", items[i].Location, want)
		}
	}
	if n := len(c.Requests()); n != 4 {
		t.Errorf("%d requests", n)
	}
}

func TestOCI11Artifacts(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	c.AttachAs(repo, subjectA, cosigntest.SigArtifactType, cosigntest.SigArtifactType, k.Signature(cosigntest.Payload(repo, subjectA)))
	// cosign's own WriteSignaturesExperimentalOCI before artifactType: config only.
	c.AttachAs(repo, subjectA, "", cosigntest.SigArtifactType, k.Signature(cosigntest.Payload("other.example/x", subjectA)))
	c.Attach(repo, subjectA, cosigntest.AttArtifactType, k.Attestation(statementA()), k.Attestation(statementA()))
	kinds := map[verify.Kind]int{}
	for _, i := range gather(t, c, k) {
		if i.Claim == nil || i.Format != verify.FormatCosignOCI11 {
			t.Errorf("%s %s: %v", i.Location, i.Format, i.Err)
		}
		kinds[i.Kind]++
	}
	if kinds[verify.KindSignature] != 2 || kinds[verify.KindAttestation] != 2 {
		t.Errorf("kinds %v", kinds)
	}
}

// The places of an image are asked at the same time: each waits here until the
// others have come, and a serial Gather would wait for ever.
func TestPlacesAreAskedTogether(t *testing.T) {
	c := cosigntest.NewContent()
	var all sync.WaitGroup
	all.Add(6)
	c.During = func(string) {
		all.Done()
		all.Wait()
	}
	image := single(subjectA)
	image.Platforms[0].Manifest = subjectB
	if _, err := New(c, keys.Ring{}).Gather(context.Background(), image); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Requests()); n != 6 {
		t.Errorf("%d requests", n)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	var layers []cosigntest.Layer
	for i := range 3 * maxParallel {
		layers = append(layers, k.Signature(cosigntest.Payload(fmt.Sprintf("r.example/%d", i), subjectA)))
	}
	c.Put(repo, cosigntest.SigTag(subjectA), layers...)
	var full sync.WaitGroup
	full.Add(3 * maxParallel)
	c.During = func(request string) {
		if strings.HasPrefix(request, "blob") {
			full.Done()
		}
	}
	if n := len(gather(t, c, k)); n != 3*maxParallel {
		t.Errorf("%d items", n)
	}
	full.Wait()
	if c.Most() > maxParallel {
		t.Errorf("%d requests at one time", c.Most())
	}
}

func TestPlatformsAreLookedAt(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	c.Put(repo, cosigntest.SigTag(subjectA), k.Signature(cosigntest.Payload(repo, subjectA)))
	c.Put(repo, cosigntest.AttTag(subjectB), k.Attestation(cosigntest.Statement(subjectB, predicate, struct{}{})))
	image := single(subjectA)
	image.Platforms[0].Manifest = subjectB
	items, err := New(c, cosigntest.Ring(t, k)).Gather(context.Background(), image)
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	if items[0].Claim.Subject() != subjectA || items[1].Claim.Subject() != subjectB || items[1].Subject != subjectB {
		t.Errorf("%+v", items)
	}
}
