package keys

import (
	"fmt"
	"strings"
)

// maxName is the longest signer name, in characters.
const maxName = 63

// Ring is the set of signers that may verify. Names and keys are distinct. The
// zero Ring trusts nobody.
type Ring struct{ signers []Signer }

// NewRing refuses an unusable or repeated name, a key that did not come from
// this package, and one key under two names (S8): such a pair would let one
// person make two signatures count as two.
func NewRing(signers ...Signer) (Ring, error) {
	names, identities := map[string]bool{}, map[string]string{}
	for _, s := range signers {
		if err := CheckName(s.Name); err != nil {
			return Ring{}, err
		}
		if names[s.Name] {
			return Ring{}, fmt.Errorf("signer %s is there twice", s.Name)
		}
		checked, err := FromPublic(s.Key.Key)
		if err != nil {
			return Ring{}, fmt.Errorf("signer %s: %w", s.Name, err)
		}
		if checked.Identity != s.Key.Identity {
			return Ring{}, fmt.Errorf("signer %s: identity is not that of its key", s.Name)
		}
		if other, ok := identities[checked.Identity]; ok {
			return Ring{}, fmt.Errorf("signers %s and %s are one key; a key counts once, give it one name", other, s.Name)
		}
		names[s.Name], identities[checked.Identity] = true, s.Name
	}
	return Ring{signers: append([]Signer(nil), signers...)}, nil
}

// Signers lists the ring in the order given. The list is the caller's.
func (r Ring) Signers() []Signer { return append([]Signer(nil), r.signers...) }

// CheckName accepts what may name a signer: 1 to 63 letters, digits, dots,
// dashes and underscores of ASCII, a letter or digit first. Names are printed
// and compared, so nothing that looks like another name may pass.
func CheckName(name string) error {
	const first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	switch {
	case name == "":
		return fmt.Errorf("signer without a name")
	case len(name) > maxName:
		return fmt.Errorf("signer name %q: more than %d characters", name[:maxName]+"...", maxName)
	case strings.Trim(name[:1], first) != "" || strings.Trim(name, first+"._-") != "":
		return fmt.Errorf("signer name %q: want letters, digits, '.', '-' and '_', a letter or digit first", name)
	}
	return nil
}
