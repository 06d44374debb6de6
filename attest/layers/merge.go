package layers

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pratique-dev/pratique/attest/cis"
)

// Merge puts layers on top of each other, lowest first; user is config.User.
// The result depends on nothing but the layers and the user.
func Merge(list []*Layer, user string) *cis.LayersFact {
	m := &merger{view: newView(list), fact: &cis.LayersFact{
		Count: len(list), Contents: len(list) > 0,
		SetUID: []cis.SetUIDFile{}, Secrets: []cis.SecretFile{}, Switches: []cis.Switch{},
	}}
	for _, l := range list {
		m.fact.Size += l.Size
		m.fact.Compressed += l.Compressed
		m.fact.Entries += l.Entries
		m.fact.Contents = m.fact.Contents && l.Contents
	}
	m.setUID()
	m.passwd(user)
	m.packages()
	m.secrets()
	m.switches()
	m.traits()
	m.problems()
	return m.fact
}

type merger struct {
	*view
	fact *cis.LayersFact
}

// at is a place in layer i, which counts from 0.
func at(i int, p string) cis.Place {
	return cis.Place{Source: cis.SourceLayer, Layer: i + 1, Path: p}
}

func byPlace(a, b cis.Place) int {
	return cmp.Or(cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Path, b.Path))
}

func (m *merger) more(list string, n int) {
	if n <= 0 {
		return
	}
	if m.fact.More == nil {
		m.fact.More = map[string]int{}
	}
	m.fact.More[list] += n
}

// unread notes what a control would have needed.
func (m *merger) unread(control string, place cis.Place, why string) {
	u := cis.Unread{Control: control, At: place, Why: why}
	if slices.Contains(m.fact.Unread, u) {
		return
	}
	if len(m.fact.Unread) >= maxUnreadRows && m.knows(control) {
		m.more("unread", 1)
		return
	}
	m.fact.Unread = append(m.fact.Unread, u)
}

// knows reports whether a control has been told of something unread: what does
// not fit must not keep another's from it.
func (m *merger) knows(control string) bool {
	return slices.ContainsFunc(m.fact.Unread, func(u cis.Unread) bool { return u.Control == control })
}

// problems are about files of any layer, except those that are gone: a secret
// stays where it was.
func (m *merger) problems() {
	for i, l := range m.layers {
		for _, p := range l.facts.Problems {
			if !m.hidden(i, p.Path) {
				m.unread(p.Control, at(i, p.Path), p.Why)
			}
		}
		for _, control := range []string{"4.3", "4.8", "4.11"} {
			if l.facts.Dropped["unread "+control] > 0 {
				m.unread(control, at(i, ""), "more files that could not be read than are listed")
			}
		}
		m.more("setuid", l.facts.Dropped["setuid"])
		m.more("secrets", l.facts.Dropped["secrets"])
		m.more("switches", l.facts.Dropped["switches"])
	}
}

func (m *merger) secrets() {
	var rows []cis.SecretFile
	for i, l := range m.layers {
		for _, s := range l.facts.Secrets {
			f := s.Found
			rows = append(rows, cis.SecretFile{
				At: at(i, s.Path), Rule: f.Rule, Line: f.Line, Name: f.Name, Length: f.Length,
				Entropy: f.Entropy, Fingerprint: f.Fingerprint, Deleted: m.hidden(i, s.Path),
			})
		}
	}
	slices.SortStableFunc(rows, func(a, b cis.SecretFile) int {
		return cmp.Or(byPlace(a.At, b.At), cmp.Compare(a.Line, b.Line))
	})
	m.more("secrets", len(rows)-maxSecretRows)
	m.fact.Secrets = append(m.fact.Secrets, rows[:min(len(rows), maxSecretRows)]...)
}

func (m *merger) switches() {
	var rows []cis.Switch
	for i, l := range m.layers {
		for _, s := range l.facts.Switches {
			s.Hidden = m.hidden(i, s.At.Path)
			s.At = at(i, s.At.Path)
			rows = append(rows, s)
		}
	}
	shown, dropped, gone := keepShown(rows, maxSwitchRows, func(s cis.Switch) bool { return s.Hidden })
	slices.SortStableFunc(shown, func(a, b cis.Switch) int { return byPlace(a.At, b.At) })
	m.more("switches", dropped)
	m.more("switchesHidden", gone)
	m.fact.Switches = append(m.fact.Switches, shown...)
}

// keepShown cuts a list, what is hidden in the image first. It counts what was
// cut, and what of that was hidden.
func keepShown[T any](rows []T, most int, hidden func(T) bool) (kept []T, shown, gone int) {
	slices.SortStableFunc(rows, func(a, b T) int { return cmp.Compare(bit(hidden(a)), bit(hidden(b))) })
	kept = rows[:min(len(rows), most)]
	for _, r := range rows[len(kept):] {
		gone += bit(hidden(r))
	}
	return kept, len(rows) - len(kept) - gone, gone
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func modeText(mode int64) string { return fmt.Sprintf("%04o", mode) }
