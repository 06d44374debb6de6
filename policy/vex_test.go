package policy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/verify"
)

// vexFor is a document that says something of CVE-2026-1 in some image.
func vexFor(t testing.TB, image verify.Digest, status string, ago time.Duration) []byte {
	t.Helper()
	type object = map[string]any
	s := object{"vulnerability": object{"name": "CVE-2026-1"}, "status": status,
		"products": []object{{"@id": "pkg:oci/web@" + strings.Replace(string(image), ":", "%3A", 1)}}}
	if status == vuln.VEXNotAffected {
		s["justification"] = "vulnerable_code_not_in_execute_path"
	}
	b, err := json.Marshal(object{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "a",
		"timestamp": now.Add(-ago), "version": 1, "statements": []object{s}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (w *world) vex(by string, over verify.Digest, predicate []byte) *verify.Claim {
	c := w.attest(by, vuln.TypeOpenVEX, over)
	c.Predicate = predicate
	return c
}

// TestVEX: only what a named signer says of this image makes a finding go away.
func TestVEX(t *testing.T) {
	const no, yes, looking, fixed = vuln.VEXNotAffected, vuln.VEXAffected, vuln.VEXUnderInvestigation, vuln.VEXFixed
	other := verify.DigestOf([]byte("other"))
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, w *world)
		verdict Verdict
		why     string // of the last item, if it does not count
	}{
		{"not affected", func(t *testing.T, w *world) { w.vex("security", w.amd64, vexFor(t, w.amd64, no, day)) }, Allow, ""},
		{"fixed", func(t *testing.T, w *world) { w.vex("security", w.amd64, vexFor(t, w.amd64, fixed, day)) }, Allow, ""},
		{"affected", func(t *testing.T, w *world) { w.vex("security", w.amd64, vexFor(t, w.amd64, yes, day)) }, Deny, ""},
		{"under investigation", func(t *testing.T, w *world) { w.vex("security", w.amd64, vexFor(t, w.amd64, looking, day)) }, Deny, ""},
		{"cosign's type", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day)).PredicateType = "https://openvex.dev/ns"
		}, Allow, ""},
		{"about the index", func(t *testing.T, w *world) {
			w.in.Image.Index = verify.DigestOf([]byte("index"))
			w.vex("security", w.in.Image.Index, vexFor(t, w.in.Image.Index, no, day))
		}, Allow, ""},
		{"a stranger's", func(t *testing.T, w *world) { w.vex("stranger", w.amd64, vexFor(t, w.amd64, no, day)) }, Deny,
			"it is by stranger, and the rule asks for security"},
		{"the scanner's own", func(t *testing.T, w *world) { w.vex("scanner", w.amd64, vexFor(t, w.amd64, no, day)) }, Deny,
			"it is by scanner, and the rule asks for security"},
		{"unsigned", func(t *testing.T, w *world) {
			w.add(verify.Item{Kind: verify.KindAttestation, Format: verify.FormatBuildKit, Subject: w.amd64, PredicateType: vuln.TypeOpenVEX, Err: verify.ErrUntrusted})
		}, Deny, "an attestation nobody signed is no evidence"},
		{"attached to another image", func(t *testing.T, w *world) { w.vex("security", other, vexFor(t, w.amd64, no, day)) }, Deny, "which is not this image"},
		{"about another image", func(t *testing.T, w *world) { w.vex("security", w.amd64, vexFor(t, other, no, day)) }, Deny, "the policy asks for nothing"},
		{"made for another repository", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day)).Repository = "registry.example/other"
		}, Deny, "it was made for registry.example/other"},
		{"that cannot be read", func(t *testing.T, w *world) { w.vex("security", w.amd64, []byte(`{"statements":[]}`)) }, Deny, "it cannot be read"},
		{"of another predicate", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day)).PredicateType = "https://spdx.dev/Document"
		}, Deny, "the policy asks for nothing"},
		{"taken back later", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, vexFor(t, w.amd64, yes, day))
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, 2*day))
		}, Deny, ""},
		{"said later", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day))
			w.vex("security", w.amd64, vexFor(t, w.amd64, looking, 2*day))
		}, Allow, ""},
		{"both at once", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, vexFor(t, w.amd64, yes, day))
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day))
		}, Deny, ""},
		{"both at once, the other way round", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day))
			w.vex("security", w.amd64, vexFor(t, w.amd64, yes, day))
		}, Deny, ""},
		{"from the future", func(t *testing.T, w *world) { w.vex("security", w.amd64, vexFor(t, w.amd64, no, -day)) }, Deny, ""},
		{"one that cannot be read beside it", func(t *testing.T, w *world) {
			w.vex("security", w.amd64, []byte(`{}`))
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day))
		}, Deny, "another OpenVEX statement of its signer cannot be read"},
		{"a stranger's that cannot be read beside it", func(t *testing.T, w *world) {
			w.vex("stranger", w.amd64, []byte(`{}`))
			w.vex("security", w.amd64, vexFor(t, w.amd64, no, day))
		}, Allow, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "scanner", "security", "stranger")
			tt.prepare(t, w)
			w.scan("scanner", w.amd64, trivyScan(t, day, day, found("CVE-2026-1", "CRITICAL", "")))
			got := w.evaluate(w.rule(vexRule))
			check(t, got, tt.verdict, map[Verdict]string{Deny: "vulnerability-found"}[tt.verdict])
			use := got.Uses[len(got.Uses)-2]
			if use.Counted != (tt.why == "") || !strings.Contains(use.Why, tt.why) {
				t.Errorf("%+v, want %q", use, tt.why)
			}
		})
	}
}

