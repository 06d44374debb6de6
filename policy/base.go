package policy

import (
	"fmt"

	"github.com/pratique-dev/pratique/attest/cis"
)

// held reports whether the audit was held against the image: its facts against
// fresh ones, and the base it names against the image's layers.
func (a *Audit) held() bool {
	return a.Fresh != nil && (a.base() == nil || a.DiffIDs != nil)
}

// layersContradictions: whoever read fewer layers than the image has, or others,
// cannot say what is in it.
func (a *Audit) layersContradictions() []string {
	if l := a.Audit.Facts.Layers; l != nil && a.DiffIDs != nil && l.Count != len(a.DiffIDs) {
		return []string{fmt.Sprintf("it is of %s, and the image has %d", plural(l.Count, "layer", "layers"), len(a.DiffIDs))}
	}
	return nil
}

// base is the base whose layers the audit says it found in the image; nil if it
// says so of none.
func (a *Audit) base() *cis.BaseFact {
	if b := a.Audit.Facts.Base; b != nil && b.Layers > 0 {
		return b
	}
	return nil
}

// baseContradictions holds the base an audit names against the image (S16):
// what is called the base's is judged by another standard, so the layers have
// to be the image's lowest, and the rows of the history no more than theirs.
func (a *Audit) baseContradictions() []string {
	b := a.base()
	switch {
	case b == nil || !a.held():
		return nil
	case b.Layers > len(a.DiffIDs):
		return []string{fmt.Sprintf("it names a base of %d layers, and the image has %d", b.Layers, len(a.DiffIDs))}
	case b.Chain != cis.Chain(a.DiffIDs[:b.Layers]):
		return []string{"the base it names is not the image's lowest layers"}
	}
	if h := a.Fresh.History; h != nil {
		for i, row := range h.Rows {
			if i < b.Rows && row.Layer > b.Layers {
				return []string{"it takes rows of the history for the base's that made the image's own layers"}
			}
		}
	}
	return nil
}

// part is a finding, or the part of one that is judged by itself, and by what.
type part struct {
	cis.Finding
	by *Standard
	// base says that it is what the image has from its base.
	base bool
}

// parts divides a finding between the standards for the base and for the rest.
func (r *AuditRule) parts(f cis.Finding) []part {
	if r.Base == nil {
		return []part{{f, &r.Standard, false}}
	}
	base, inherited := f.Of(func(i cis.Item) bool { return i.Origin == cis.OriginBase })
	own, rest := f.Of(func(i cis.Item) bool { return i.Origin != cis.OriginBase })
	switch {
	case inherited && rest:
		return []part{{own, &r.Standard, false}, {base, r.Base, true}}
	case inherited:
		return []part{{base, r.Base, true}}
	}
	return []part{{f, &r.Standard, false}}
}
