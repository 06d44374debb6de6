package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

const day = 24 * time.Hour

// oneArch is a world with a single manifest.
func oneArch(t *testing.T, signers ...string) *world {
	w := newWorld(t, signers...)
	w.in.Image.Platforms = w.in.Image.Platforms[:1]
	w.in.Image.Index = w.amd64
	return w
}

const auditRule = "attestations: [{predicate: cis-docker-image, anyOf: [ci], time: claimed, maxAge: 7d, profile: cis-l1%s}]"

// TestS18_NewestOfEachSignerCounts, and any denial of an allowed signer
// vetoes (threat 58).
func TestS18_NewestOfEachSignerCounts(t *testing.T) {
	good, bad := goodFacts(t), badFacts(t)
	two := strings.ReplaceAll(fmt.Sprintf(auditRule, ""), "[ci]", "[ci, release]")
	for _, tt := range []struct {
		name, rule string
		prepare    func(*world)
		verdict    Verdict
		codes      string
	}{
		{"old pass, new fail", fmt.Sprintf(auditRule, ""), func(w *world) { w.audit("ci", 0, 2*day, good); w.audit("ci", 0, day, bad) }, Deny, "control-failed"},
		{"old fail, new pass", fmt.Sprintf(auditRule, ""), func(w *world) { w.audit("ci", 0, 2*day, bad); w.audit("ci", 0, day, good) }, Warn, ""},
		{"both at once", fmt.Sprintf(auditRule, ""), func(w *world) { w.audit("ci", 0, day, good); w.audit("ci", 0, day, bad) }, Deny, "control-failed"},
		{"other signer's old fail vetoes", two, func(w *world) { w.audit("release", 0, 2*day, bad); w.audit("ci", 0, day, good) }, Deny, "control-failed"},
		{"even when it is stale", two, func(w *world) { w.audit("release", 0, 20*day, bad); w.audit("ci", 0, day, good) }, Deny, "control-failed"},
		{"a stranger's fail does not", fmt.Sprintf(auditRule, ""), func(w *world) { w.audit("release", 0, day, bad); w.audit("ci", 0, day, good) }, Warn, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "ci", "release")
			tt.prepare(w)
			got := w.evaluate(w.rule(tt.rule))
			if tt.verdict == Warn {
				if got.Verdict != Warn {
					t.Errorf("%s: %+v", got.Verdict, got.Reasons)
				}
				return
			}
			check(t, got, tt.verdict, tt.codes)
		})
	}
}

// TestThreat59_StaleOrUndatedAttestations do not count.
func TestThreat59_StaleOrUndatedAttestations(t *testing.T) {
	good := goodFacts(t)
	t.Run("stale", func(t *testing.T) {
		w := oneArch(t, "ci")
		w.audit("ci", 0, 9*day, good)
		got := w.evaluate(w.rule(fmt.Sprintf(auditRule, "")))
		check(t, got, Deny, "attestation-stale")
		if !strings.Contains(got.Reasons[0].Text, "9 days old, and the limit is 7 days") {
			t.Error(got.Reasons[0].Text)
		}
		check(t, w.evaluate(w.rule("mode: warn\n"+fmt.Sprintf(auditRule, ""))), Warn, "attestation-stale control-unknown")
	})
	t.Run("at the limit", func(t *testing.T) {
		w := oneArch(t, "ci")
		w.audit("ci", 0, 7*day, good)
		d := w.rule(fmt.Sprintf(auditRule, ""))
		if got := w.evaluate(d); got.Verdict != Warn || !got.ValidUntil.Equal(now) {
			t.Errorf("%s until %s", got.Verdict, got.ValidUntil)
		}
		w.in.Now = now.Add(time.Nanosecond)
		check(t, w.evaluate(d), Deny, "attestation-stale")
	})
	t.Run("the signer's clock does not count unasked", func(t *testing.T) {
		w := oneArch(t, "ci")
		w.audit("ci", 0, day, good)
		check(t, w.evaluate(w.rule(strings.Replace(fmt.Sprintf(auditRule, ""), "time: claimed, ", "", 1))), Deny, "attestation-time-unproven")
	})
	t.Run("a proven time beats the signer's clock", func(t *testing.T) {
		w := oneArch(t, "ci")
		w.audit("ci", 0, day, good)
		c := w.in.Evidence.Items[0].Claim
		c.Time, c.TimeProof = now.Add(-20*day), verify.TimeLog
		check(t, w.evaluate(w.rule(fmt.Sprintf(auditRule, ""))), Deny, "attestation-stale")
	})
	t.Run("a little ahead", func(t *testing.T) {
		w := oneArch(t, "ci")
		w.audit("ci", 0, -4*time.Minute, good)
		if got := w.evaluate(w.rule(fmt.Sprintf(auditRule, ""))); got.Verdict != Warn {
			t.Errorf("%s: %+v", got.Verdict, got.Reasons)
		}
	})
	t.Run("from the future", func(t *testing.T) {
		w := oneArch(t, "ci")
		w.audit("ci", 0, -6*time.Minute, good)
		d := w.rule(fmt.Sprintf(auditRule, ""))
		check(t, w.evaluate(d), Undecided, "attestation-future")
		w.audit("ci", 0, day, good)
		check(t, w.evaluate(d), Undecided, "attestation-future")
	})
	t.Run("other predicates", func(t *testing.T) {
		w := oneArch(t, "ci")
		c := w.attest("ci", "https://slsa.dev/provenance/v1", w.amd64)
		d := w.rule("attestations: [{predicate: slsaprovenance1, anyOf: [ci], maxAge: 1d}]")
		check(t, w.evaluate(d), Deny, "attestation-time-unproven")
		c.Time, c.TimeProof = now.Add(-time.Hour), verify.TimeClaimed
		check(t, w.evaluate(d), Deny, "attestation-time-unproven")
		c.TimeProof = verify.TimeTSA
		check(t, w.evaluate(d), Allow, "")
		check(t, w.evaluate(w.rule("attestations: [{predicate: slsaprovenance, anyOf: [ci]}]")), Deny, "attestation-missing")
	})
}

