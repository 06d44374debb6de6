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

// hit is a vulnerability as trivy writes it.
type hit struct {
	VulnerabilityID  string
	PkgName          string
	InstalledVersion string
	FixedVersion     string `json:",omitempty"`
	Severity         string
}

func found(id, severity, fixed string) hit {
	return hit{VulnerabilityID: id, PkgName: "openssl", InstalledVersion: "3.0.1", FixedVersion: fixed, Severity: severity}
}

// trivyScan is a scan result made some time ago, as trivy writes it for cosign.
func trivyScan(t testing.TB, ago, database time.Duration, hits ...hit) []byte {
	t.Helper()
	type object = map[string]any
	at := now.Add(-ago)
	b, err := json.Marshal(object{
		"invocation": object{},
		"scanner": object{
			"uri": "pkg:github/aquasecurity/trivy@0.58.0", "version": "0.58.0",
			"db": object{"uri": "", "version": "", "lastUpdate": now.Add(-database)},
			"result": object{"SchemaVersion": 2, "ArtifactName": repo, "ArtifactType": "container_image", "CreatedAt": at,
				"Results": []object{{"Target": "debian", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": hits}}},
		},
		"metadata": object{"scanStartedOn": at, "scanFinishedOn": at},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// scan adds a scan result of a manifest or an index.
func (w *world) scan(by string, over verify.Digest, predicate []byte) *verify.Claim {
	c := w.attest(by, vuln.TypeCosignVuln, over)
	c.Predicate = predicate
	return c
}

const scanRule = "attestations: [{predicate: vuln, anyOf: [scanner], maxAge: 7d, time: claimed, vulnerabilities: {%s}}]"

// TestVulnerabilities: what a scan may have found.
func TestVulnerabilities(t *testing.T) {
	critical, high, low := found("CVE-2026-1", "CRITICAL", "3.0.2"), found("CVE-2026-2", "HIGH", ""), found("CVE-2026-3", "LOW", "3.0.9")
	odd := found("CVE-2026-4", "UNKNOWN", "")
	for _, tt := range []struct {
		name, rule string
		hits       []hit
		codes      string
	}{
		{"nothing found", "maxSeverity: none", nil, ""},
		{"at the ceiling", "maxSeverity: high", []hit{high, low}, ""},
		{"above the ceiling", "maxSeverity: high", []hit{critical}, "vulnerability-found"},
		{"above a lower one", "maxSeverity: medium", []hit{high}, "vulnerability-found"},
		{"the lowest", "maxSeverity: negligible", []hit{low}, "vulnerability-found"},
		{"none at all", "maxSeverity: none", []hit{low}, "vulnerability-found"},
		{"unknown is above every ceiling", "maxSeverity: high", []hit{odd}, "vulnerability-found"},
		{"unknown and not fixable", "maxSeverity: high, fixableOnly: true", []hit{odd}, ""},
		{"only what has a fix", "maxSeverity: medium, fixableOnly: true", []hit{high}, ""},
		{"what has a fix", "maxSeverity: medium, fixableOnly: true", []hit{critical, high}, "vulnerability-found"},
		{"ignored", `maxSeverity: high, ignore: [{id: CVE-2026-1, reason: why, until: 2026-12-01}]`, []hit{critical}, ""},
		{"ignored until today", `maxSeverity: high, ignore: [{id: CVE-2026-1, reason: why, until: 2026-11-22}]`, []hit{critical}, ""},
		{"ignored until yesterday", `maxSeverity: high, ignore: [{id: CVE-2026-1, reason: why, until: 2026-11-21}]`, []hit{critical}, "except-expired vulnerability-found"},
		{"another is ignored", `maxSeverity: high, ignore: [{id: CVE-2026-11, reason: why, until: 2026-12-01}]`, []hit{critical}, "vulnerability-found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "scanner")
			w.scan("scanner", w.amd64, trivyScan(t, day, day, tt.hits...))
			verdict := Allow
			if tt.codes != "" {
				verdict = Deny
			}
			got := w.evaluate(w.rule(fmt.Sprintf(scanRule, tt.rule)))
			check(t, got, verdict, tt.codes)
			if got.Uses[0].Counted != (verdict == Allow) || verdict == Deny && !strings.Contains(got.Uses[0].Why, "the rule does not let through") {
				t.Errorf("%+v", got.Uses)
			}
			if tt.codes == "vulnerability-found" {
				check(t, w.evaluate(w.rule("mode: warn\n"+fmt.Sprintf(scanRule, tt.rule))), Warn, tt.codes)
			}
		})
	}
}

// TestIgnoredByAnotherName, but an advisory of several is not ignored for one
// of them.
func TestIgnoredByAnotherName(t *testing.T) {
	list := []Ignored{{ID: "CVE-2026-1"}}
	for want, findings := range map[bool][]vuln.Finding{
		true:  {{ID: "CVE-2026-1"}, {ID: "CVE-2026-1", Aliases: []string{"GHSA-1", "GHSA-2"}}, {ID: "GHSA-1", Aliases: []string{"CVE-2026-1"}}},
		false: {{ID: "CVE-2026-11"}, {ID: "cve-2026-1"}, {ID: "RHSA-1", Aliases: []string{"CVE-2026-1", "CVE-2026-2"}}},
	} {
		for _, f := range findings {
			if got := ignores(list, f) != nil; got != want {
				t.Errorf("%+v: %v", f, got)
			}
		}
	}
}

// TestVulnerabilitiesAreNamed: the worst first, and not more than a person
// reads.
func TestVulnerabilitiesAreNamed(t *testing.T) {
	hits := []hit{found("CVE-2026-0", "MEDIUM", ""), found("CVE-2026-9", "UNKNOWN", ""), found("CVE-2026-8", "CRITICAL", "3.0.2"), found("CVE-2026-8", "CRITICAL", "3.0.2")}
	for i := range 12 {
		hits = append(hits, found(fmt.Sprintf("CVE-2026-1%02d", i), "MEDIUM", ""))
	}
	w := oneArch(t, "scanner")
	w.scan("scanner", w.amd64, trivyScan(t, day, day, hits...))
	got := w.evaluate(w.rule(fmt.Sprintf(scanRule, "maxSeverity: low")))
	check(t, got, Deny, "vulnerability-found")
	text, hint := got.Reasons[0].Text, got.Reasons[0].Hint
	want := "a scan signed by scanner found 15 vulnerabilities where the rule wants none above low: " +
		"CVE-2026-8 (critical) in openssl 3.0.1, fixed in 3.0.2; CVE-2026-9 (unknown) in openssl 3.0.1, no fix known; CVE-2026-0 (medium)"
	if !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "; and 5 more") {
		t.Error(text)
	}
	if !strings.HasPrefix(hint, "rebuild with --pull --no-cache, and upgrade openssl; scan the new image, then pratique attest --type vuln") {
		t.Error(hint)
	}
	w = oneArch(t, "scanner")
	w.scan("scanner", w.amd64, trivyScan(t, day, day, hit{VulnerabilityID: "CVE-1\x1b[31m", PkgName: "a\u202eb", InstalledVersion: strings.Repeat("9", 500), Severity: "HIGH"}))
	got = w.evaluate(w.rule(fmt.Sprintf(scanRule, "maxSeverity: low")))
	if got.Verdict != Deny || strings.ContainsAny(got.Reasons[0].Text, "\x1b\u202e") || len(got.Reasons[0].Text) > 400 {
		t.Errorf("%s: %+v", got.Verdict, got.Reasons)
	}
}

// TestScanThatCannotBeRead is not a clean one, whoever signed it.
func TestScanThatCannotBeRead(t *testing.T) {
	for name, predicate := range map[string]string{
		"nothing":             `{}`,
		"no JSON":             `x`,
		"results of no shape": `{"scanner":{"uri":"x","version":"1","db":{},"result":{"vulns":[]}},"metadata":{"scanFinishedOn":"2026-11-22T11:00:00Z"}}`,
		"an empty result":     `{"scanner":{"uri":"x","version":"1","db":{},"result":{}},"metadata":{"scanFinishedOn":"2026-11-22T11:00:00Z"}}`,
		"another predicate":   `{"buildDefinition":{},"runDetails":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := oneArch(t, "scanner")
			w.scan("scanner", w.amd64, []byte(predicate))
			d := w.rule("mode: warn\n" + fmt.Sprintf(scanRule, "maxSeverity: high"))
			got := w.evaluate(d)
			if got.Verdict != Deny || !strings.Contains(codes(got), "scan-invalid") {
				t.Errorf("%s: %+v", got.Verdict, got.Reasons)
			}
			w.scan("scanner", w.amd64, trivyScan(t, time.Hour, day))
			if got := w.evaluate(d); got.Verdict != Deny {
				t.Errorf("beside a clean one: %s", got.Verdict)
			}
		})
	}
}

// TestS18_ScansAreDated: by a proven time, else by the scan's own; and one that
// says itself that it is old is old whenever it was logged.
func TestS18_ScansAreDated(t *testing.T) {
	bad := found("CVE-2026-1", "CRITICAL", "")
	rule := fmt.Sprintf(scanRule, "maxSeverity: high")
	two := strings.ReplaceAll(rule, "[scanner]", "[scanner, other]")
	log := func(c *verify.Claim, ago time.Duration) { c.Time, c.TimeProof = now.Add(-ago), verify.TimeLog }
	for _, tt := range []struct {
		name, rule string
		prepare    func(*world)
		verdict    Verdict
		codes      string
	}{
		{"none", rule, func(*world) {}, Deny, "attestation-missing"},
		{"fresh", rule, func(w *world) { w.scan("scanner", w.amd64, trivyScan(t, day, day)) }, Allow, ""},
		{"stale by its own clock", rule, func(w *world) { w.scan("scanner", w.amd64, trivyScan(t, 8*day, day)) }, Deny, "attestation-stale"},
		{"old, logged again", rule, func(w *world) { log(w.scan("scanner", w.amd64, trivyScan(t, 8*day, day)), time.Hour) }, Deny, "attestation-stale"},
		{"logged long ago", rule, func(w *world) { log(w.scan("scanner", w.amd64, trivyScan(t, day, day)), 8*day) }, Deny, "attestation-stale"},
		{"from the future", rule, func(w *world) { w.scan("scanner", w.amd64, trivyScan(t, -time.Hour, day)) }, Undecided, "attestation-future"},
		{"the signer's clock unasked", strings.Replace(rule, "time: claimed, ", "", 1), func(w *world) { w.scan("scanner", w.amd64, trivyScan(t, day, day)) }, Deny, "attestation-time-unproven"},
		{"old pass, new fail", rule, func(w *world) {
			w.scan("scanner", w.amd64, trivyScan(t, 2*day, day))
			w.scan("scanner", w.amd64, trivyScan(t, day, day, bad))
		}, Deny, "vulnerability-found"},
		{"old fail, new pass", rule, func(w *world) {
			w.scan("scanner", w.amd64, trivyScan(t, 2*day, day, bad))
			w.scan("scanner", w.amd64, trivyScan(t, day, day))
		}, Allow, ""},
		{"new fail, an old pass logged later", rule, func(w *world) {
			log(w.scan("scanner", w.amd64, trivyScan(t, 3*day, day)), time.Hour)
			log(w.scan("scanner", w.amd64, trivyScan(t, day, day, bad)), day)
		}, Deny, "vulnerability-found"},
		{"another signer's fail vetoes", two, func(w *world) {
			w.scan("other", w.amd64, trivyScan(t, 6*day, day, bad))
			w.scan("scanner", w.amd64, trivyScan(t, day, day))
		}, Deny, "vulnerability-found"},
		{"even when it is stale", two, func(w *world) {
			w.scan("other", w.amd64, trivyScan(t, 60*day, day, bad))
			w.scan("scanner", w.amd64, trivyScan(t, day, day))
		}, Deny, "vulnerability-found"},
		{"a stranger's clean one does not count", rule, func(w *world) { w.scan("other", w.amd64, trivyScan(t, day, day)) }, Deny, "attestation-untrusted-key"},
		{"a stranger's fail does not", rule, func(w *world) {
			w.scan("other", w.amd64, trivyScan(t, time.Hour, day, bad))
			w.scan("scanner", w.amd64, trivyScan(t, day, day))
		}, Allow, ""},
		{"of another image", rule, func(w *world) { w.scan("scanner", verify.DigestOf([]byte("other")), trivyScan(t, day, day)) }, Deny, "attestation-wrong-subject"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "scanner", "other")
			tt.prepare(w)
			check(t, w.evaluate(w.rule(tt.rule)), tt.verdict, tt.codes)
		})
	}
}

// TestScanDatabase: a new scan by an old database knows nothing new.
func TestScanDatabase(t *testing.T) {
	rule := fmt.Sprintf(scanRule, "maxSeverity: high, maxDatabaseAge: 3d")
	for name, tt := range map[string]struct {
		age     time.Duration
		verdict Verdict
	}{"fresh": {day, Allow}, "at the limit": {3 * day, Allow}, "stale": {3*day + time.Second, Deny}, "from the future": {-time.Hour, Deny}} {
		t.Run(name, func(t *testing.T) {
			w := oneArch(t, "scanner")
			w.scan("scanner", w.amd64, trivyScan(t, time.Hour, tt.age))
			want := map[Verdict]string{Deny: "scan-database-stale"}[tt.verdict]
			check(t, w.evaluate(w.rule(rule)), tt.verdict, want)
			check(t, w.evaluate(w.rule(fmt.Sprintf(scanRule, "maxSeverity: high"))), Allow, "")
		})
	}
	w := oneArch(t, "scanner")
	said := trivyScan(t, time.Hour, day)
	stamp, err := json.Marshal(now.Add(-day))
	if err != nil {
		t.Fatal(err)
	}
	w.scan("scanner", w.amd64, []byte(strings.Replace(string(said), `"lastUpdate":`+string(stamp)+`,`, "", 1)))
	got := w.evaluate(w.rule(rule))
	check(t, got, Deny, "scan-database-stale")
	if !strings.Contains(got.Reasons[0].Text, "does not say how old") {
		t.Error(got.Reasons[0].Text)
	}
}

// TestScansOfPlatforms: a scan may name the platform or the index.
func TestScansOfPlatforms(t *testing.T) {
	rule := fmt.Sprintf(scanRule, "maxSeverity: high")
	w := newWorld(t, "scanner")
	w.scan("scanner", w.amd64, trivyScan(t, day, day))
	got := w.evaluate(w.rule(rule))
	check(t, got, Deny, "attestation-missing")
	if got.Reasons[0].Platform != "linux/arm64" {
		t.Errorf("%+v", got.Reasons)
	}
	w.scan("scanner", w.arm64, trivyScan(t, day, day, found("CVE-2026-1", "CRITICAL", "")))
	if got := w.evaluate(w.rule(rule)); got.Verdict != Deny || got.Platforms[0].Verdict != Allow || got.Platforms[1].Verdict != Deny {
		t.Errorf("%+v", got)
	}
	w = newWorld(t, "scanner")
	w.scan("scanner", w.in.Image.Index, trivyScan(t, day, day))
	check(t, w.evaluate(w.rule(rule)), Allow, "")
}

// TestPredicateVulnIsEveryType of scan result, and a URI only itself.
func TestPredicateVulnIsEveryType(t *testing.T) {
	for _, kind := range scanTypes() {
		w := oneArch(t, "scanner")
		w.attest("scanner", kind, w.amd64)
		check(t, w.evaluate(w.rule("attestations: [{predicate: vuln, anyOf: [scanner]}]")), Allow, "")
		for _, other := range scanTypes() {
			got := w.evaluate(w.rule("attestations: [{predicate: " + other + ", anyOf: [scanner]}]"))
			if (got.Verdict == Allow) != (kind == other) {
				t.Errorf("%s for %s: %s", kind, other, got.Verdict)
			}
		}
	}
	w := oneArch(t, "scanner")
	w.attest("scanner", "https://slsa.dev/provenance/v1", w.amd64)
	check(t, w.evaluate(w.rule("attestations: [{predicate: vuln, anyOf: [scanner]}]")), Deny, "attestation-missing")
}
