package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/verify"
)

// TestS9_LogOnlyIfAskedFor: a key needs no log, unless the policy says so.
func TestS9_LogOnlyIfAskedFor(t *testing.T) {
	w := newWorld(t, "release")
	c := w.sign("release", w.in.Image.Index)
	check(t, w.evaluate(w.rule("signatures: {anyOf: [release]}")), Allow, "")
	logged := w.doc("signers: {release: {key: release.pub, log: required}}\nrules: [{name: a, images: [\"**\"], signatures: {anyOf: [release]}}]\n")
	check(t, w.evaluate(logged), Deny, "log-entry-missing")
	c.Time = now.Add(-time.Hour)
	c.TimeProof = verify.TimeTSA
	check(t, w.evaluate(logged), Deny, "log-entry-missing")
	c.TimeProof = verify.TimeLog
	check(t, w.evaluate(logged), Allow, "")
}

// TestS11_Binding: a claim of another repository does not count unless it is
// listed, and one without a name satisfies digest only.
func TestS11_Binding(t *testing.T) {
	for _, tt := range []struct {
		rule, repo string
		verdict    Verdict
		codes      string
	}{
		{"{anyOf: [release]}", repo, Allow, ""},
		{"{anyOf: [release]}", "", Allow, ""},
		{"{anyOf: [release]}", "registry.example/other", Deny, "signature-wrong-repository"},
		{"{anyOf: [release], signedAs: [registry.example/other]}", "registry.example/other", Allow, ""},
		{"{anyOf: [release], binds: repository}", repo, Allow, ""},
		{"{anyOf: [release], binds: repository}", "", Deny, "signature-wrong-repository"},
		{"{anyOf: [release], binds: repository, signedAs: [registry.example/other]}", "registry.example/other", Allow, ""},
		{"{anyOf: [release], binds: tag}", repo, Undecided, "tag-binding-unsupported"},
	} {
		w := newWorld(t, "release")
		w.sign("release", w.in.Image.Index).Repository = tt.repo
		t.Run(tt.rule+tt.repo, func(t *testing.T) { check(t, w.evaluate(w.rule("signatures: "+tt.rule)), tt.verdict, tt.codes) })
	}
	w := newWorld(t, "release")
	c := w.sign("release", w.in.Image.Index)
	d := w.rule("signatures: {anyOf: [release], annotations: {env: prod}}")
	check(t, w.evaluate(d), Deny, "signature-annotation-missing")
	c.Annotations = map[string]string{"env": "prod", "more": "x"}
	check(t, w.evaluate(d), Allow, "")
}

// TestS12_ValidityAndRevocation: after notAfter only a proven time helps, and
// nothing helps a revoked key.
func TestS12_ValidityAndRevocation(t *testing.T) {
	ended, before, after := now.Add(-24*time.Hour), now.Add(-48*time.Hour), now.Add(-time.Hour)
	for _, tt := range []struct {
		name, signer string
		time         time.Time
		proof        verify.TimeProof
		verdict      Verdict
		codes        string
	}{
		{"before the end, unproven", "notAfter: 2026-11-23", time.Time{}, "", Allow, ""},
		{"on the last day", "notAfter: 2026-11-22", time.Time{}, "", Allow, ""},
		{"after the end, unproven", "notAfter: " + ended.Format(time.RFC3339), time.Time{}, "", Deny, "signer-expired"},
		{"after the end, claimed", "notAfter: " + ended.Format(time.RFC3339), before, verify.TimeClaimed, Deny, "signer-expired"},
		{"after the end, proven before", "notAfter: " + ended.Format(time.RFC3339), before, verify.TimeLog, Allow, ""},
		{"after the end, proven after", "notAfter: " + ended.Format(time.RFC3339), after, verify.TimeTSA, Deny, "signer-expired"},
		{"proof without a time", "notAfter: " + ended.Format(time.RFC3339), time.Time{}, verify.TimeLog, Deny, "signer-expired"},
		{"not yet valid", "notBefore: 2026-11-23", time.Time{}, "", Deny, "signer-not-yet-valid"},
		{"proven before the start", "notBefore: 2026-11-22", before, verify.TimeLog, Deny, "signer-not-yet-valid"},
		{"revoked", "revoked: true", time.Time{}, "", Deny, "signer-revoked"},
		{"revoked, proven long ago", "revoked: true", before, verify.TimeLog, Deny, "signer-revoked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "release")
			c := w.sign("release", w.in.Image.Index)
			c.Time, c.TimeProof = tt.time, tt.proof
			body := "signers: {release: {key: release.pub, " + tt.signer + "}}\nrules: [{name: a, images: [\"**\"], mode: %s, signatures: {anyOf: [release]}}]\n"
			check(t, w.evaluate(w.doc(fmt.Sprintf(body, "enforce"))), tt.verdict, tt.codes)
			check(t, w.evaluate(w.doc(fmt.Sprintf(body, "warn"))), tt.verdict, tt.codes)
		})
	}
}

