package vuln

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify/wire"
)

func TestParse(t *testing.T) {
	frame := func(result string) string {
		return `{"scanner":{"uri":"s","version":"1","db":{"lastUpdate":"2026-11-18T00:00:00Z"},"result":` + result + `},"metadata":{"scanFinishedOn":"2026-11-20T11:01:00Z"}}`
	}
	framed := Report{Scanner: "s", Version: "1", ScannedAt: at(t, "2026-11-20T11:01:00Z"), Database: at(t, "2026-11-18T00:00:00Z")}
	with := func(r Report, list ...Finding) Report { r.Findings = list; return r }
	for _, tt := range []struct {
		name, predicateType, doc string
		want                     Report
	}{
		{"v0.2", TypeVulnsV02, frame(`[{"id":"CVE-1","severity":[{"method":"nvd","score":"medium"},{"method":"cvss_score","score":"8.1"}],"annotations":[{"a":1}]}]`),
			with(framed, Finding{ID: "CVE-1", Severity: SeverityHigh, FixUnsaid: true})},
		{"v0.2, clean", TypeVulnsV02, frame(`[]`), framed},
		{"v0.2, no severity", TypeVulnsV02, frame(`[{"id":"CVE-1"}]`), with(framed, Finding{ID: "CVE-1", FixUnsaid: true})},
		{"v0.1", TypeVulnsV01, frame(`[{"id":"CVE-1","severity":[]},{"vulnerability":{"id":"CVE-2","severity":[{"method":"x","score":"LOW"}]}}]`),
			with(framed, Finding{ID: "CVE-1", FixUnsaid: true}, Finding{ID: "CVE-2", Severity: SeverityLow, FixUnsaid: true})},
		{"v0.1 by its proto", TypeVulnsV01, `{"scanner":{"uri":"s","version":"1","database":{"lastUpdate":"2026-11-18T00:00:00Z"},"result":{"vulnerabilities":[{"id":"CVE-1"}]}},"scanMetadata":{"scanFinishedOn":"2026-11-20T11:01:00Z"}}`,
			with(framed, Finding{ID: "CVE-1", FixUnsaid: true})},
		{"cosign, trivy", TypeCosignVuln, cosignJSON(trivyJSON),
			Report{"pkg:github/aquasecurity/trivy@0.1", "0.1", at(t, "2026-11-20T11:01:00Z"), at(t, "2026-11-18T00:00:00Z"), trivyFindings()}},
		{"cosign, trivy's own times", TypeCosignVuln, bareCosign(trivyJSON),
			Report{Scanner: "trivy", Version: "0.74.0", ScannedAt: at(t, "2026-11-20T09:00:00.5Z"), Findings: trivyFindings()}},
		{"cosign, grype", TypeCosignVuln, bareCosign(grypeJSON),
			Report{"grype", "0.90.0", at(t, "2026-11-20T09:00:00Z"), at(t, "2026-11-19T01:00:00Z"), grypeFindings()}},
		{"cosign, grype before schema 6", TypeCosignVuln, bareCosign(`{"matches":[],"descriptor":{"name":"grype","db":{"built":"2026-11-19T01:00:00Z"}}}`),
			Report{Scanner: "grype", Database: at(t, "2026-11-19T01:00:00Z")}},
		{"cosign, clean trivy", TypeCosignVuln, bareCosign(cleanTrivy), Report{Scanner: "trivy"}},
		{"cosign, clean trivy of a distribution", TypeCosignVuln, bareCosign(`{"SchemaVersion":2,"Metadata":{"OS":{"Family":"debian"}},"Results":[{"Class":"os-pkgs","Vulnerabilities":null},{"Class":"secret"}]}`), Report{Scanner: "trivy"}},
		{"cosign, empty times", TypeCosignVuln, `{"scanner":{"result":` + cleanTrivy + `},"metadata":{"scanFinishedOn":""}}`, Report{Scanner: "trivy"}},
		{"cosign, zero time", TypeCosignVuln, `{"scanner":{"result":` + cleanTrivy + `},"metadata":{"scanFinishedOn":"0001-01-01T00:00:00Z"}}`, Report{Scanner: "trivy"}},
	} {
		got, err := Parse(tt.predicateType, []byte(tt.doc))
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", tt.name, err, got, tt.want)
		}
	}
}

