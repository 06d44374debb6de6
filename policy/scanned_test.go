package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/verify"
)

// TestControl44 is answered by the scans the policy asks for, as 4.5 is by its
// signatures; where it asks for none, by the audit.
func TestControl44(t *testing.T) {
	const l1 = "attestations: [%s{predicate: cis-docker-image, anyOf: [scanner], time: claimed, controls: {\"4.4\": deny}}]"
	const entry = "{predicate: vuln, anyOf: [scanner], time: claimed, vulnerabilities: {maxSeverity: high%s}}, "
	status := func(d Decision) string {
		for _, f := range d.Findings {
			if f.Control == scannedControl {
				return fmt.Sprintf("%s %s %s", f.Status, f.Effect, strings.Join(f.Evidence, "|"))
			}
		}
		return "none"
	}
	for _, tt := range []struct {
		name, entry string
		hits        []hit
		want        string
	}{
		{"met", fmt.Sprintf(entry, ""), []hit{found("CVE-2026-2", "HIGH", "")}, "pass none the scan results the policy asks for are there"},
		{"found", fmt.Sprintf(entry, ""), []hit{found("CVE-2026-1", "CRITICAL", "3.0.2")}, "fail deny CVE-2026-1 (critical) in openssl 3.0.1, fixed in 3.0.2"},
		{"ignored", fmt.Sprintf(entry, ", ignore: [{id: CVE-2026-1, reason: not reachable, until: 2026-12-01}]"), []hit{found("CVE-2026-1", "CRITICAL", "")},
			"pass none the scan results the policy asks for are there, with nothing in them it does not let through|CVE-2026-1 is let through until 2026-12-01: not reachable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "scanner")
			w.audit("scanner", 0, day, goodFacts(t))
			w.scan("scanner", w.amd64, trivyScan(t, day, day, tt.hits...))
			got := w.evaluate(w.rule(fmt.Sprintf(l1, tt.entry)))
			if s := status(got); !strings.HasPrefix(s, tt.want) {
				t.Errorf("%s: %s", got.Verdict, s)
			}
			for _, r := range got.Reasons {
				if strings.Contains(r.Text, "control 4.4") {
					t.Errorf("a second reason: %+v", r)
				}
			}
			// A floor's scan answers it as well.
			floor := "floor: {attestations: [" + strings.TrimSuffix(tt.entry, ", ") + "]}\nrules: [{name: a, images: [\"**\"], " + fmt.Sprintf(l1, "") + "}]\n"
			if s := status(w.evaluate(w.doc(floor))); !strings.HasPrefix(s, tt.want) {
				t.Errorf("floor: %s", s)
			}
		})
	}
	w := oneArch(t, "scanner")
	w.audit("scanner", 0, day, goodFacts(t))
	if s := status(w.evaluate(w.rule(fmt.Sprintf(l1, fmt.Sprintf(entry, ""))))); s != "fail deny the scan results the policy asks for are not all there" {
		t.Error(s)
	}
	w.in.Evidence.Gaps = []verify.Gap{{Source: "x"}}
	if s := status(w.evaluate(w.rule(fmt.Sprintf(l1, fmt.Sprintf(entry, ""))))); !strings.HasPrefix(s, "unknown deny not every place") {
		t.Error(s)
	}
	w.in.Evidence.Gaps = nil
	w.scan("scanner", w.amd64, trivyScan(t, day, day))
	for name, rule := range map[string]string{"not asked for": fmt.Sprintf(l1, ""), "presence only": fmt.Sprintf(l1, "{predicate: vuln, anyOf: [scanner]}, ")} {
		var fromAudit string
		for _, f := range cis.Judge(goodFacts(t), cis.DefaultParameters()) {
			if f.Control == scannedControl {
				fromAudit = f.Status.String()
			}
		}
		if s := status(w.evaluate(w.rule(rule))); !strings.HasPrefix(s, fromAudit) || strings.HasPrefix(s, "pass") {
			t.Errorf("%s: %s, want %s", name, s, fromAudit)
		}
	}
}

// TestFixableOnlyNeedsFixes: a report of a form that tells of no fixes does not
// say that there are none.
func TestFixableOnlyNeedsFixes(t *testing.T) {
	w := oneArch(t, "scanner")
	c := w.scan("scanner", w.amd64, []byte(fmt.Sprintf(
		`{"scanner":{"result":[{"id":"CVE-2026-1","severity":[{"method":"nvd","score":9.8}]}]},"metadata":{"scanFinishedOn":%q}}`, now.Format(time.RFC3339))))
	c.PredicateType = vuln.TypeVulnsV02
	got := w.evaluate(w.rule(fmt.Sprintf(scanRule, "maxSeverity: high, fixableOnly: true")))
	check(t, got, Deny, "vulnerability-found")
	if !strings.Contains(got.Reasons[0].Text, "tells of no fixes") {
		t.Error(got.Reasons[0].Text)
	}
}

// TestThreat59_UndatedScan: a proof of when it was logged does not make one that
// says nothing of its age young, and it replaces no other.
func TestThreat59_UndatedScan(t *testing.T) {
	clean := []byte(`{"scanner":{"result":{"SchemaVersion":2,"ArtifactName":"app:1"}}}`)
	for _, proof := range []verify.TimeProof{verify.TimeLog, verify.TimeTSA} {
		w := oneArch(t, "scanner")
		c := w.scan("scanner", w.amd64, clean)
		c.Time, c.TimeProof = now.Add(-time.Hour), proof
		got := w.evaluate(w.rule(fmt.Sprintf(scanRule, "maxSeverity: high")))
		check(t, got, Deny, "attestation-time-unproven")
		if !strings.Contains(got.Reasons[0].Text, "does not say when the scan was made") {
			t.Error(got.Reasons[0].Text)
		}
		bad := w.scan("scanner", w.amd64, []byte(strings.Replace(string(clean), `"app:1"`,
			`"app:1","Results":[{"Class":"os-pkgs","Vulnerabilities":[{"VulnerabilityID":"CVE-1","Severity":"CRITICAL"}]}]`, 1)))
		bad.Time, bad.TimeProof = now.Add(-day), proof
		got = w.evaluate(w.rule("attestations: [{predicate: vuln, anyOf: [scanner], vulnerabilities: {maxSeverity: high}}]"))
		check(t, got, Deny, "vulnerability-found")
	}
}
