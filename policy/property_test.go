package policy

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/verify"
)

// rules asked of random evidence.
var askedOf = []string{
	"signatures: {anyOf: [a, b, c], threshold: 2}",
	"signatures: {anyOf: [a]}",
	"mode: warn\nsignatures: {anyOf: [a, b], threshold: 2}\nattestations: [{predicate: cis-docker-image, anyOf: [a, b], maxAge: 7d, time: claimed}]",
	"attestations: [{predicate: cis-docker-image, anyOf: [a, b], threshold: 2, time: claimed, profile: cis-l1}]",
	"attestations: [{predicate: spdx, anyOf: [a, b], maxAge: 1d}]",
	"platforms: [linux/amd64]\nsignatures: {anyOf: [b]}\nattestations: [{predicate: cis-docker-image, anyOf: [a], profile: cis-l2}]",
	"attestations: [{predicate: vuln, anyOf: [a, b], maxAge: 7d, time: claimed, vulnerabilities: {maxSeverity: high}, vex: {anyOf: [c]}}]",
	"attestations: [{predicate: cis-docker-image, anyOf: [b], time: claimed}, {predicate: vuln, anyOf: [a], time: claimed, vulnerabilities: {maxSeverity: high, maxDatabaseAge: 3d}, vex: {anyOf: [b, c]}}]",
}

// randomEvidence adds a few random items by the named signers.
func randomEvidence(w *world, r *rand.Rand, n int, by ...string) {
	subjects := []verify.Digest{w.in.Image.Index, w.amd64, w.arm64, verify.DigestOf([]byte("other"))}
	for range n {
		signer, over := by[r.IntN(len(by))], subjects[r.IntN(len(subjects))]
		switch r.IntN(9) {
		case 0, 1:
			w.sign(signer, over)
		case 2, 3:
			facts := goodFacts(w.t)
			if r.IntN(3) == 0 {
				facts = badFacts(w.t)
			}
			w.audit(signer, r.IntN(2), time.Duration(r.IntN(10)-1)*24*time.Hour, facts)
		case 4:
			c := w.attest(signer, "https://spdx.dev/Document", over)
			c.Time, c.TimeProof = now.Add(-time.Duration(r.IntN(72))*time.Hour), []verify.TimeProof{"", verify.TimeLog, verify.TimeTSA}[r.IntN(3)]
		case 5:
			w.add(verify.Item{Kind: verify.KindSignature, Subject: over, Err: verify.ErrInvalid})
		case 6:
			w.add(verify.Item{Kind: verify.KindAttestation, Subject: over, Err: verify.ErrUnreadable})
		case 7:
			w.scan(signer, over, trivyScan(w.t, time.Duration(r.IntN(10)-1)*day, day, []hit{found("CVE-2026-1", "CRITICAL", ""), found("CVE-2026-2", "LOW", "")}[r.IntN(2):]...))
		case 8:
			status := []string{vuln.VEXNotAffected, vuln.VEXFixed, vuln.VEXAffected}[r.IntN(3)]
			w.vex(signer, over, vexFor(w.t, subjects[r.IntN(len(subjects))], status, time.Duration(r.IntN(5)-1)*day))
		}
	}
}

// manyDecisions are decisions about random evidence, always the same ones.
func manyDecisions(t *testing.T) []Decision {
	r := rand.New(rand.NewPCG(1, 2))
	var out []Decision
	for i := range 300 {
		w := newWorld(t, "a", "b", "c")
		randomEvidence(w, r, i%12, "a", "b", "c")
		if i%10 == 0 {
			w.in.Evidence.Gaps = []verify.Gap{{Source: "cosign", Err: errors.New("503")}}
		}
		out = append(out, w.evaluate(w.rule(askedOf[i%len(askedOf)])))
	}
	return out
}