// What is no scan of packages must not pass for one that found nothing.
func TestParseRefuses(t *testing.T) {
	for name, doc := range map[string]string{
		"nothing":             ``,
		"null":                `null`,
		"list":                `[]`,
		"empty object":        `{}`,
		"no result":           `{"scanner":{"uri":"s"}}`,
		"null scanner":        `{"scanner":null}`,
		"null result":         bareCosign(`null`),
		"empty result":        bareCosign(`{}`),
		"text":                bareCosign(`"no vulnerabilities"`),
		"number":              bareCosign(`0`),
		"false":               bareCosign(`false`),
		"sarif":               bareCosign(`{"version":"2.1.0","runs":[]}`),
		"unknown tool":        bareCosign(`{"vulnerabilities":[]}`),
		"wrong key":           `{"scanner":{"Result":` + cleanTrivy + `}}`,
		"time":                `{"scanner":{"result":` + cleanTrivy + `},"metadata":{"scanFinishedOn":"yesterday"}}`,
		"two times":           `{"scanner":{"result":` + cleanTrivy + `},"metadata":{"scanFinishedOn":"2026-11-20T11:01:00Z"},"scanMetadata":{"scanFinishedOn":"2026-11-20T11:01:00Z"}}`,
		"database time":       `{"scanner":{"db":{"lastUpdate":"1"},"result":` + cleanTrivy + `}}`,
		"two results":         `{"scanner":{"result":` + cleanTrivy + `,"result":` + trivyJSON + `}}`,
		"more after it":       bareCosign(cleanTrivy) + "{}",
		"trivy: schema alone": bareCosign(`{"SchemaVersion":2}`),
		"trivy: null results": bareCosign(`{"SchemaVersion":2,"Results":null}`),
		"trivy: no schema":    bareCosign(`{"ArtifactName":"app:1","Results":[]}`),
		"trivy: other schema": bareCosign(`{"SchemaVersion":3,"ArtifactName":"app:1"}`),
		"trivy: schema text":  bareCosign(`{"SchemaVersion":"2","ArtifactName":"app:1"}`),
		"trivy: schema 1":     bareCosign(`[{"Target":"app:1","Vulnerabilities":null}]`),
		"trivy: results":      bareCosign(`{"SchemaVersion":2,"ArtifactName":"app:1","Results":{}}`),
		"trivy: a list":       bareCosign(`{"SchemaVersion":2,"Results":[{"Class":"os-pkgs","Vulnerabilities":{}}]}`),
		"trivy: lower case":   bareCosign(`{"SchemaVersion":2,"ArtifactName":"a","Results":[{"vulnerabilities":[{"VulnerabilityID":"CVE-1"}]}]}`),
		"trivy: no ID":        bareCosign(`{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{"PkgName":"a"}]}]}`),
		"trivy: secrets only": bareCosign(`{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Class":"secret"}]}`),
		"trivy: config only":  bareCosign(`{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Class":"config"},{"Class":"license"}]}`),
		"trivy: not the OS":   bareCosign(`{"SchemaVersion":2,"ArtifactName":"a","Metadata":{"OS":{"Family":"debian"}},"Results":[{"Class":"lang-pkgs"}]}`),
		"trivy: OS, nothing":  bareCosign(`{"SchemaVersion":2,"ArtifactName":"a","Metadata":{"OS":{"Family":"debian"}}}`),
		"trivy: time":         bareCosign(`{"SchemaVersion":2,"ArtifactName":"a","CreatedAt":"now"}`),
		"grype: null":         bareCosign(`{"matches":null,"descriptor":{"name":"grype"}}`),
		"grype: object":       bareCosign(`{"matches":{},"descriptor":{"name":"grype"}}`),
		"grype: no name":      bareCosign(`{"matches":[]}`),
		"grype: other name":   bareCosign(`{"matches":[],"descriptor":{"name":"other"}}`),
		"grype: no ID":        bareCosign(`{"matches":[{}],"descriptor":{"name":"grype"}}`),
		"grype: time":         bareCosign(`{"matches":[],"descriptor":{"name":"grype","timestamp":"1"}}`),
		"grype: database":     bareCosign(`{"matches":[],"descriptor":{"name":"grype","db":{"built":"1"}}}`),
		"both":                bareCosign(`{"SchemaVersion":2,"ArtifactName":"a","matches":[],"descriptor":{"name":"grype"}}`),
	} {
		refuse(t, name, TypeCosignVuln, doc)
	}
	for name, doc := range map[string]string{
		"null":          bareCosign(`null`),
		"object":        bareCosign(`{}`),
		"trivy":         bareCosign(trivyJSON),
		"text":          bareCosign(`"none"`),
		"null list":     bareCosign(`{"vulnerabilities":null}`),
		"no ID":         bareCosign(`[{}]`),
		"null finding":  bareCosign(`[null]`),
		"text finding":  bareCosign(`["CVE-1"]`),
		"two in one":    bareCosign(`[{"id":"CVE-1","vulnerability":{"id":"CVE-2"}}]`),
		"deep":          bareCosign(`[{"vulnerability":{"vulnerability":{"id":"CVE-2"}}}]`),
		"severity":      bareCosign(`[{"id":"CVE-1","severity":"high"}]`),
		"other case":    bareCosign(`[{"id":"CVE-1","Severity":[]}]`),
		"database time": `{"scanner":{"db":{"lastUpdate":"1"},"result":[]}}`,
	} {
		refuse(t, name, TypeVulnsV01, doc)
		refuse(t, name, TypeVulnsV02, doc)
	}
	for _, other := range []string{"", TypeOpenVEX, "https://slsa.dev/provenance/v1", TypeVulnsV02 + "/"} {
		refuse(t, "type", other, bareCosign(`[]`))
	}
}

