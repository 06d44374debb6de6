package vuln

import (
	"strings"
	"testing"
	"time"
)

// Reports as trivy and grype write them, but for what is not read.
const (
	trivyJSON = `{"SchemaVersion":2,"CreatedAt":"2026-11-20T10:00:00.5+01:00","ArtifactName":"app:1","Trivy":{"Version":"0.74.0"},
"Metadata":{"OS":{"Family":"alpine","Name":"3.20"},"ImageConfig":{"config":{"Env":["A=<b>"]}}},
"Results":[{"Target":"app:1 (alpine 3.20)","Class":"os-pkgs","Type":"alpine","Vulnerabilities":[
{"VulnerabilityID":"CVE-1","VendorIDs":["DSA-7","GHSA-a"],"PkgName":"busybox","PkgIdentifier":{"PURL":"pkg:apk/alpine/busybox@1.31?arch=x86_64"},"InstalledVersion":"1.31","FixedVersion":"1.32","Severity":"HIGH","VendorSeverity":{"nvd":4}},
{"VulnerabilityID":"CVE-2","PkgName":"musl","InstalledVersion":"1.2","Severity":"UNKNOWN"}]},
{"Target":"jars","Class":"lang-pkgs","Type":"jar"}]}`
	grypeJSON = `{"matches":[
{"vulnerability":{"id":"GHSA-b","severity":"Critical","fix":{"versions":["2.1","3.0"],"state":"fixed"}},"relatedVulnerabilities":[{"id":"CVE-3","severity":"High"},{"id":"GHSA-b"}],"artifact":{"name":"lib","version":"2.0","purl":"pkg:npm/%40org/lib@2.0"}},
{"vulnerability":{"id":"CVE-4","severity":"Negligible","fix":{"versions":["9"],"state":"not-fixed"}},"relatedVulnerabilities":[],"artifact":{"name":"tar","version":"1.34"}}],
"source":{},"distro":{},"descriptor":{"name":"grype","version":"0.90.0","timestamp":"2026-11-20T09:00:00Z","db":{"status":{"built":"2026-11-19T01:00:00Z","valid":true}}}}`
	cleanTrivy = `{"SchemaVersion":2,"ArtifactName":"app:1"}`
)

func cosignJSON(result string) string {
	return `{"invocation":{"parameters":null,"uri":"","event_id":"","builder.id":""},"scanner":{"uri":"pkg:github/aquasecurity/trivy@0.1","version":"0.1","db":{"uri":"","version":"","lastUpdate":"2026-11-18T00:00:00Z"},"result":` +
		result + `},"metadata":{"scanStartedOn":"2026-11-20T11:00:00Z","scanFinishedOn":"2026-11-20T11:01:00Z"}}`
}

// bareCosign has nothing but a result.
func bareCosign(result string) string { return `{"scanner":{"result":` + result + `}}` }

func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func trivyFindings() []Finding {
	return []Finding{
		{ID: "CVE-1", Aliases: []string{"GHSA-a"}, Severity: SeverityHigh, Package: "busybox", Version: "1.31", PURL: "pkg:apk/alpine/busybox@1.31?arch=x86_64", FixedIn: "1.32"},
		{ID: "CVE-2", Package: "musl", Version: "1.2"},
	}
}

func grypeFindings() []Finding {
	return []Finding{
		{ID: "GHSA-b", Aliases: []string{"CVE-3"}, Severity: SeverityCritical, Package: "lib", Version: "2.0", PURL: "pkg:npm/%40org/lib@2.0", FixedIn: "2.1, 3.0"},
		{ID: "CVE-4", Severity: SeverityNegligible, Package: "tar", Version: "1.34"},
	}
}

// replace replaces what has to be there.
func replace(t *testing.T, doc, old, by string) string {
	t.Helper()
	if !strings.Contains(doc, old) {
		t.Fatalf("%q is not in %s", old, doc)
	}
	return strings.Replace(doc, old, by, 1)
}
