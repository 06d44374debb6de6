package vuln

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify/wire"
)

// The digests of the image in the tests, of its index, and of another image.
const (
	hexImage = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	hexIndex = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	hexOther = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
)

func vexJSON(statements ...string) string {
	return `{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.com/vex","author":"A","timestamp":"2026-11-01T00:00:00Z","version":1,"statements":[` +
		strings.Join(statements, ",") + `]}`
}

func TestParseVEX(t *testing.T) {
	got, err := ParseVEX([]byte(vexJSON(
		`{"vulnerability":{"@id":"https://nvd.nist.gov/vuln/detail/CVE-1","name":"CVE-1","aliases":["GHSA-a"]},"status":"not_affected","justification":"component_not_present","impact_statement":"gone",
		"products":[{"@id":"pkg:oci/app@sha256:`+hexImage+`","identifiers":{"cpe23":"cpe:2.3:a","purl":"pkg:oci/app"},"hashes":{"sha-256":"`+strings.ToUpper(hexImage)+`","sha-512":"0"},
		"subcomponents":[{"@id":"pkg:deb/debian/a@1"},{"identifiers":{"purl":"pkg:deb/debian/b@1"}},{"hashes":{"sha-256":"0"}}]}]}`,
		`{"vulnerability":{"@id":"CVE-2"},"status":"not_affected","impact_statement":"never called","timestamp":"2026-11-02T01:00:00+01:00"}`,
		`{"vulnerability":{"name":"CVE-3"},"status":"affected","action_statement":"update","products":[null]}`)))
	want := VEX{Author: "A", Timestamp: at(t, "2026-11-01T00:00:00Z"), Statements: []VEXStatement{
		{ID: "CVE-1", Aliases: []string{"GHSA-a"}, Status: VEXNotAffected, Justification: "component_not_present", Timestamp: at(t, "2026-11-01T00:00:00Z"),
			Products: []VEXProduct{{
				IDs: []string{"pkg:oci/app@sha256:" + hexImage, "pkg:oci/app", "cpe:2.3:a"}, SHA256: []string{hexImage},
				Subcomponents: []string{"pkg:deb/debian/a@1", "pkg:deb/debian/b@1", ""},
			}}},
		{ID: "CVE-2", Status: VEXNotAffected, Justification: "never called", Timestamp: at(t, "2026-11-02T00:00:00Z")},
		{ID: "CVE-3", Status: VEXAffected, Timestamp: at(t, "2026-11-01T00:00:00Z"), Products: []VEXProduct{{}}},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
}

// Before v0.2.0 names stood where objects stand now, and parts beside products.
func TestParseOldVEX(t *testing.T) {
	for _, context := range []string{"https://openvex.dev/ns", "https://openvex.dev/ns/v0.0.1"} {
		got, err := ParseVEX([]byte(`{"@context":"` + context + `","author":"A","timestamp":"2026-11-01T00:00:00Z","statements":[
		{"vulnerability":"CVE-1","products":["pkg:oci/app@sha256:` + hexImage + `"],"subcomponents":["pkg:deb/debian/a@1"],"status":"fixed"}]}`))
		want := []VEXStatement{{ID: "CVE-1", Status: VEXFixed, Timestamp: at(t, "2026-11-01T00:00:00Z"), Products: []VEXProduct{{
			IDs: []string{"pkg:oci/app@sha256:" + hexImage}, Subcomponents: []string{"pkg:deb/debian/a@1"},
		}}}}
		if err != nil || !reflect.DeepEqual(got.Statements, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", context, err, got.Statements, want)
		}
	}
}

func TestParseVEXRefuses(t *testing.T) {
	const good = `{"vulnerability":{"name":"CVE-1"},"status":"fixed"}`
	statement := func(old, by string) string { return vexJSON(replace(t, good, old, by)) }
	for name, doc := range map[string]string{
		"nothing":            ``,
		"null":               `null`,
		"a scan":             cosignJSON(trivyJSON),
		"no context":         replace(t, vexJSON(good), `"@context"`, `"context"`),
		"other context":      replace(t, vexJSON(good), "openvex.dev", "example.com"),
		"context of a later": replace(t, vexJSON(good), "/v0.2.0", "/v1.0.0"),
		"two contexts":       replace(t, vexJSON(good), `{`, `{"@context":"https://openvex.dev/ns",`),
		"no statements":      replace(t, vexJSON(good), `"statements"`, `"statement"`),
		"null statements":    `{"@context":"https://openvex.dev/ns","timestamp":"2026-11-01T00:00:00Z","statements":null}`,
		"no time":            replace(t, vexJSON(good), `"timestamp":"2026-11-01T00:00:00Z",`, ""),
		"a time":             replace(t, vexJSON(good), "2026-11-01T00:00:00Z", "November"),
		"a statement's time": statement(`"status"`, `"timestamp":"now","status"`),
		"no vulnerability":   statement(`"vulnerability":{"name":"CVE-1"},`, ``),
		"null vulnerability": statement(`{"name":"CVE-1"}`, `null`),
		"no name":            statement(`"name"`, `"title"`),
		"empty name":         statement(`"CVE-1"`, `""`),
		"name in capitals":   statement(`"name"`, `"Name"`),
		"no status":          statement(`,"status":"fixed"`, ``),
		"unknown status":     statement(`"fixed"`, `"wont_fix"`),
		"status in capitals": statement(`"fixed"`, `"Not_Affected"`),
		"no justification":   statement(`"fixed"`, `"not_affected"`),
		"empty ones":         statement(`"fixed"`, `"not_affected","justification":"","impact_statement":" "`),
		"unknown one":        statement(`"fixed"`, `"not_affected","justification":"trust_me","impact_statement":"x"`),
		"products":           statement(`"fixed"`, `"fixed","products":{}`),
		"a product":          statement(`"fixed"`, `"fixed","products":[1]`),
		"parts":              statement(`"fixed"`, `"fixed","products":[{"subcomponents":{}}]`),
		"parts elsewhere":    statement(`"fixed"`, `"fixed","products":[{"Subcomponents":[]}]`),
		"too many":           vexJSON(strings.Repeat(good+",", MaxStatements) + good),
		"too large":          vexJSON(good) + strings.Repeat(" ", wire.MaxBundle),
	} {
		if v, err := ParseVEX([]byte(doc)); !errors.Is(err, ErrInvalid) || !reflect.DeepEqual(v, VEX{}) {
			t.Errorf("%s: %v, %+v", name, err, v)
		}
	}
	if _, err := ParseVEX([]byte(vexJSON(good))); err != nil {
		t.Error(err)
	}
}

func FuzzVEX(f *testing.F) {
	f.Add(vexJSON(`{"vulnerability":{"name":"CVE-1","aliases":["b"]},"status":"not_affected","impact_statement":"x","products":[{"@id":"pkg:oci/a@sha256:` + hexImage + `","subcomponents":[{"@id":"pkg:deb/a@1"}]}]}`))
	f.Add(`{"@context":"https://openvex.dev/ns","timestamp":"2026-11-01T00:00:00Z","statements":[{"vulnerability":"CVE-1","products":["a"],"subcomponents":["b"],"status":"fixed"}]}`)
	f.Fuzz(func(t *testing.T, doc string) {
		v, err := ParseVEX([]byte(doc))
		if err != nil && (!errors.Is(err, ErrInvalid) || v.Statements != nil) {
			t.Fatal(err)
		}
		f := Finding{ID: "CVE-1", PURL: "pkg:deb/a@1"}
		status, _, at, ok := v.Covers(f, Image{"r/a", []string{"sha256:" + hexImage}})
		if ok != (status != "") || ok == at.IsZero() && ok {
			t.Fatalf("%q, %v, %v", status, at, ok)
		}
		// Without a digest nothing is taken away.
		if status, _, _, _ := v.Covers(f, Image{Repository: "r/a"}); status == VEXFixed || status == VEXNotAffected {
			t.Fatal(status)
		}
	})
}
