package cis

import (
	"strings"
	"testing"
)

func TestPackages(t *testing.T) {
	inventory := &PackageFact{Count: 3, Digest: baseDigest, List: []Package{
		{Manager: "dpkg", Name: "bash", Version: "5.2", Layer: 1},
		{Manager: "dpkg", Name: "curl", Version: "8.1", Layer: 2},
		{Manager: "dpkg", Name: "libcurl4", Version: "8.1", Layer: 2},
	}}
	full := Traits{Kind: KindFull, Shells: []string{"/bin/bash"}}
	cases := map[string]struct {
		layers *LayersFact
		set    func(*Parameters)
		want   Status
		says   string
	}{
		"not read":             {nil, nil, Unknown, "were not read"},
		"inventory":            {&LayersFact{Packages: inventory, Traits: full}, nil, Manual, "3 packages (dpkg), list " + baseDigest},
		"denied":               {&LayersFact{Packages: inventory, Traits: full}, func(p *Parameters) { p.DeniedPackages = []string{"curl"} }, Fail, `"curl" "8.1" is installed (layer 2)`},
		"name is exact":        {&LayersFact{Packages: inventory, Traits: full}, func(p *Parameters) { p.DeniedPackages = []string{"libcurl", "cur"} }, Pass, "none of them denied"},
		"too many":             {&LayersFact{Packages: inventory, Traits: full}, func(p *Parameters) { p.MaxPackages = 2 }, Fail, "3 packages are installed, the operator allows 2"},
		"not too many":         {&LayersFact{Packages: inventory, Traits: full}, func(p *Parameters) { p.MaxPackages = 3 }, Pass, ""},
		"a shell":              {&LayersFact{Packages: inventory, Traits: full}, func(p *Parameters) { p.ForbidShell = true }, Fail, `"/bin/bash"`},
		"no shell":             {&LayersFact{Packages: inventory, Traits: Traits{Kind: KindDistroless}}, func(p *Parameters) { p.ForbidShell = true }, Pass, ""},
		"no database":          {&LayersFact{Traits: full}, nil, Unknown, "no package database"},
		"nothing but a binary": {&LayersFact{Entries: 2, Traits: Traits{Kind: KindScratch}}, nil, Manual, "2 entries"},
		"unreadable":           {&LayersFact{Traits: full, Unread: []Unread{{Control: "4.3", At: Place{Layer: 1, Path: "var/lib/rpm/Packages"}, Why: "not a database"}}}, nil, Unknown, "not a database"},
		"unreadable beside":    {&LayersFact{Packages: inventory, Traits: full, Unread: []Unread{{Control: "4.3", Why: "no"}}}, func(p *Parameters) { p.MaxPackages = 5 }, Unknown, ""},
		"list cut":             {&LayersFact{Packages: inventory, Traits: full, More: map[string]int{"packages": 4}}, func(p *Parameters) { p.DeniedPackages = []string{"nmap"} }, Unknown, "4 more packages"},
	}
	for name, c := range cases {
		p := DefaultParameters()
		if c.set != nil {
			c.set(&p)
		}
		f := finding(t, Facts{Layers: c.layers}, p, "4.3")
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.says) {
			t.Errorf("%s: %s %q, want %s and %q", name, f.Status, f.Evidence, c.want, c.says)
		}
	}
	scratch := Facts{Base: &BaseFact{Ref: Scratch, How: BaseGiven}, Layers: &LayersFact{Traits: Traits{Kind: KindScratch}}}
	if f := finding(t, scratch, DefaultParameters(), "4.3"); f.Status != Pass {
		t.Errorf("built from scratch: %s %q", f.Status, f.Evidence)
	}
}

func TestBuiltAt(t *testing.T) {
	for created, want := range map[string]string{
		"2026-01-02T03:04:05.5Z":    "2026-01-02",
		"0001-01-01T00:00:00Z":      "",
		"1970-01-01T00:00:00Z":      "",
		"1980-01-01T00:00:01Z":      "",
		"":                          "",
		"yesterday":                 "",
		"2026-01-02T03:04:05+05:00": "2026-01-01",
	} {
		if got := builtAt(created); got != want {
			t.Errorf("%q: %q, want %q", created, got, want)
		}
	}
}