// TestThreat57_AttestersAreNotSigners: the signers of an attestation are those
// its entry names, not those of the image.
func TestThreat57_AttestersAreNotSigners(t *testing.T) {
	w := oneArch(t, "ci", "release")
	w.sign("release", w.amd64)
	w.audit("release", 0, day, goodFacts(t))
	got := w.evaluate(w.rule("signatures: {anyOf: [release]}\n" + fmt.Sprintf(auditRule, "")))
	check(t, got, Deny, "attestation-untrusted-key")
	if got.Uses[0].Counted != true || got.Uses[1].Counted {
		t.Errorf("%+v", got.Uses)
	}
}

// TestThreat60_AuditsAreOfPlatformManifests (S20): not of the index, and not of
// another platform.
func TestThreat60_AuditsAreOfPlatformManifests(t *testing.T) {
	rule := fmt.Sprintf(auditRule, "")
	w := newWorld(t, "ci")
	w.audit("ci", 0, day, goodFacts(t))
	got := w.evaluate(w.rule(rule))
	check(t, got, Deny, "attestation-missing")
	if got.Reasons[0].Platform != "linux/arm64" || got.Platforms[0].Verdict != Warn {
		t.Errorf("%+v", got.Reasons)
	}
	w.audit("ci", 1, day, goodFacts(t))
	if got := w.evaluate(w.rule(rule)); got.Verdict != Warn {
		t.Errorf("%s: %+v", got.Verdict, got.Reasons)
	}
	w = newWorld(t, "ci")
	w.audit("ci", 0, day, goodFacts(t))
	w.in.Evidence.Items[0].Claim.Subjects[0] = w.in.Image.Index
	check(t, w.evaluate(w.rule(rule)), Deny, "attestation-wrong-subject")
	w.in.Evidence.Items[0].Claim.Subjects[0] = verify.DigestOf(nil)
	check(t, w.evaluate(w.rule(rule)), Deny, "attestation-wrong-subject")
	w = newWorld(t, "ci")
	w.attest("ci", "https://spdx.dev/Document", w.in.Image.Index)
	check(t, w.evaluate(w.rule("attestations: [{predicate: spdx, anyOf: [ci]}]")), Allow, "")
}

// TestThreat61_AuditOfAMovedTag: an audit whose manifest or config is another
// is a contradiction, whatever it names as its subject.
func TestThreat61_AuditOfAMovedTag(t *testing.T) {
	rule := "mode: warn\n" + fmt.Sprintf(auditRule, "")
	w := oneArch(t, "ci")
	a := w.audit("ci", 0, day, goodFacts(t))
	a.Audit.Manifest = string(verify.DigestOf(nil))
	check(t, w.evaluate(w.rule(rule)), Deny, "audit-contradicts-image")
	a.Audit.Manifest, a.Audit.Config = string(w.amd64), string(verify.DigestOf(nil))
	check(t, w.evaluate(w.rule(rule)), Deny, "audit-contradicts-image")
	a.Audit.Config, a.Platform = string(w.in.Image.Platforms[0].Config), ""
	check(t, w.evaluate(w.rule(rule)), Deny, "audit-contradicts-image")
}