// TestS21_WhatIsPinned: the index only if every runnable child passed.
func TestS21_WhatIsPinned(t *testing.T) {
	host := verify.Platform{OS: "linux", Architecture: "arm64"}
	w := newWorld(t, "release")
	w.sign("release", w.arm64)
	all := w.evaluate(w.rule("signatures: {anyOf: [release]}"))
	check(t, all, Deny, "signature-missing")
	if all.Pin != "" || all.Reasons[0].Platform != "linux/amd64" || !strings.Contains(all.Reasons[0].Hint, "platforms: [linux/arm64]") {
		t.Errorf("pin %q, reasons %+v", all.Pin, all.Reasons)
	}
	for _, tt := range []struct {
		name, platforms string
		host            verify.Platform
		only            []verify.Platform
		verdict         Verdict
		pin             verify.Digest
	}{
		{"listed", "[linux/arm64]", verify.Platform{}, nil, Allow, w.arm64},
		{"host", "host", host, nil, Allow, w.arm64},
		{"host unknown", "host", verify.Platform{}, nil, Deny, ""},
		{"only", "all", verify.Platform{}, []verify.Platform{host}, Allow, w.arm64},
		{"only outside the list", "[linux/amd64]", verify.Platform{}, []verify.Platform{host}, Deny, ""},
		{"not there", "[linux/s390x]", verify.Platform{}, nil, Deny, ""},
		{"both listed", "[linux/amd64, linux/arm64]", verify.Platform{}, nil, Deny, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := w.in
			in.Host, in.Only = tt.host, tt.only
			got := Evaluate(w.rule("platforms: "+tt.platforms+"\nsignatures: {anyOf: [release]}"), in)
			if got.Verdict != tt.verdict || got.Pin != tt.pin {
				t.Errorf("%s, pin %q, %v", got.Verdict, got.Pin, got.Reasons)
			}
		})
	}
	w.in.Image.Platforms = w.in.Image.Platforms[1:]
	w.in.Image.Index = w.arm64
	if got := w.evaluate(w.rule("signatures: {anyOf: [release]}")); got.Pin != w.arm64 || got.Verdict != Allow {
		t.Errorf("single manifest: %s, pin %q", got.Verdict, got.Pin)
	}
}

// TestThreat5_TwoOfThreePlatforms: several but not all judged leave no single
// digest, unless the door knows its platform.
func TestThreat5_TwoOfThreePlatforms(t *testing.T) {
	w := newWorld(t, "release")
	w.in.Image.Platforms = append(w.in.Image.Platforms, verify.PlatformImage{Platform: verify.Platform{OS: "linux", Architecture: "s390x"}, Manifest: verify.DigestOf([]byte("s390x"))})
	w.sign("release", w.amd64)
	w.sign("release", w.arm64)
	d := w.rule("platforms: [linux/amd64, linux/arm64]\nsignatures: {anyOf: [release]}")
	if got := w.evaluate(d); got.Verdict != Allow || got.Pin != "" || len(got.Platforms) != 2 {
		t.Errorf("%s, pin %q", got.Verdict, got.Pin)
	}
	w.in.Host = verify.Platform{OS: "linux", Architecture: "amd64"}
	if got := w.evaluate(d); got.Pin != w.amd64 {
		t.Errorf("pin %q", got.Pin)
	}
}

// TestThreat26_SignatureOfAnotherImage and one of a sibling platform.
func TestThreat26_SignatureOfAnotherImage(t *testing.T) {
	w := newWorld(t, "release")
	w.sign("release", verify.DigestOf([]byte("other")))
	got := w.evaluate(w.rule("signatures: {anyOf: [release]}"))
	check(t, got, Deny, "signature-wrong-subject")
	if got.Uses[0].Counted || got.Uses[0].Why == "" {
		t.Errorf("%+v", got.Uses)
	}
}

// TestThreat48_JunkBesideAGoodSignature changes nothing.
func TestThreat48_JunkBesideAGoodSignature(t *testing.T) {
	w := newWorld(t, "release")
	for range 40 {
		w.add(verify.Item{Kind: verify.KindSignature, Err: verify.ErrInvalid})
	}
	w.sign("release", w.in.Image.Index)
	check(t, w.evaluate(w.rule("signatures: {anyOf: [release]}")), Allow, "")
}