const vexRule = "attestations: [{predicate: vuln, anyOf: [scanner], vulnerabilities: {maxSeverity: high}, vex: {anyOf: [security]}}]"

// TestVEXNobodyAskedFor is not heard.
func TestVEXNobodyAskedFor(t *testing.T) {
	w := oneArch(t, "scanner", "security")
	w.scan("scanner", w.amd64, trivyScan(t, day, day, found("CVE-2026-1", "CRITICAL", "")))
	w.vex("scanner", w.amd64, vexFor(t, w.amd64, vuln.VEXNotAffected, day))
	check(t, w.evaluate(w.rule(fmt.Sprintf(scanRule, "maxSeverity: high"))), Deny, "vulnerability-found")
}

// TestVEXOfRevokedSigners is not heard either.
func TestVEXOfRevokedSigners(t *testing.T) {
	w := oneArch(t, "scanner", "security")
	w.scan("scanner", w.amd64, trivyScan(t, day, day, found("CVE-2026-1", "CRITICAL", "")))
	w.vex("security", w.amd64, vexFor(t, w.amd64, vuln.VEXNotAffected, day))
	for signer, want := range map[string]Verdict{"": Allow, ", revoked: true": Deny, ", notAfter: 2026-11-20": Deny, ", log: required": Deny} {
		d := w.doc("signers: {scanner: {key: scanner.pub}, security: {key: security.pub" + signer + "}}\nrules: [{name: a, images: [\"**\"], " + vexRule + "}]\n")
		check(t, w.evaluate(d), want, map[Verdict]string{Deny: "vulnerability-found"}[want])
	}
}

// TestVEXIsShown with control 4.4, so that nothing goes away unseen.
func TestVEXIsShown(t *testing.T) {
	w := oneArch(t, "scanner", "security")
	w.audit("scanner", 0, day, goodFacts(t))
	w.scan("scanner", w.amd64, trivyScan(t, day, day, found("CVE-2026-1", "CRITICAL", "")))
	w.vex("security", w.amd64, vexFor(t, w.amd64, vuln.VEXNotAffected, day))
	got := w.evaluate(w.rule(strings.Replace(vexRule, "]}}]", "]}}, {predicate: cis-docker-image, anyOf: [scanner]}]", 1)))
	for _, f := range got.Findings {
		if f.Control != scannedControl {
			continue
		}
		want := "CVE-2026-1 (critical) in openssl 3.0.1, no fix known: VEX by security says not_affected (vulnerable_code_not_in_execute_path)"
		if len(f.Evidence) != 2 || f.Evidence[1] != want {
			t.Errorf("%q", f.Evidence)
		}
		return
	}
	t.Errorf("no finding: %+v", got.Findings)
}

// TestVEXGaps: what could not be looked at, or checked, might say otherwise.
func TestVEXGaps(t *testing.T) {
	w := oneArch(t, "scanner", "security")
	w.scan("scanner", w.amd64, trivyScan(t, day, day, found("CVE-2026-1", "CRITICAL", "")))
	w.in.Evidence.Gaps = []verify.Gap{{Source: "x"}}
	check(t, w.evaluate(w.rule(vexRule)), Undecided, "registry-unreachable vulnerability-found")
	w.in.Evidence.Gaps = nil
	d := w.doc(`signers:
  scanner: {key: scanner.pub}
  security: {keyless: {issuer: https://i.example, identity: a, trustedRoot: scanner.pub}}
rules: [{name: a, images: ["**"], ` + vexRule + "}]\n")
	check(t, w.evaluate(d), Undecided, "unsupported-signer vulnerability-found")
	if n := d.Needs(repo); len(n.Unsupported) != 1 || len(n.Predicates) != 5 {
		t.Errorf("%+v", n)
	}
}
