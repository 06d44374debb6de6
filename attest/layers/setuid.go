package layers

import (
	"cmp"
	"slices"

	"github.com/pratique-dev/pratique/attest/cis"
)

// setUID lists the files that run with other rights, under all their names.
func (m *merger) setUID() {
	var rows []cis.SetUIDFile
	raised := map[string]special{} // by path, as the layers so far leave it
	for i, l := range m.layers {
		mine := slices.Clone(l.facts.Special)
		mine = append(mine, m.linked(l, mine, raised)...)
		m.more("setuid", len(mine)-2*maxSpecial)
		mine = mine[:min(len(mine), 2*maxSpecial)]
		for _, s := range mine {
			raised[s.Path] = s
			rows = append(rows, cis.SetUIDFile{
				At: at(i, s.Path), Mode: modeText(s.Mode), UID: s.UID, GID: s.GID, Size: s.Size,
				SHA256: s.SHA256, Capability: s.Capability, Hidden: m.hidden(i, s.Path),
			})
		}
	}
	kept, shown, gone := keepShown(distinct(rows), maxSetUIDRows, func(f cis.SetUIDFile) bool { return f.Hidden })
	slices.SortFunc(kept, bySetUID)
	m.more("setuid", shown)
	m.more("setuidHidden", gone)
	m.fact.SetUID = append(m.fact.SetUID, kept...)
}

func bySetUID(a, b cis.SetUIDFile) int {
	return cmp.Or(byPlace(a.At, b.At), cmp.Compare(a.Mode, b.Mode), cmp.Compare(a.UID, b.UID),
		cmp.Compare(a.GID, b.GID), cmp.Compare(a.Size, b.Size), cmp.Compare(a.SHA256, b.SHA256),
		cmp.Compare(bit(a.Capability), bit(b.Capability)))
}

func distinct(rows []cis.SetUIDFile) []cis.SetUIDFile {
	slices.SortFunc(rows, bySetUID)
	return slices.Compact(rows)
}

// linked are the other names of files that run with other rights, and the files
// that a hard link gives such rights: an engine may set the mode and the
// attributes of the link's own header, which all names share, or may not.
func (m *merger) linked(l *Layer, mine []special, lower map[string]special) []special {
	known := map[string]special{}
	for _, s := range mine {
		known[s.Path] = s
	}
	groups := map[string][]hardLink{} // by the file that all are names of
	root := map[string]string{}
	var order []string
	for _, link := range l.facts.Links {
		r := cmp.Or(root[link.Target], link.Target)
		root[link.File.Path] = r
		if groups[r] == nil {
			order = append(order, r)
		}
		groups[r] = append(groups[r], link)
	}
	var out []special
	for _, r := range order {
		file, ok := known[r]
		if !ok {
			file, ok = lower[r]
		}
		out = append(out, names(r, file, ok, groups[r])...)
	}
	return out
}

// names are the rows for hard links to a file; ok says that the file is known
// to run with other rights.
func names(root string, file special, ok bool, links []hardLink) []special {
	i := slices.IndexFunc(links, func(l hardLink) bool { return l.File.raised() })
	if !ok && i < 0 {
		return nil
	}
	var out []special
	if !ok {
		file = links[i].File
		out = append(out, file.named(root))
	}
	for _, l := range links {
		out = append(out, file.named(l.File.Path))
		if own := l.File; own.raised() && own.rights() != file.rights() {
			own.Size, own.SHA256 = file.Size, file.SHA256
			out = append(out, own)
		}
	}
	return out
}

func (s special) named(p string) special {
	s.Path = p
	return s
}

// rights are what of a file decides whose rights it runs with.
func (s special) rights() special {
	return special{Mode: s.Mode, UID: s.UID, GID: s.GID, Capability: s.Capability}
}