func refuse(t *testing.T, name, predicateType, doc string) {
	t.Helper()
	r, err := Parse(predicateType, []byte(doc))
	if !errors.Is(err, ErrInvalid) || !reflect.DeepEqual(r, Report{}) {
		t.Errorf("%s: %v, %+v", name, err, r)
	}
}

func TestParseLimits(t *testing.T) {
	many := func(n int) string {
		return bareCosign(`[` + strings.Repeat(`{"id":"C"},`, n-1) + `{"id":"C"}]`)
	}
	if r, err := Parse(TypeVulnsV02, []byte(many(MaxFindings))); err != nil || len(r.Findings) != MaxFindings {
		t.Errorf("%v, %d", err, len(r.Findings))
	}
	refuse(t, "too many", TypeVulnsV02, many(MaxFindings+1))
	large := bareCosign(`[]`) + strings.Repeat(" ", wire.MaxBundle)
	refuse(t, "too large", TypeVulnsV02, large)
	if _, err := Parse(TypeVulnsV02, []byte(large)); !errors.Is(err, wire.ErrTooLarge) {
		t.Error(err)
	}
}

func TestSeverity(t *testing.T) {
	for name, want := range map[string]Severity{
		"LOW": SeverityLow, "Medium": SeverityMedium, "moderate": SeverityMedium, "hIGH": SeverityHigh, "Important": SeverityHigh,
		" critical ": SeverityCritical, "Negligible": SeverityNegligible, "none": SeverityNegligible,
		"": SeverityUnknown, "unknown": SeverityUnknown, "severe": SeverityUnknown, "9.8": SeverityUnknown,
	} {
		if got := ParseSeverity(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	for score, want := range map[string]Severity{
		"0": SeverityNegligible, "0.1": SeverityLow, "3.9": SeverityLow, "4": SeverityMedium, "6.9": SeverityMedium,
		"7.0": SeverityHigh, "8.9": SeverityHigh, "9": SeverityCritical, "10.0": SeverityCritical, "high": SeverityHigh,
		"-1": SeverityUnknown, "10.1": SeverityUnknown, "NaN": SeverityUnknown, "Inf": SeverityUnknown,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": SeverityUnknown,
	} {
		if got := highest([]scored{{"CVSSv3", score}}); got != want {
			t.Errorf("%q: %v", score, got)
		}
	}
	for _, tt := range []struct {
		list []scored
		want Severity
	}{
		{nil, SeverityUnknown},
		{[]scored{{"epss", "0.97"}}, SeverityUnknown},
		{[]scored{{"epss", 9.7}}, SeverityUnknown},
		{[]scored{{"nvd", 5.2}}, SeverityMedium},
		{[]scored{{"a", "high"}, {"b", "low"}, {"c", "?"}, {"cvss", nil}}, SeverityHigh},
	} {
		if got := highest(tt.list); got != tt.want {
			t.Errorf("%v: %v", tt.list, got)
		}
	}
	for s, want := range map[Severity]string{SeverityUnknown: "unknown", SeverityCritical: "critical", 77: "unknown"} {
		if s.String() != want {
			t.Errorf("%d: %s", s, s)
		}
	}
}

func TestSorted(t *testing.T) {
	list := append(grypeFindings(), trivyFindings()...)
	list = append(list, list[3], Finding{ID: "CVE-1", Severity: SeverityHigh, Package: "a"}, trivyFindings()[0])
	other := trivyFindings()[0]
	other.Aliases = nil
	list = append(list, other)
	var ids []string
	for _, f := range (Report{Findings: list}).Sorted() {
		ids = append(ids, f.ID+" "+f.Package)
	}
	want := "CVE-2 musl, GHSA-b lib, CVE-1 a, CVE-1 busybox, CVE-1 busybox, CVE-4 tar"
	if got := strings.Join(ids, ", "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if list[0].ID != "GHSA-b" {
		t.Error("the report changed")
	}
}

func FuzzParse(f *testing.F) {
	for _, doc := range []string{cosignJSON(trivyJSON), bareCosign(grypeJSON), bareCosign(`[{"id":"CVE-1","severity":[{"method":"cvss","score":"9"}]}]`)} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		for _, predicateType := range []string{TypeVulnsV01, TypeVulnsV02, TypeCosignVuln} {
			r, err := Parse(predicateType, []byte(doc))
			if err != nil && (!errors.Is(err, ErrInvalid) || !reflect.DeepEqual(r, Report{})) {
				t.Fatalf("%v, %+v", err, r)
			}
			if len(r.Sorted()) > len(r.Findings) {
				t.Fatal("more than there are")
			}
			for _, finding := range r.Findings {
				if finding.ID == "" {
					t.Fatal("a finding without identifier")
				}
			}
		}
	})
}
