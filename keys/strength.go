package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/hex"
	"fmt"
)

// The bounds on RSA keys, in bits. Below, factoring is in reach; above, a
// verification costs more than anybody's evidence is worth.
const (
	MinRSABits = 2048
	MaxRSABits = 8192
	// minRSAExponent is F4, the least that NIST SP 800-56B allows.
	minRSAExponent = 65537
)

// strength names the algorithm of a key that may be trusted, or says why it
// may not (threat 42).
func strength(key crypto.PublicKey) (string, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsaStrength(k)
	case ed25519.PublicKey:
		return ed25519Strength(k)
	case *rsa.PublicKey:
		return rsaStrength(k)
	}
	// DSA ends here too.
	return "", fmt.Errorf("%w: %T cannot verify signatures here; use ecdsa-p256, ed25519 or rsa-3072", ErrWeak, key)
}

func ecdsaStrength(k *ecdsa.PublicKey) (string, error) {
	if k == nil || k.Curve == nil {
		return "", fmt.Errorf("%w: empty ECDSA key", ErrWeak)
	}
	var name string
	switch k.Curve {
	case elliptic.P256():
		name = "ecdsa-p256"
	case elliptic.P384():
		name = "ecdsa-p384"
	case elliptic.P521():
		name = "ecdsa-p521"
	default:
		return "", fmt.Errorf("%w: ECDSA on %s; want P-256, P-384 or P-521", ErrWeak, k.Curve.Params().Name)
	}
	// ECDH checks that the point is on the curve and is not infinity.
	if _, err := k.ECDH(); err != nil {
		return "", fmt.Errorf("%w: ECDSA point is not on its curve", ErrWeak)
	}
	return name, nil
}

func rsaStrength(k *rsa.PublicKey) (string, error) {
	if k == nil || k.N == nil {
		return "", fmt.Errorf("%w: empty RSA key", ErrWeak)
	}
	bits := k.N.BitLen()
	switch {
	case bits < MinRSABits:
		return "", fmt.Errorf("%w: RSA with %d bits; want %d or more", ErrWeak, bits, MinRSABits)
	case bits > MaxRSABits:
		return "", fmt.Errorf("%w: RSA with %d bits; want %d or fewer", ErrWeak, bits, MaxRSABits)
	case k.N.Bit(0) == 0:
		return "", fmt.Errorf("%w: RSA modulus is even", ErrWeak)
	case k.E < minRSAExponent || k.E%2 == 0:
		return "", fmt.Errorf("%w: RSA exponent %d; want an odd one from %d", ErrWeak, k.E, minRSAExponent)
	}
	return fmt.Sprintf("rsa-%d", bits), nil
}

// ed25519Strength refuses the keys under which a signature that nobody made
// verifies: points of small order, and second spellings of a point.
func ed25519Strength(k ed25519.PublicKey) (string, error) {
	if len(k) != ed25519.PublicKeySize {
		return "", fmt.Errorf("%w: Ed25519 key of %d bytes; want %d", ErrWeak, len(k), ed25519.PublicKeySize)
	}
	y := bytes.Clone(k)
	y[31] &= 0x7f // the sign of x
	if y[31] == 0x7f && y[0] >= 0xed && bytes.Count(y[1:31], []byte{0xff}) == 30 {
		return "", fmt.Errorf("%w: Ed25519 key is not in canonical form", ErrWeak)
	}
	for _, small := range smallOrder() {
		if hex.EncodeToString(y) == small {
			return "", fmt.Errorf("%w: Ed25519 key of small order, anybody can sign for it", ErrWeak)
		}
	}
	return "ed25519", nil
}

// smallOrder lists the y coordinates, little-endian, of the points of order 1,
// 2, 4 and 8 on edwards25519.
func smallOrder() []string {
	return []string{
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	}
}
