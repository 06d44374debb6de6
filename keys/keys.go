// Package keys says what may verify: public keys, their strength and their
// canonical identity, and the ring of named signers a policy trusts.
//
// A key enters through [ParsePublic] or [FromPublic] and is strong enough from
// then on: everything weaker is refused where it is loaded, not where a
// signature is checked, because a verifier that is handed a weak key verifies
// with it (threat 42).
//
// Two keys are the same key if their identities are equal: the hash of the
// SubjectPublicKeyInfo as this package marshals it. File names, PEM layout and
// key ids in an envelope never matter, so one key cannot count twice (threats
// 44 and 45).
//
// The package leans on the standard library only. Private key files live in
// keys/keyfile. It does not know validity windows or revocation: those are
// said in a policy, next to the name.
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

// Signer is a name in a policy and the key behind it.
type Signer struct {
	Name string
	Key  PublicKey
}
