package cosign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"

	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/pratique-dev/pratique/keys"
)

var (
	errNoKey      = errors.New("no trusted key verifies it: signed with another key, or changed afterwards")
	errOtherBytes = errors.New("the bytes to verify are not the bytes that were read")
)

// ringKey is one signer of the ring with the schemes its key may use.
type ringKey struct {
	signer  keys.Signer
	schemes []signature.Verifier
}

// schemes lists what cosign signs with such a key, the likeliest first. The
// list follows from the key alone: nothing in an item chooses an algorithm
// (threat 41). Read in the source of cosign 2.6.5 and 3.1.3, whose sign and
// attest agree with one another in every format:
//
//   - ECDSA: the hash as long as the curve (LoadDefaultSignerVerifier). Older
//     releases, and everything --signature-digest-algorithm defaults to, use
//     SHA-256 on P-384 and P-521 too.
//   - RSA: PKCS #1 v1.5 with SHA-256 whatever the size; never PSS.
//   - Ed25519: the prehashed variant (GetDefaultLoadOptions) for payloads, DSSE
//     and bundles alike; but cosign verify loads such a key as plain Ed25519,
//     which is what older releases and other tools write. The two are domain
//     separated, so a signature in one never verifies in the other.
func schemes(key crypto.PublicKey) ([]signature.Verifier, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsaSchemes(k)
	case *rsa.PublicKey:
		return one(signature.LoadRSAPKCS1v15Verifier(k, crypto.SHA256))
	case ed25519.PublicKey:
		pre, err := signature.LoadED25519phVerifier(k)
		if err != nil {
			return nil, err
		}
		plain, err := signature.LoadED25519Verifier(k)
		return []signature.Verifier{pre, plain}, err
	}
	return nil, fmt.Errorf("no signature scheme for a %T", key)
}

func one[V signature.Verifier](v V, err error) ([]signature.Verifier, error) {
	return []signature.Verifier{v}, err
}

func ecdsaSchemes(k *ecdsa.PublicKey) ([]signature.Verifier, error) {
	hashes := []crypto.Hash{crypto.SHA256}
	switch k.Curve {
	case elliptic.P384():
		hashes = []crypto.Hash{crypto.SHA384, crypto.SHA256}
	case elliptic.P521():
		hashes = []crypto.Hash{crypto.SHA512, crypto.SHA256}
	}
	var out []signature.Verifier
	for _, h := range hashes {
		v, err := signature.LoadECDSAVerifier(k, h)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func loadRing(ring keys.Ring) ([]ringKey, error) {
	var out []ringKey
	for _, s := range ring.Signers() {
		v, err := schemes(s.Key.Key)
		if err != nil {
			return nil, fmt.Errorf("signer %s: %w", s.Name, err)
		}
		out = append(out, ringKey{s, v})
	}
	return out, nil
}

// ringVerifier hands the ring to a library as one verifier, for one item. It
// verifies only the bytes it was made for, so that what a library decoded and
// what is interpreted afterwards cannot differ, and remembers whose key it was.
// Keys of a ring are distinct, so at most one can match.
type ringVerifier struct {
	keys    []ringKey
	want    []byte
	matched *ringKey
}

// PublicKey is nil: there is not one key. It also makes the DSSE library
// ignore an envelope's key id, which decides nothing (threat 45).
func (v *ringVerifier) PublicKey(...signature.PublicKeyOption) (crypto.PublicKey, error) {
	return nil, nil
}

// VerifySignature implements signature.Verifier. Options are dropped on
// purpose: one of them would replace the message by a digest.
func (v *ringVerifier) VerifySignature(sig, message io.Reader, _ ...signature.VerifyOption) error {
	if !same(message, v.want) {
		return errOtherBytes
	}
	s, err := io.ReadAll(sig)
	if err != nil {
		return err
	}
	for i := range v.keys {
		for _, scheme := range v.keys[i].schemes {
			if scheme.VerifySignature(bytes.NewReader(s), bytes.NewReader(v.want)) == nil {
				v.matched = &v.keys[i]
				return nil
			}
		}
	}
	return errNoKey
}

// same reports whether r holds exactly want. It does not keep a copy.
func same(r io.Reader, want []byte) bool {
	var buf [4 << 10]byte
	for {
		n, err := r.Read(buf[:])
		if !bytes.HasPrefix(want, buf[:n]) {
			return false
		}
		want = want[n:]
		if err != nil {
			return err == io.EOF && len(want) == 0
		}
	}
}