func TestDecisionsVary(t *testing.T) {
	seen := map[Verdict]int{}
	for _, d := range manyDecisions(t) {
		seen[d.Verdict]++
	}
	for v := Deny; v <= Allow; v++ {
		if seen[v] < 3 {
			t.Errorf("only %d decisions are %s: the property tests show nothing", seen[v], v)
		}
	}
}

// TestThreat48_OrderOfEvidenceDoesNotMatter.
func TestThreat48_OrderOfEvidenceDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		w := newWorld(t, "a", "b", "c")
		randomEvidence(w, r, 2+i%10, "a", "b", "c")
		d := w.rule(askedOf[i%len(askedOf)])
		want := w.evaluate(d)
		in, back := shuffled(r, w.in)
		got := Evaluate(d, in)
		uses := make([]Use, len(got.Uses))
		for _, u := range got.Uses {
			u.Item = back[u.Item]
			uses[u.Item] = u
		}
		got.Uses = uses
		if len(uses) == 0 {
			got.Uses = want.Uses
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%d: order matters:\n%+v\n%+v", i, got, want)
		}
	}
}

// shuffled is the input with its evidence in another order, and the old index
// of each item.
func shuffled(r *rand.Rand, in Input) (Input, []int) {
	back := r.Perm(len(in.Evidence.Items))
	out := in
	out.Evidence.Items, out.Audits = nil, nil
	for to, from := range back {
		out.Evidence.Items = append(out.Evidence.Items, in.Evidence.Items[from])
		for _, a := range in.Audits {
			if a.Item == from {
				a.Item = to
				out.Audits = append(out.Audits, a)
			}
		}
	}
	return out, back
}

// TestEvidenceOfStrangersNeverHelps: whatever somebody the rule does not name
// adds, a refusal stays one.
func TestEvidenceOfStrangersNeverHelps(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 200 {
		w := newWorld(t, "a", "b", "c", "stranger")
		randomEvidence(w, r, i%6, "a", "b", "c")
		d := w.rule(askedOf[i%len(askedOf)])
		before := w.evaluate(d)
		randomEvidence(w, r, 8, "stranger")
		if after := w.evaluate(d); after.Verdict > before.Verdict {
			t.Fatalf("%d: a stranger's evidence turned %s into %s", i, before.Verdict, after.Verdict)
		}
	}
}

// TestNothingIsNeverAllowed: take away any one thing that must be there.
func TestNothingIsNeverAllowed(t *testing.T) {
	good := func() (*world, *Document) {
		w := newWorld(t, "release")
		w.sign("release", w.in.Image.Index)
		w.audit("release", 0, time.Hour, goodFacts(t))
		w.audit("release", 1, time.Hour, goodFacts(t))
		return w, w.rule("signatures: {anyOf: [release]}\nattestations: [{predicate: cis-docker-image, anyOf: [release], time: claimed, maxAge: 7d, profile: cis-l1}]")
	}
	w, d := good()
	if got := w.evaluate(d); got.Verdict < Warn {
		t.Fatalf("the whole is %s: %+v", got.Verdict, got.Reasons)
	}
	for name, take := range map[string]func(*world, *Document){
		"evidence":   func(w *world, _ *Document) { w.in.Evidence = verify.Evidence{} },
		"audits":     func(w *world, _ *Document) { w.in.Audits = nil },
		"platforms":  func(w *world, _ *Document) { w.in.Image.Platforms = nil },
		"manifest":   func(w *world, _ *Document) { w.in.Image.Platforms[1].Manifest = "" },
		"index":      func(w *world, _ *Document) { w.in.Image.Index = "" },
		"repository": func(w *world, _ *Document) { w.in.Image.Repo = "" },
		"image":      func(w *world, _ *Document) { w.in.Image = verify.Image{} },
		"rules":      func(_ *world, d *Document) { d.Rules = nil },
		"asked":      func(_ *world, d *Document) { d.Rules[0].Requirements = Requirements{} },
		"anyOf":      func(_ *world, d *Document) { d.Rules[0].Signatures.AnyOf = nil },
		"threshold":  func(_ *world, d *Document) { d.Rules[0].Signatures.Threshold = 0 },
		"attesters":  func(_ *world, d *Document) { d.Rules[0].Attestations[0].AnyOf = nil },
		"m of none":  func(_ *world, d *Document) { d.Rules[0].Attestations[0].Threshold = 0 },
		"profile":    func(_ *world, d *Document) { d.Rules[0].Attestations[0].Audit.Profile = cis.Profile{} },
		"signers":    func(_ *world, d *Document) { d.Signers = nil },
		"identity":   func(w *world, _ *Document) { w.in.Evidence.Items[0].Claim.Identity = "" },
		"names":      func(w *world, _ *Document) { w.in.Evidence.Items[0].Claim.Signers = nil },
		"subjects":   func(w *world, _ *Document) { w.in.Evidence.Items[0].Claim.Subjects = nil },
		"key":        func(w *world, d *Document) { d.Signers[0].Key.Identity, w.in.Evidence.Items[0].Claim.Identity = "", "" },
		"document":   func(_ *world, d *Document) { *d = Document{} },
	} {
		w, d := good()
		take(w, d)
		if got := w.evaluate(d); got.Verdict >= Warn || got.Pin != "" {
			t.Errorf("without %s it is %s, pinned to %q", name, got.Verdict, got.Pin)
		}
	}
}

