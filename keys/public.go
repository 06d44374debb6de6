package keys

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// MaxPublic is the largest public key file read, in bytes. An RSA key of 8192
// bits takes 1.5 KB.
const MaxPublic = 64 << 10

// blockType is the PEM type of a PKIX public key, RFC 7468 section 13.
const blockType = "PUBLIC KEY"

var (
	// ErrFormat means that the bytes are not one PEM public key.
	ErrFormat = errors.New("not a public key file")
	// ErrWeak means that the key is of a kind or size that is never trusted.
	ErrWeak = errors.New("key refused")
)

// ParsePublic reads exactly one PEM public key (PKIX, "BEGIN PUBLIC KEY") with
// nothing but white space around it. It wraps ErrFormat, with a hint where the
// file is something else people often hand over, or ErrWeak.
func ParsePublic(text []byte) (PublicKey, error) {
	block, err := oneBlock(text)
	if err != nil {
		return PublicKey{}, err
	}
	if block.Type != blockType {
		return PublicKey{}, wrongBlock(block.Type)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %s", ErrFormat, strings.TrimPrefix(err.Error(), "x509: "))
	}
	return FromPublic(key)
}

// FromPublic checks the strength of a key and names it. It wraps ErrWeak.
func FromPublic(key crypto.PublicKey) (PublicKey, error) {
	algorithm, err := strength(key)
	if err != nil {
		return PublicKey{}, err
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %s", ErrWeak, strings.TrimPrefix(err.Error(), "x509: "))
	}
	sum := sha256.Sum256(der)
	return PublicKey{Key: key, Identity: "spki:sha256:" + hex.EncodeToString(sum[:]), Algorithm: algorithm}, nil
}

// PEM is the key as [ParsePublic] reads it, and cosign too; nil for the zero
// PublicKey.
func (k PublicKey) PEM() []byte {
	if k.Key == nil {
		return nil
	}
	der, err := x509.MarshalPKIXPublicKey(k.Key)
	if err != nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der})
}

// oneBlock refuses what pem.Decode skips: text before the block, and whatever
// follows it. A second key in a file would otherwise be trusted by no one and
// believed in by its author.
func oneBlock(text []byte) (*pem.Block, error) {
	if len(text) > MaxPublic {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrFormat, MaxPublic)
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrFormat)
	}
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, fmt.Errorf("%w: no PEM block in it; want -----BEGIN PUBLIC KEY-----", ErrFormat)
	case !bytes.HasPrefix(text, []byte("-----BEGIN ")):
		return nil, fmt.Errorf("%w: text before the PEM block", ErrFormat)
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, fmt.Errorf("%w: something follows the PEM block; one key a file", ErrFormat)
	case len(block.Headers) > 0:
		return nil, fmt.Errorf("%w: the PEM block has headers", ErrFormat)
	}
	return block, nil
}

// wrongBlock says what to type for the files people mistake for a public key.
func wrongBlock(kind string) error {
	switch {
	case strings.HasSuffix(kind, "PRIVATE KEY"):
		return fmt.Errorf("%w: it is a private key; take its public half: pratique keys public --key FILE", ErrFormat)
	case kind == "CERTIFICATE":
		return fmt.Errorf("%w: it is a certificate; take its key: openssl x509 -in FILE -noout -pubkey", ErrFormat)
	case kind == "RSA PUBLIC KEY":
		return fmt.Errorf("%w: it is in PKCS#1 form; convert it: openssl rsa -RSAPublicKey_in -in FILE -pubout", ErrFormat)
	}
	return fmt.Errorf("%w: PEM block of another type; want -----BEGIN PUBLIC KEY-----", ErrFormat)
}
