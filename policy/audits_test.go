package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

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
	for line, want := range map[string]bool{
		"file /bin/su is set-uid": true, "/bin/su": true, "(/bin/su, 4755)": true, "file \"/bin/su\"": true,
		"/bin/sudo": false, "/bin/su-exec": false, "/bin/su.old": false, "/bin/su/x": false, "/usr/bin/su": false,
		"/usr/bin/su and /bin/su": true, "": false, `layer 1, "/x /bin/su": mode "4755"`: false, `layer 1, "/bin/su x": mode "4755"`: false,
		`layer 1, "/bin/su": mode "4755"`: true, `layer 1, "/\" /bin/su": mode "4755"`: false,
	} {
		if _, ok := covers([]Exception{su}, []string{line}); ok != want {
			t.Errorf("%s in %q: %v", su.Evidence, line, ok)
		}
	}
	for part, want := range map[string]bool{"history row 1": false, "history row 12": true, "row 12:": true, "KEY": false, "\"DEMO_KEY\"": true, "DEMO_KEY": true} {
		if got := mentions("history row 12: \"DEMO_KEY\"", part); got != want {
			t.Errorf("%s: %v", part, got)
		}
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