// TestValidUntilIsWhereItFlips: up to the instant the decision is the same,
// and it is never after the first instant at which it is another.
func TestValidUntilIsWhereItFlips(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	flips := 0
	for i := range 200 {
		w := newWorld(t, "a", "b", "c")
		randomEvidence(w, r, 2+i%8, "a", "b", "c")
		d := w.rule(askedOf[i%len(askedOf)])
		first := w.evaluate(d)
		for _, step := range []time.Duration{time.Hour, 23 * time.Hour, 3 * 24 * time.Hour, 9 * 24 * time.Hour} {
			w.in.Now = now.Add(step)
			if !first.ValidUntil.IsZero() && w.in.Now.After(first.ValidUntil) {
				w.in.Now = first.ValidUntil
			}
			if later := w.evaluate(d); later.Verdict != first.Verdict || len(later.Reasons) != len(first.Reasons) {
				t.Fatalf("%d: %s at %s, %s at %s, said to hold until %s", i, first.Verdict, now, later.Verdict, w.in.Now, first.ValidUntil)
			}
		}
		if !first.ValidUntil.IsZero() {
			flips++
		}
	}
	if flips < 20 {
		t.Errorf("only %d decisions end: the test shows nothing", flips)
	}
}

// TestThreat124_NothingToJudge: what holds for every platform of none is no
// reason to allow.
func TestThreat124_NothingToJudge(t *testing.T) {
	for name, take := range map[string]func(*world){
		"platforms":    func(w *world) { w.in.Image.Platforms = nil },
		"one manifest": func(w *world) { w.in.Image.Platforms[1].Manifest = "" },
		"repository":   func(w *world) { w.in.Image.Repo = "" },
		"index":        func(w *world) { w.in.Image.Index = "" },
	} {
		for _, body := range []string{"default: allow\n", "rules: [{name: a, images: [\"**\"], mode: warn, signatures: {anyOf: [release]}}]\n"} {
			w := newWorld(t, "release")
			w.sign("release", w.in.Image.Index)
			take(w)
			got := w.evaluate(w.doc(body))
			if got.Verdict != Deny || len(got.Reasons) == 0 || !slices.ContainsFunc(got.Reasons, func(r Reason) bool { return r.Code == NoPlatforms }) {
				t.Errorf("without %s: %s, %+v", name, got.Verdict, got.Reasons)
			}
		}
	}
	if got := (&evaluation{doc: &Document{}}).finish(Decision{}); got.Verdict != Deny {
		t.Errorf("nothing found at all is %s", got.Verdict)
	}
}