// TestS15_JudgedAgain: facts count, not statuses; facts that contradict the
// image are a denial of their own; parameters are the operator's.
func TestS15_JudgedAgain(t *testing.T) {
	w := oneArch(t, "ci")
	a := w.audit("ci", 0, day, badFacts(t))
	for _, c := range cis.Section4() {
		a.Audit.Findings = append(a.Audit.Findings, cis.Finding{Control: c.ID, Key: c.Key, Status: cis.Pass})
	}
	d := w.rule(fmt.Sprintf(auditRule, ""))
	got := w.evaluate(d)
	check(t, got, Deny, "control-failed")
	a.Contradictions = []string{"config.User is root, not 1000"}
	check(t, w.evaluate(d), Deny, "audit-contradicts-image")
	check(t, w.evaluate(w.rule("mode: warn\n"+fmt.Sprintf(auditRule, ""))), Deny, "audit-contradicts-image")
	a.Contradictions, a.Audit.Facts = nil, goodFacts(t)
	a.Audit.Facts.ConfigDigest = a.Audit.Config
	fresh := badFacts(t)
	fresh.ConfigDigest = a.Audit.Config
	a.Fresh = &fresh
	check(t, w.evaluate(d), Deny, "audit-contradicts-image")

	w = oneArch(t, "ci")
	w.audit("ci", 0, day, badFacts(t))
	const rule = "attestations: [{predicate: cis-docker-image, anyOf: [ci], time: claimed%s}]"
	check(t, w.evaluate(w.rule(fmt.Sprintf(rule, ""))), Deny, "control-failed")
	if got := w.evaluate(w.rule(fmt.Sprintf(rule, ", parameters: {allowedSecretNames: [DB_PASSWORD]}"))); got.Verdict != Warn {
		t.Errorf("%s: %+v", got.Verdict, got.Reasons)
	}
	if got := w.evaluate(w.rule(fmt.Sprintf(rule, ", controls: {\"4.10\": warn}"))); got.Verdict != Warn {
		t.Errorf("%s: %+v", got.Verdict, got.Reasons)
	}
}

// TestS14_WhatIsAnAudit: a test result without our extension is none, a
// malformed one is invalid, and one that could not be compared leaves it open.
func TestS14_WhatIsAnAudit(t *testing.T) {
	d := func(w *world) *Document { return w.rule("mode: warn\n" + fmt.Sprintf(auditRule, "")) }
	w := oneArch(t, "ci")
	w.attest("ci", attest.PredicateType, w.amd64)
	got := w.evaluate(d(w))
	check(t, got, Warn, "attestation-missing")
	if !strings.Contains(got.Uses[0].Why, "without an audit") {
		t.Error(got.Uses[0].Why)
	}
	a := w.audit("ci", 0, day, goodFacts(t))
	a.Err = fmt.Errorf("%w: lists disagree", attest.ErrInvalid)
	check(t, w.evaluate(d(w)), Deny, "audit-invalid")
	a.Err = errors.New("503")
	check(t, w.evaluate(d(w)), Undecided, "registry-unreachable")
	a.Err = nil
	a.Audit.Benchmark = "CIS Docker 1.8.0"
	check(t, w.evaluate(d(w)), Warn, "audit-other-benchmark")
}

// TestThreat62_MissingFactsAreUnknown: an audit that says nothing about a
// control does not pass it.
func TestThreat62_MissingFactsAreUnknown(t *testing.T) {
	w := oneArch(t, "ci")
	w.audit("ci", 0, day, cis.Facts{})
	got := w.evaluate(w.rule(fmt.Sprintf(auditRule, "")))
	check(t, got, Deny, "control-unknown")
	if len(got.Findings) != len(cis.Section4()) {
		t.Errorf("%d findings", len(got.Findings))
	}
	for _, f := range got.Findings {
		if f.Control == "4.1" && (f.Status != cis.Unknown || f.Effect != cis.EffectDeny) {
			t.Errorf("%+v", f)
		}
	}
}

// TestThreat63_AnotherBenchmarksNumbers do not count by their number.
func TestThreat63_AnotherBenchmarksNumbers(t *testing.T) {
	w := oneArch(t, "ci")
	w.audit("ci", 0, day, goodFacts(t)).Audit.Benchmark = "CIS Docker 1.8.0"
	check(t, w.evaluate(w.rule(fmt.Sprintf(auditRule, ""))), Deny, "audit-other-benchmark")
}

// TestS16_ContentTrustIsTheGatesOwnVerdict: 4.5 passes where the policy's
// signatures are there, and nowhere else.
func TestS16_ContentTrustIsTheGatesOwnVerdict(t *testing.T) {
	status := func(d Decision) string {
		for _, f := range d.Findings {
			if f.Control == signedControl {
				return fmt.Sprintf("%s %s %s", f.Status, f.Effect, f.Source)
			}
		}
		return "none"
	}
	const l2 = "attestations: [{predicate: cis-docker-image, anyOf: [ci], time: claimed, controls: {\"4.5\": deny}}]"
	w := oneArch(t, "ci")
	w.audit("ci", 0, day, goodFacts(t))
	got := w.evaluate(w.rule(l2))
	check(t, got, Deny, "control-failed")
	got = w.evaluate(w.rule("signatures: {anyOf: [ci]}\n" + l2))
	check(t, got, Deny, "signature-missing signature-only-attested")
	if s := status(got); s != "fail deny image" {
		t.Error(s)
	}
	w.sign("ci", w.amd64)
	got = w.evaluate(w.rule("signatures: {anyOf: [ci]}\n" + l2))
	if s := status(got); got.Verdict != Warn || s != "pass none image" {
		t.Errorf("%s: %s", got.Verdict, s)
	}
}

