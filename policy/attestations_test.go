package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// TestThreat58_NewestOfEachSignerCounts (S18), and any denial of an allowed signer
// vetoes (threat 58).
func TestThreat58_NewestOfEachSignerCounts(t *testing.T) {
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
		check(t, w.evaluate(w.rule("mode: warn\n"+fmt.Sprintf(auditRule, ""))), Warn, "attestation-stale control-failed control-unknown")
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
	t.Run("an old audit that somebody logs again is no newer", func(t *testing.T) {
		w := oneArch(t, "ci")
		d := w.rule(strings.Replace(fmt.Sprintf(auditRule, ""), "time: claimed, ", "", 1))
		logged := func(made, ago time.Duration, facts cis.Facts) {
			w.audit("ci", 0, made, facts)
			c := w.in.Evidence.Items[len(w.in.Evidence.Items)-1].Claim
			c.Time, c.TimeProof = now.Add(-ago), verify.TimeLog
		}
		logged(9*day, time.Hour, good)
		check(t, w.evaluate(d), Deny, "attestation-stale")
		logged(2*day, 2*day, badFacts(t))
		check(t, w.evaluate(d), Deny, "control-failed")
		logged(time.Minute, time.Minute, good)
		if got := w.evaluate(d); got.Verdict != Warn {
			t.Errorf("%s: %+v", got.Verdict, got.Reasons)
		}
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