// TestThreat54_ManySubjects: one of a few is accepted, one of many is not.
func TestThreat54_ManySubjects(t *testing.T) {
	w := newWorld(t, "release")
	c := w.sign("release", w.in.Image.Index)
	c.PredicateType = attest.CosignSignType
	for i := range maxSubjects - 1 {
		c.Subjects = append(c.Subjects, verify.DigestOf([]byte{byte(i)}))
	}
	d := w.rule("mode: warn\nsignatures: {anyOf: [release]}")
	check(t, w.evaluate(d), Allow, "")
	c.Subjects = append(c.Subjects, verify.DigestOf([]byte("one more")))
	check(t, w.evaluate(d), Deny, "too-many-subjects")
}

// TestAttestationIsNoSignature: nor is a signature of some other predicate.
func TestAttestationIsNoSignature(t *testing.T) {
	w := newWorld(t, "release")
	d := w.rule("signatures: {anyOf: [release]}")
	w.attest("release", "https://spdx.dev/Document", w.in.Image.Index)
	check(t, w.evaluate(d), Deny, "signature-missing signature-only-attested")
	w.sign("release", w.in.Image.Index).PredicateType = "https://spdx.dev/Document"
	check(t, w.evaluate(d), Deny, "signature-missing signature-only-attested")
}

// TestUnsupportedSignersAreGaps: what this build cannot check leaves open what
// it could change, and never allows.
func TestUnsupportedSignersAreGaps(t *testing.T) {
	const signers = `signers:
  release: {key: release.pub}
  ci: {keyless: {issuer: https://i.example, identity: a, trustedRoot: release.pub}}
rules:
  - {name: a, images: ["**"], %s}
`
	w := newWorld(t, "release")
	any := w.doc(fmt.Sprintf(signers, "signatures: {anyOf: [release, ci]}"))
	both := w.doc(fmt.Sprintf(signers, "signatures: {anyOf: [release, ci], threshold: 2}"))
	attested := w.doc(fmt.Sprintf(signers, "attestations: [{predicate: spdx, anyOf: [release, ci]}]"))
	check(t, w.evaluate(any), Undecided, "signature-missing unsupported-signer")
	check(t, w.evaluate(both), Deny, "signature-missing")
	w.sign("release", w.in.Image.Index)
	check(t, w.evaluate(any), Allow, "")
	check(t, w.evaluate(both), Undecided, "signature-threshold unsupported-signer")
	w.attest("release", "https://spdx.dev/Document", w.in.Image.Index)
	got := w.evaluate(attested)
	check(t, got, Undecided, "unsupported-signer")
	if !strings.Contains(got.Reasons[0].Text, "cannot check keyless signers") {
		t.Errorf("%+v", got.Reasons)
	}
}

// TestRunNeedsARequest: a rule that only judges runs cannot judge an image.
func TestRunNeedsARequest(t *testing.T) {
	w := newWorld(t, "release")
	check(t, w.evaluate(w.rule("run: {profile: starter}")), Undecided, "run-not-judged")
	check(t, w.evaluate(w.rule("mode: warn\nrun: {profile: starter}")), Undecided, "run-not-judged")
	w.sign("release", w.in.Image.Index)
	check(t, w.evaluate(w.rule("run: {profile: starter}\nsignatures: {anyOf: [release]}")), Allow, "")
}

// TestReasonsCanBeActedOn: every reason has words, a hint and somebody, and
// its code is documented.
func TestReasonsCanBeActedOn(t *testing.T) {
	known := map[Code]bool{}
	for _, info := range Codes() {
		if known[info.Code] || info.Doc == "" || info.Who == "" || strings.ToLower(string(info.Code)) != string(info.Code) {
			t.Errorf("%+v", info)
		}
		known[info.Code] = true
	}
	for _, d := range manyDecisions(t) {
		for _, r := range d.Reasons {
			if !known[r.Code] || r.Text == "" || r.Hint == "" || r.Who == "" || r.Effect == Allow {
				t.Errorf("%+v", r)
			}
		}
		if d.Verdict != Allow && len(d.Reasons) == 0 || d.Verdict < Warn && d.Pin != "" {
			t.Errorf("%s without a reason, or pinned to %q", d.Verdict, d.Pin)
		}
		if !slices.IsSortedFunc(d.Uses, func(a, b Use) int { return a.Item - b.Item }) {
			t.Error("uses out of order")
		}
		for _, u := range d.Uses {
			if u.Counted == (u.Why != "") {
				t.Errorf("use %+v", u)
			}
		}
	}
}