// TestS6_Exceptions hold until the end of their day, for their image and their
// evidence.
func TestS6_Exceptions(t *testing.T) {
	const rule = "attestations: [{predicate: cis-docker-image, anyOf: [ci], time: claimed, profile: cis-l1, controls: {\"4.10\": warn, \"4.6\": warn}, except: [%s]}]"
	for _, tt := range []struct {
		name, except string
		verdict      Verdict
		codes        string
	}{
		{"none", "", Deny, "control-failed"},
		{"whole", `{control: "4.1", reason: why, until: 2026-11-22}`, Warn, ""},
		{"ended", `{control: "4.1", reason: why, until: 2026-11-21}`, Deny, "control-failed except-expired"},
		{"other control", `{control: "4.2", reason: why, until: 2026-11-22}`, Deny, "control-failed"},
		{"this image", `{control: "4.1", reason: why, until: 2026-11-22, image: "registry.example/apps/*"}`, Warn, ""},
		{"other image", `{control: "4.1", reason: why, until: 2026-11-22, image: "registry.example/other/*"}`, Deny, "control-failed"},
		{"ended for another image", `{control: "4.1", reason: why, until: 2026-11-21, image: "registry.example/other/*"}`, Deny, "control-failed"},
		{"this evidence", `{control: "4.1", reason: why, until: 2026-11-22, evidence: root}`, Warn, ""},
		{"other evidence", `{control: "4.1", reason: why, until: 2026-11-22, evidence: no such words}`, Deny, "control-failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "ci")
			w.audit("ci", 0, day, badFacts(t))
			got := w.evaluate(w.rule(fmt.Sprintf(rule, tt.except)))
			if tt.verdict == Warn {
				if got.Verdict != Warn {
					t.Errorf("%s: %+v", got.Verdict, got.Reasons)
				}
				return
			}
			check(t, got, tt.verdict, tt.codes)
		})
	}
	lines := []string{"file /bin/su is set-uid", "file /bin/mount is set-uid"}
	su, mount := Exception{Evidence: "/bin/su", Reason: "a"}, Exception{Evidence: "/bin/mount", Reason: "b"}
	if _, ok := covers([]Exception{su}, lines); ok {
		t.Error("one line of two is enough")
	}
	if why, ok := covers([]Exception{su, mount}, lines); !ok || why != "a; b" {
		t.Error(why, ok)
	}
	if _, ok := covers([]Exception{su}, nil); ok {
		t.Error("no evidence is covered by an exception for some")
	}
}

// TestAttestationsThatDoNotVerify have their own codes.
func TestAttestationsThatDoNotVerify(t *testing.T) {
	for _, tt := range []struct {
		name string
		item verify.Item
		want string
	}{
		{"invalid", verify.Item{Err: verify.ErrInvalid}, "attestation-invalid"},
		{"unreadable", verify.Item{Err: verify.ErrUnreadable}, "evidence-unreadable"},
		{"unknown key", verify.Item{Err: recorded{Is: isUnknownKey}}, "attestation-untrusted-key"},
		{"unsigned", verify.Item{Format: verify.FormatBuildKit, Err: verify.ErrInvalid}, "attestation-unsigned"},
		{"of another type", verify.Item{PredicateType: "https://spdx.dev/Document", Err: verify.ErrInvalid}, "attestation-missing"},
		{"of another platform", verify.Item{Subject: verify.DigestOf(nil), Err: verify.ErrInvalid}, "attestation-missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "ci")
			tt.item.Kind = verify.KindAttestation
			w.add(tt.item)
			check(t, w.evaluate(w.rule(fmt.Sprintf(auditRule, ""))), Deny, tt.want)
		})
	}
	w := oneArch(t, "ci", "release")
	w.attest("ci", "https://spdx.dev/Document", w.amd64)
	d := w.rule("attestations: [{predicate: spdx, anyOf: [ci, release], threshold: 2}]")
	check(t, w.evaluate(d), Deny, "attestation-threshold")
	w.attest("release", "https://spdx.dev/Document", w.amd64).Repository = "registry.example/other"
	check(t, w.evaluate(d), Deny, "attestation-threshold attestation-wrong-repository")
}
