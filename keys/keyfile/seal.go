package keyfile

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify/wire"
	"github.com/secure-systems-lab/go-securesystemslib/encrypted"
)

// PEM types. cosign writes the first since 2.0 and wrote the second before.
const (
	sealedType    = "ENCRYPTED SIGSTORE PRIVATE KEY"
	oldSealedType = "ENCRYPTED COSIGN PRIVATE KEY"
	pkcs8Type     = "PRIVATE KEY"
	pkcs1Type     = "RSA PRIVATE KEY"
	sec1Type      = "EC PRIVATE KEY"
)

// maxDER is the largest key parsed, in bytes; RSA with 8192 bits takes 4.7 KB.
const maxDER = 16 << 10

// Import reads a private key from PKCS#8, PKCS#1, SEC 1 or cosign's PEM; the
// password is for the last alone. It wraps ErrFormat, ErrPassword, or
// keys.ErrWeak.
func Import(text, password []byte) (crypto.Signer, error) {
	block, err := oneBlock(text)
	if err != nil {
		return nil, err
	}
	if sealed(block) {
		return open(block, password)
	}
	return plain(block)
}

func sealed(b *pem.Block) bool { return b.Type == sealedType || b.Type == oldSealedType }

// oneBlock finds the one private key in text. openssl puts the name of the
// curve in a block of its own before an EC key; that one is skipped.
func oneBlock(text []byte) (*pem.Block, error) {
	if len(text) > wire.MaxKeyFile {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrFormat, wire.MaxKeyFile)
	}
	block, rest := pem.Decode(text)
	if block != nil && block.Type == "EC PARAMETERS" {
		block, rest = pem.Decode(rest)
	}
	switch {
	case block == nil:
		return nil, fmt.Errorf("%w: no PEM block in it", ErrFormat)
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, fmt.Errorf("%w: something follows the key; one key a file", ErrFormat)
	case len(block.Headers) > 0:
		return nil, fmt.Errorf("%w: encrypted the old PEM way; convert it: openssl pkcs8 -topk8 -nocrypt -in FILE", ErrFormat)
	case len(block.Bytes) > maxDER:
		return nil, fmt.Errorf("%w: more than %d bytes in the PEM block", ErrFormat, maxDER)
	}
	return block, nil
}

// plain parses an unencrypted key. The parsers' own errors stay here: they can
// quote what they choked on.
func plain(b *pem.Block) (crypto.Signer, error) {
	var key any
	var err error
	switch b.Type {
	case pkcs8Type:
		key, err = x509.ParsePKCS8PrivateKey(b.Bytes)
	case pkcs1Type:
		key, err = x509.ParsePKCS1PrivateKey(b.Bytes)
	case sec1Type:
		key, err = x509.ParseECPrivateKey(b.Bytes)
	default:
		return nil, wrongBlock(b.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the %q block does not hold one, or one too weak to parse", ErrFormat, b.Type)
	}
	return strong(key)
}

// strong refuses keys whose public half no ring would take.
func strong(key any) (crypto.Signer, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%w: a key of this kind cannot sign", ErrFormat)
	}
	if _, err := keys.FromPublic(signer.Public()); err != nil {
		return nil, err
	}
	return signer, nil
}

func wrongBlock(kind string) error {
	switch {
	case kind == "ENCRYPTED PRIVATE KEY":
		return fmt.Errorf("%w: encrypted PKCS#8; take it out first: openssl pkcs8 -in FILE", ErrFormat)
	case kind == "OPENSSH PRIVATE KEY":
		return fmt.Errorf("%w: an OpenSSH key; convert a copy: ssh-keygen -p -m PKCS8 -f COPY", ErrFormat)
	case strings.HasSuffix(kind, "PUBLIC KEY"):
		return fmt.Errorf("%w: it is a public key", ErrFormat)
	}
	return fmt.Errorf("%w: PEM block of another type", ErrFormat)
}

// seal is cosign's form of a private key.
func seal(key crypto.Signer, password []byte) ([]byte, error) {
	if _, err := strong(key); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: a key of this kind cannot be stored", ErrFormat)
	}
	box, err := encrypted.Encrypt(der, password)
	if err != nil {
		return nil, fmt.Errorf("seal private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: sealedType, Bytes: box}), nil
}

// open takes a key out of cosign's form.
func open(b *pem.Block, password []byte) (crypto.Signer, error) {
	if err := checkBox(b.Bytes); err != nil {
		return nil, err
	}
	der, err := encrypted.Decrypt(b.Bytes, password)
	if err != nil {
		return nil, ErrPassword
	}
	return plain(&pem.Block{Type: pkcs8Type, Bytes: der})
}

// checkBox looks at the sealed form before anything is derived from it: scrypt
// with the parameters of a hostile file takes any amount of memory.
func checkBox(body []byte) error {
	var box struct {
		KDF struct {
			Name   string
			Params struct{ N, R, P int }
			Salt   []byte
		}
		Cipher struct {
			Name  string
			Nonce []byte
		}
		Ciphertext []byte
	}
	if err := json.Unmarshal(body, &box); err != nil {
		return fmt.Errorf("%w: its sealed part is damaged", ErrFormat)
	}
	p := box.KDF.Params
	switch {
	case box.KDF.Name != "scrypt" || box.Cipher.Name != "nacl/secretbox":
		return fmt.Errorf("%w: sealed in a way not known here", ErrFormat)
	case p.R != 8 || p.P != 1 || p.N != 1<<15 && p.N != 1<<16 && p.N != 1<<17:
		return fmt.Errorf("%w: scrypt parameters that cosign never writes", ErrFormat)
	case len(box.KDF.Salt) == 0 || len(box.Cipher.Nonce) != 24 || len(box.Ciphertext) == 0:
		return fmt.Errorf("%w: its sealed part is incomplete", ErrFormat)
	}
	return nil
}
