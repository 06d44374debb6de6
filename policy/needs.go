package policy

import (
	"slices"

	"github.com/pratique-dev/pratique/attest/vuln"
)

// Needs says what has to be fetched to decide about a repository.
type Needs struct {
	// Signatures and Attestations say which evidence is asked for.
	Signatures, Attestations bool
	// Config is set if the image's config is needed: an audit is judged
	// against it, or the rule lists platforms and a single manifest names
	// none.
	Config bool
	// Predicates are the predicate types asked for.
	Predicates []string
	// Unsupported names signers of the rule this build cannot check.
	Unsupported []string
}

// Needs says what has to be fetched to decide about a canonical repository.
// An image no rule matches needs what the floor asks for.
func (d *Document) Needs(repo string) Needs {
	var n Needs
	if d == nil {
		return n
	}
	if d.Floor != nil {
		n.add(d, d.Floor)
	}
	if rule, ok := d.Match(repo); ok {
		n.add(d, &rule.Requirements)
		n.Config = n.Config || rule.Platforms.Host || len(rule.Platforms.List) > 0
	}
	n.Predicates, n.Unsupported = sorted(n.Predicates), sorted(n.Unsupported)
	return n
}

func (n *Needs) add(d *Document, r *Requirements) {
	var names []string
	if r.Signatures != nil {
		n.Signatures = true
		names = r.Signatures.AnyOf
	}
	for _, a := range r.Attestations {
		n.Attestations = true
		n.Config = n.Config || a.Audit != nil
		n.Predicates = append(n.Predicates, a.Predicates...)
		names = append(slices.Clone(names), a.AnyOf...)
		if a.Scan != nil && len(a.Scan.VEX) > 0 {
			n.Predicates = append(n.Predicates, openVEX, vuln.TypeOpenVEX)
			names = append(names, a.Scan.VEX...)
		}
	}
	for _, name := range names {
		if s := d.signer(name); s != nil && s.Kind != SignerKey {
			n.Unsupported = append(n.Unsupported, name)
		}
	}
}

// Unsupported lists the signers this build cannot check: evidence they could
// have supplied leaves a decision undecided, never allowed.
func (d *Document) Unsupported() []Signer {
	var out []Signer
	if d == nil {
		return nil
	}
	for _, s := range d.Signers {
		if s.Kind != SignerKey {
			out = append(out, s)
		}
	}
	return out
}
