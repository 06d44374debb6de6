package vuln

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/sigstore/cosign/v2/pkg/cosign/attestation"

	"github.com/pratique-dev/pratique/verify/wire"
)

func TestWrapNative(t *testing.T) {
	for _, tt := range []struct {
		name, report string
		want         Report
	}{
		{"trivy", trivyJSON, Report{Scanner: "pkg:github/aquasecurity/trivy@0.74.0", Version: "0.74.0", ScannedAt: at(t, "2026-11-20T09:00:00.5Z"), Findings: trivyFindings()}},
		{"grype", grypeJSON, Report{"pkg:github/anchore/grype@0.90.0", "0.90.0", at(t, "2026-11-20T09:00:00Z"), at(t, "2026-11-19T01:00:00Z"), grypeFindings()}},
		// Times that the report does not have are not made up.
		{"clean trivy", cleanTrivy, Report{Scanner: "pkg:github/aquasecurity/trivy"}},
	} {
		predicateType, predicate, err := Wrap([]byte(tt.report))
		if err != nil || predicateType != TypeCosignVuln {
			t.Fatalf("%s: %v, %s", tt.name, err, predicateType)
		}
		if got, err := Parse(predicateType, predicate); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", tt.name, err, got, tt.want)
		}
		var theirs attestation.CosignVulnPredicate
		if err := json.Unmarshal(predicate, &theirs); err != nil || !theirs.Metadata.ScanFinishedOn.Equal(tt.want.ScannedAt) {
			t.Errorf("%s: cosign: %v, %+v", tt.name, err, theirs.Metadata)
		}
		if strings.Contains(string(predicate), `\u003c`) {
			t.Errorf("%s: %s", tt.name, predicate)
		}
	}
}

func TestWrapPredicate(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"cosign", cosignJSON(trivyJSON), TypeCosignVuln},
		{"cosign, grype", bareCosign(grypeJSON), TypeCosignVuln},
		{"in-toto", bareCosign(`[{"id":"CVE-1"}]`), TypeVulnsV02},
		{"in-toto, clean", bareCosign(` [ ] `), TypeVulnsV02},
		{"in-toto v0.1", bareCosign(`[{"vulnerability":{"id":"CVE-1"}}]`), TypeVulnsV01},
		{"in-toto v0.1 by its proto", bareCosign(`{"vulnerabilities":[]}`), TypeVulnsV01},
	} {
		predicateType, predicate, err := Wrap([]byte(tt.doc))
		if err != nil || predicateType != tt.want || string(predicate) != tt.doc {
			t.Errorf("%s: %v, %s, %s", tt.name, err, predicateType, predicate)
		}
	}
}

func TestWrapRefuses(t *testing.T) {
	for doc, want := range map[string]string{
		``:                              "json",
		`[]`:                            "",
		`{}`:                            "neither trivy's nor grype's JSON, nor a predicate",
		`null`:                          "neither trivy's nor grype's JSON, nor a predicate",
		`{"version":"2.1.0","runs":[]}`: "neither trivy's nor grype's JSON, nor a predicate",
		`{"bomFormat":"CycloneDX","vulnerabilities":[]}`:             "neither trivy's nor grype's JSON, nor a predicate",
		`{"_type":"https://in-toto.io/Statement/v1","predicate":{}}`: "its predicate is wanted",
		`{"payloadType":"x","payload":""}`:                           "its predicate is wanted",
		`{"@context":"https://openvex.dev/ns","statements":[]}`:      "is an OpenVEX document",
		`{"scanner":{}}`:                             "has no scanner.result",
		bareCosign(`null`):                           "has no scanner.result",
		bareCosign(`{}`):                             "neither trivy's nor grype's JSON",
		bareCosign(`7`):                              "scanner.result",
		bareCosign(`[{"id":""}]`):                    "has no id",
		`{"SchemaVersion":2}`:                        "names neither an artifact nor results",
		`{"SchemaVersion":2,"SchemaVersion":2}`:      "twice",
		`{"matches":[],"descriptor":{"name":"x"}}`:   "grype",
		strings.Repeat(" ", wire.MaxBundle+1) + "{}": "larger than the limit",
	} {
		predicateType, predicate, err := Wrap([]byte(doc))
		if !errors.Is(err, ErrInvalid) || predicateType != "" || predicate != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, %s, %s", doc, err, predicateType, predicate)
		}
	}
}

func FuzzWrap(f *testing.F) {
	for _, doc := range []string{trivyJSON, grypeJSON, cleanTrivy, cosignJSON(trivyJSON), bareCosign(`[{"id":"CVE-1"}]`)} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		predicateType, predicate, err := Wrap([]byte(doc))
		if err != nil {
			if !errors.Is(err, ErrInvalid) || predicate != nil {
				t.Fatal(err)
			}
			return
		}
		if _, err := Parse(predicateType, predicate); err != nil {
			t.Fatalf("%v: %s", err, predicate)
		}
		again, same, err := Wrap(predicate)
		if err != nil || again != predicateType || string(same) != string(predicate) {
			t.Fatalf("%v, %s", err, again)
		}
	})
}
