package policy

import (
	"fmt"
	"strings"
	"testing"
)

// TestScanRulesAreReadStrictly with the line they are on.
func TestScanRulesAreReadStrictly(t *testing.T) {
	w := oneArch(t, "scanner")
	const rule = "rules:\n  - name: a\n    images: [\"**\"]\n    attestations: [{%s}]\n"
	vuln := "predicate: vuln, anyOf: [scanner], "
	for text, want := range map[string]string{
		vuln + "vulnerabilities: {}":                                                                                                          "key \"maxSeverity\" is missing",
		vuln + "vulnerabilities: {maxSeverity: critical}":                                                                                     "is not one of high, medium, low, negligible, none",
		vuln + "vulnerabilities: {maxSeverity: High}":                                                                                         "is not one of",
		vuln + "vulnerabilities: {maxSeverity: high, maxDatabaseAge: 0d}":                                                                     "duration",
		vuln + "vulnerabilities: {maxSeverity: high, ignore: [{id: a, reason: b}]}":                                                           "key \"until\" is missing",
		vuln + "vulnerabilities: {maxSeverity: high, ignore: [{id: a, until: 2026-12-01}]}":                                                   "key \"reason\" is missing",
		vuln + `vulnerabilities: {maxSeverity: high, ignore: [{id: "CVE-*", reason: b, until: 2026-12-01}]}`:                                  "not the identifier of one",
		vuln + `vulnerabilities: {maxSeverity: high, ignore: [{id: "CVE-1, CVE-2", reason: b, until: 2026-12-01}]}`:                           "not the identifier of one",
		vuln + `vulnerabilities: {maxSeverity: high, ignore: [{id: a, reason: b, until: 2026-12-01}, {id: a, reason: b, until: 2026-12-02}]}`: "a is there twice",
		vuln + "vulnerabilities: {maxSeverity: high}, vex: {anyOf: []}":                                                                       "must not be empty",
		vuln + "vulnerabilities: {maxSeverity: high}, vex: {anyOf: [nobody]}":                                                                 "no signer is called",
		vuln + "vex: {anyOf: [scanner]}":                                                                                                      "needs vulnerabilities beside it",
		"predicate: spdx, anyOf: [scanner], vulnerabilities: {maxSeverity: high}":                                                             "is for predicate vuln",
		"predicate: cis-docker-image, anyOf: [scanner], vulnerabilities: {maxSeverity: low}":                                                  "is for predicate vuln",
		vuln + "profile: starter": "for predicate cis-docker-image only",
	} {
		_, err := w.parse(fmt.Sprintf(rule, text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "p.yaml:10:") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := w.parse(fmt.Sprintf(rule, "predicate: https://in-toto.io/attestation/vulns/v0.2, anyOf: [scanner], vulnerabilities: {maxSeverity: high}")); err != nil {
		t.Error(err)
	}
}

// TestLintScans: an entry that judges nothing, and exceptions without end.
func TestLintScans(t *testing.T) {
	w := oneArch(t, "scanner")
	for text, want := range map[string]string{
		"":                                       "scan-not-judged",
		", vulnerabilities: {maxSeverity: high}": "max-database-age-missing",
		", vulnerabilities: {maxSeverity: high, maxDatabaseAge: 2d, ignore: [{id: a, reason: b, until: 2026-01-01}]}": "except-expired",
		", vulnerabilities: {maxSeverity: high, maxDatabaseAge: 2d, ignore: [{id: a, reason: b, until: 2036-01-01}]}": "except-endless",
		", vulnerabilities: {maxSeverity: high, maxDatabaseAge: 2d}, vex: {anyOf: [scanner]}":                         "",
	} {
		var got []string
		for _, f := range Lint(w.rule("attestations: [{predicate: vuln, anyOf: [scanner], maxAge: 1d"+text+"}]"), now) {
			got = append(got, f.Code)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestExplainScans and what else an entry asks for.
func TestExplainScans(t *testing.T) {
	w := oneArch(t, "scanner", "security")
	d := w.rule(`attestations:
  - {predicate: cis-docker-image, anyOf: [scanner], profile: cis-l1, base: {profile: starter}}
  - {predicate: vuln, anyOf: [scanner], maxAge: 7d, vulnerabilities: {maxSeverity: high, fixableOnly: true, maxDatabaseAge: 2d}, vex: {anyOf: [security]}}`)
	var got []string
	for _, r := range Explain(d, w.in).Requirements {
		got = append(got, r.What)
	}
	want := []string{
		"attestation cis-docker-image: 1 of scanner, judged by cis-l1, the base by starter",
		"attestation vuln: 1 of scanner, at most 7 days old, with no vulnerability above high that has a fix, by a database at most 2 days old, unless VEX by security says it does not matter",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
