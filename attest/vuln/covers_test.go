package vuln

import (
	"testing"
	"time"
)

func someImage() Image {
	return Image{Repository: "ghcr.io/org/app", Digests: []string{"sha256:" + hexImage, "sha256:" + hexIndex}}
}

func someFinding() Finding {
	return Finding{ID: "CVE-1", PURL: "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&distro=debian-12"}
}

func product(id string, parts ...string) VEXProduct {
	return VEXProduct{IDs: []string{id}, Subcomponents: parts}
}

func covers(t *testing.T, f Finding, list ...VEXStatement) string {
	t.Helper()
	status, why, at, ok := VEX{Statements: list}.Covers(f, someImage())
	if !ok && (status != "" || why != "" || !at.IsZero()) {
		t.Errorf("nothing, but %q %q %v", status, why, at)
	}
	return status
}

func TestCoversProduct(t *testing.T) {
	const own = "pkg:oci/app@sha256:" + hexImage
	for name, tt := range map[string]struct {
		p         VEXProduct
		takes     bool // a statement that takes the finding away holds
		warnsOnly bool // one that warns holds
	}{
		"the image":               {product(own), true, false},
		"the image, as purls are": {product("pkg:oci/app@sha256%3A" + hexImage + "?repository_url=ghcr.io/org/app&arch=amd64"), true, false},
		"its index":               {product("pkg:oci/app@sha256:" + hexIndex), true, false},
		"another name":            {product("pkg:oci/other@sha256:" + hexImage), true, false},
		"a hash":                  {VEXProduct{SHA256: []string{hexOther, hexImage}}, true, false},
		"a hash among names":      {VEXProduct{IDs: []string{"app"}, SHA256: []string{hexIndex}}, true, false},
		"another image":           {product("pkg:oci/app@sha256:" + hexOther), false, false},
		"another hash":            {VEXProduct{SHA256: []string{hexOther}}, false, false},
		"a shorter digest":        {product("pkg:oci/app@sha256:aaaa"), false, false},
		"nothing":                 {VEXProduct{}, false, false},
		"no identifier":           {product(""), false, false},
		"not a package URL":       {product("oci/app@sha256:" + hexImage), false, false},
		"a reference":             {product("ghcr.io/org/app@sha256:" + hexImage), false, false},
		"another type":            {product("pkg:generic/app@sha256:" + hexImage), false, false},
		"digest as a qualifier":   {product("pkg:oci/other@1?digest=sha256:" + hexImage), false, false},
		"digest as a subpath":     {product("pkg:oci/other#@sha256:" + hexImage), false, false},
		"a tag":                   {product("pkg:oci/app@latest"), false, false},
		"another name, no digest": {product("pkg:oci/other"), false, false},
		"another repository":      {product("pkg:oci/app?repository_url=ghcr.io/other/app"), false, false},
		"a name":                  {product("pkg:oci/app"), false, true},
		"a repository":            {product("pkg:oci/app?repository_url=ghcr.io/org/app"), false, true},
		"the part":                {product(own, "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5"), true, false},
		"the part, otherwise":     {product(own, "pkg:deb/debian/curl@7.88.1-10+deb12u5?arch=arm64"), true, false},
		"one of its parts":        {product(own, "", "pkg:deb/debian/curl@7.88.1-10+deb12u5"), true, false},
		"another version":         {product(own, "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u6"), false, false},
		"no version":              {product(own, "pkg:deb/debian/curl"), false, false},
		"another part":            {product(own, "pkg:deb/debian/libcurl4@7.88.1-10%2Bdeb12u5"), false, false},
		"another distribution":    {product(own, "pkg:deb/ubuntu/curl@7.88.1-10%2Bdeb12u5"), false, false},
		"another kind":            {product(own, "pkg:rpm/debian/curl@7.88.1-10%2Bdeb12u5"), false, false},
		"a part without name":     {product(own, ""), false, false},
		"the part of another":     {product("pkg:oci/app@sha256:"+hexOther, "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5"), false, false},
	} {
		for _, status := range []string{VEXNotAffected, VEXFixed, VEXAffected, VEXUnderInvestigation} {
			warns := status == VEXAffected || status == VEXUnderInvestigation
			want := ""
			if tt.takes || tt.warnsOnly && warns {
				want = status
			}
			if got := covers(t, someFinding(), VEXStatement{ID: "CVE-1", Status: status, Products: []VEXProduct{tt.p}}); got != want {
				t.Errorf("%s: %s: %q", name, status, got)
			}
		}
	}
}

// A finding without package URL is in no part that could be named.
func TestCoversPartOfNothing(t *testing.T) {
	s := VEXStatement{ID: "CVE-1", Status: VEXFixed, Products: []VEXProduct{product("pkg:oci/app@sha256:"+hexImage, "")}}
	if got := covers(t, Finding{ID: "CVE-1"}, s); got != "" {
		t.Error(got)
	}
}

