package layers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/packages"
)

// packages makes the inventory: of each database the version that the merged
// image has, and of databases in many files every file.
func (m *merger) packages() {
	found := map[cis.Package]int64{} // installed size, by package without its layer
	since := map[cis.Package]int{}
	any := false
	all := m.databases()
	if len(all) > maxDatabases {
		m.unread("4.3", cis.Place{Source: cis.SourceLayer}, "more package databases than are kept")
		clear(all)
	}
	for _, p := range slices.Sorted(maps.Keys(all)) {
		versions := m.versions(p, all[p])
		if len(versions) == 0 {
			continue
		}
		any = true
		top := versions[0]
		if top.Problem != "" {
			m.unread("4.3", at(top.layer, p), top.Problem)
		}
		for _, pkg := range top.Packages {
			key := packageKey(pkg)
			layer := installed(versions, pkg)
			if old, ok := since[key]; !ok || layer < old {
				since[key] = layer
			}
			found[key] = max(found[key], pkg.Bytes)
		}
	}
	if any {
		m.fact.Packages = m.inventory(found, since)
	}
	m.behindLinks()
}

// behindLinks looks for databases that package managers would find where this
// one did not, since the file has another name.
func (m *merger) behindLinks() {
	for _, p := range usualDatabases() {
		found, why := m.lookup(p)
		switch {
		case m.doubtful, found.kind&isAny == 0, found.kind&isDir != 0 && why == "":
		case why != "":
			m.unread("4.3", at(found.layer, p), why)
		case !m.hasDatabase(found):
			m.unread("4.3", at(found.layer, p), "a package database by another name, which was not read")
		}
	}
}

func usualDatabases() []string {
	list := []string{"var/lib/dpkg/status", "lib/apk/db/installed", "usr/lib/apk/db/installed"}
	for _, dir := range []string{"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"} {
		for _, name := range []string{"Packages", "Packages.db", "rpmdb.sqlite"} {
			list = append(list, dir+name)
		}
	}
	return list
}

func (m *merger) hasDatabase(found place) bool {
	return slices.ContainsFunc(m.layers[found.layer].facts.Databases, func(d database) bool { return d.Path == found.path })
}

func packageKey(p packages.Package) cis.Package {
	return cis.Package{Manager: p.Manager, Name: p.Name, Version: p.Version, Arch: p.Arch}
}

// databases are those of all layers, by path and layer. The last of several in
// one layer is the one that stays.
func (m *merger) databases() map[string]map[int]database {
	all := map[string]map[int]database{}
	for i, l := range m.layers {
		for _, d := range l.facts.Databases {
			if all[d.Path] == nil {
				all[d.Path] = map[int]database{}
			}
			all[d.Path][i] = d
		}
	}
	return all
}

// databaseVersion is a database as one layer left it.
type databaseVersion struct {
	database
	layer int // from 0
	has   map[packages.Package]bool
}

// versions are those of a database that stood in the image without a gap up to
// its top, the newest first; none where the top has none.
func (m *merger) versions(p string, byLayer map[int]database) []databaseVersion {
	var out []databaseVersion
	for i := len(m.layers) - 1; i >= 0; i-- {
		if d, ok := byLayer[i]; ok {
			out = append(out, databaseVersion{database: d, layer: i})
		} else if !m.doubtful && m.hides(i, p) {
			break
		}
	}
	return out
}

// installed is the layer, from 1, since which the package is there in this
// version without a break.
func installed(versions []databaseVersion, p packages.Package) int {
	layer := versions[0].layer
	for i := 1; i < len(versions); i++ {
		if !versions[i].holds(p) {
			break
		}
		layer = versions[i].layer
	}
	return layer + 1
}

func (v *databaseVersion) holds(p packages.Package) bool {
	if v.has == nil {
		v.has = map[packages.Package]bool{}
		for _, o := range v.Packages {
			o.Bytes = 0
			v.has[o] = true
		}
	}
	p.Bytes = 0
	return v.has[p]
}

func (m *merger) inventory(found map[cis.Package]int64, since map[cis.Package]int) *cis.PackageFact {
	f := &cis.PackageFact{Count: len(found), List: []cis.Package{}}
	var lines []string
	for p, size := range found {
		f.Bytes += max(0, size)
		lines = append(lines, fmt.Sprintf("%s=%s/%s\n", p.Name, p.Version, p.Arch))
		p.Layer = since[p]
		f.List = append(f.List, p)
	}
	slices.SortFunc(f.List, func(a, b cis.Package) int {
		return cmp.Or(cmp.Compare(a.Manager, b.Manager), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Arch, b.Arch))
	})
	m.more("packages", len(f.List)-maxPackageRows)
	f.List = f.List[:min(len(f.List), maxPackageRows)]
	slices.Sort(lines)
	h := sha256.New()
	for _, line := range lines {
		h.Write([]byte(line))
	}
	f.Digest = "sha256:" + hex.EncodeToString(h.Sum(nil))
	return f
}
