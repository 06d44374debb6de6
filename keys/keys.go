// Package keys says what may verify: public keys, their strength and their
// canonical identity, and the ring of named signers a policy trusts. It leans
// on the standard library only; private key files live in keys/keyfile.
package keys

import "crypto"

// PublicKey is a key strong enough to be trusted, with its identity.
type PublicKey struct {
	// Key is *ecdsa.PublicKey (P-256, P-384, P-521), ed25519.PublicKey or
	// *rsa.PublicKey (2048 bits or more).
	Key crypto.PublicKey
	// Identity is "spki:sha256:<hex>" over the DER SubjectPublicKeyInfo. Two
	// files with one key have one identity, whatever they are called.
	Identity string
	// Algorithm is ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, rsa-2048, ...
	Algorithm string
}

// ParsePublic reads exactly one PEM public key and refuses weak ones.
func ParsePublic(pem []byte) (PublicKey, error) { panic("unwritten") }

// Signer is a name in a policy and the key behind it.
type Signer struct {
	Name string
	Key  PublicKey
}

// Ring is the set of signers that may verify. Names and keys are distinct.
type Ring struct{ signers []Signer }

// NewRing refuses an empty or repeated name and one key under two names (S8).
func NewRing(signers ...Signer) (Ring, error) { panic("unwritten") }

// Signers lists the ring in the order given.
func (r Ring) Signers() []Signer { return r.signers }