func TestCoversImageWithoutDigest(t *testing.T) {
	v := VEX{Statements: []VEXStatement{{ID: "CVE-1", Status: VEXFixed, Products: []VEXProduct{
		{IDs: []string{"pkg:oci/app@", "pkg:oci/app"}, SHA256: []string{""}},
	}}}}
	for _, digests := range [][]string{nil, {""}, {"sha256:"}, {"sha512:" + hexImage}} {
		if _, _, _, ok := v.Covers(someFinding(), Image{Repository: "ghcr.io/org/app", Digests: digests}); ok {
			t.Errorf("%q: covered", digests)
		}
	}
}

func TestCoversVulnerability(t *testing.T) {
	products := []VEXProduct{{SHA256: []string{hexImage}}}
	for _, tt := range []struct {
		name        string
		f           Finding
		id          string
		aliases     []string
		takes, warn bool
	}{
		{"the name", Finding{ID: "CVE-1"}, "CVE-1", nil, true, true},
		{"a name of the statement", Finding{ID: "GHSA-a"}, "CVE-1", []string{"GHSA-a"}, true, true},
		{"the other name of the finding", Finding{ID: "GHSA-a", Aliases: []string{"CVE-1"}}, "CVE-1", nil, true, true},
		{"another", Finding{ID: "CVE-2"}, "CVE-1", []string{"GHSA-a"}, false, false},
		{"longer", Finding{ID: "CVE-11"}, "CVE-1", nil, false, false},
		{"none", Finding{}, "", []string{""}, false, false},
		// An advisory for two is not done with by a statement about one.
		{"an advisory", Finding{ID: "ELSA-1", Aliases: []string{"CVE-1", "CVE-2"}}, "CVE-1", nil, false, true},
	} {
		for status, want := range map[string]bool{VEXNotAffected: tt.takes, VEXAffected: tt.warn} {
			got := covers(t, tt.f, VEXStatement{ID: tt.id, Aliases: tt.aliases, Status: status, Products: products})
			if (got == status) != want {
				t.Errorf("%s: %s: %q", tt.name, status, got)
			}
		}
	}
}

// A warning holds however the vulnerability is written; what takes one away is
// exact.
func TestCoversAWarningInAnyCase(t *testing.T) {
	own := []VEXProduct{product("pkg:oci/app@sha256:" + hexImage)}
	then := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	fine := VEXStatement{ID: "CVE-1", Status: VEXNotAffected, Products: own, Timestamp: then}
	for _, status := range []string{VEXAffected, VEXUnderInvestigation, VEXFixed} {
		want := status
		if status == VEXFixed {
			want = VEXNotAffected
		}
		later := VEXStatement{ID: "cve-1", Status: status, Products: own, Timestamp: then.Add(time.Hour)}
		named := VEXStatement{ID: "X-1", Aliases: []string{"Cve-1"}, Status: status, Products: own, Timestamp: later.Timestamp}
		for _, s := range []VEXStatement{later, named} {
			if got := covers(t, someFinding(), fine, s); got != want {
				t.Errorf("%s of %s: %q", status, s.ID, got)
			}
		}
	}
}

func TestCoversLastStatement(t *testing.T) {
	day := func(n int, status string) VEXStatement {
		return VEXStatement{
			ID: "CVE-1", Status: status, Justification: status + "!", Timestamp: time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC),
			Products: []VEXProduct{{SHA256: []string{hexImage}}},
		}
	}
	elsewhere := day(9, VEXAffected)
	elsewhere.Products = nil
	for name, tt := range map[string]struct {
		list []VEXStatement
		want string
		day  int
	}{
		"later affected":        {[]VEXStatement{day(1, VEXNotAffected), day(2, VEXAffected)}, VEXAffected, 2},
		"later affected, first": {[]VEXStatement{day(2, VEXAffected), day(1, VEXNotAffected)}, VEXAffected, 2},
		"later in question":     {[]VEXStatement{day(1, VEXFixed), day(2, VEXUnderInvestigation)}, VEXUnderInvestigation, 2},
		"later not affected":    {[]VEXStatement{day(2, VEXNotAffected), day(1, VEXAffected)}, VEXNotAffected, 2},
		"at once":               {[]VEXStatement{day(1, VEXNotAffected), day(1, VEXAffected), day(1, VEXFixed)}, VEXAffected, 1},
		"at once, first":        {[]VEXStatement{day(1, VEXAffected), day(1, VEXNotAffected)}, VEXAffected, 1},
		"about nothing":         {[]VEXStatement{day(1, VEXNotAffected), elsewhere}, VEXNotAffected, 1},
	} {
		status, why, at, ok := VEX{Statements: tt.list}.Covers(someFinding(), someImage())
		if !ok || status != tt.want || why != tt.want+"!" || at.Day() != tt.day {
			t.Errorf("%s: %s %s %v %v", name, status, why, at, ok)
		}
	}
}
