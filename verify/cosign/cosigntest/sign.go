package cosigntest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/in-toto/in-toto-golang/in_toto"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	ctypes "github.com/sigstore/cosign/v2/pkg/types"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/options"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
)

// Key is a private key that signs as cosign would, and its public half.
type Key struct {
	Signer  signature.Signer
	Public  keys.PublicKey
	Private crypto.Signer
}

// NewKey makes a key: ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, rsa-2048 or
// rsa-3072. It signs with what cosign chooses for such a key, unless options
// say otherwise.
func NewKey(t testing.TB, algorithm string, opts ...signature.LoadOption) Key {
	t.Helper()
	private, err := generate(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return KeyOf(t, private, opts...)
}

// KeyOf is a Key of a private key. Without options it signs as cosign does.
func KeyOf(t testing.TB, private crypto.Signer, opts ...signature.LoadOption) Key {
	t.Helper()
	public, err := keys.FromPublic(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	load := signature.LoadSignerVerifierWithOpts
	if len(opts) == 0 {
		load, opts = signature.LoadDefaultSignerVerifier, []signature.LoadOption{options.WithED25519ph()}
	}
	signer, err := load(private, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return Key{signer, public, private}
}

func generate(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "ecdsa-p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ecdsa-p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ecdsa-p521":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "rsa-2048":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "rsa-3072":
		return rsa.GenerateKey(rand.Reader, 3072)
	case "ed25519":
		_, k, err := ed25519.GenerateKey(rand.Reader)
		return k, err
	}
	return nil, fmt.Errorf("no such algorithm: %s", algorithm)
}

// Ring trusts keys, as signers named k1, k2 and so on.
func Ring(t testing.TB, trusted ...Key) keys.Ring {
	t.Helper()
	var signers []keys.Signer
	for i, k := range trusted {
		signers = append(signers, keys.Signer{Name: fmt.Sprintf("k%d", i+1), Key: k.Public})
	}
	ring, err := keys.NewRing(signers...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Sign signs bytes.
func (k Key) Sign(message []byte) []byte {
	sig, err := k.Signer.SignMessage(bytes.NewReader(message))
	if err != nil {
		panic(err)
	}
	return sig
}

// Payload is a simple signing payload as cosign writes it.
func Payload(repo string, d verify.Digest) []byte {
	return fmt.Appendf(nil, `{"critical":{"identity":{"docker-reference":%q},"image":{"docker-manifest-digest":%q},`+
		`"type":"cosign container image signature"},"optional":null}`, repo, d)
}

// Signature is a layer with a payload and the signature over it.
func (k Key) Signature(payload []byte) Layer {
	return Layer{SimpleType, payload, map[string]string{
		SignatureAnnotation: base64.StdEncoding.EncodeToString(k.Sign(payload)),
	}}
}

// Statement is an in-toto statement about one digest, v0.1 as cosign writes it.
func Statement(d verify.Digest, predicateType string, predicate any) []byte {
	return marshal(map[string]any{
		"_type":         in_toto.StatementInTotoV01,
		"subject":       []any{map[string]any{"name": "app", "digest": map[string]string{"sha256": d.Hex()}}},
		"predicateType": predicateType,
		"predicate":     predicate,
	})
}

// SignStatement is what cosign 2.6.5 signs for an image signature in a bundle:
// no name, no predicate.
func SignStatement(d verify.Digest) []byte {
	return fmt.Appendf(nil, `{"_type":%q,"subject":[{"digest":{"sha256":%q}}],"predicateType":%q}`,
		in_toto.StatementInTotoV1, d.Hex(), ctypes.CosignSignPredicateType)
}

// Envelope is a DSSE envelope over a statement.
func (k Key) Envelope(statement []byte) []byte {
	return marshal(map[string]any{
		"payloadType": ctypes.IntotoPayloadType,
		"payload":     base64.StdEncoding.EncodeToString(statement),
		"signatures":  []any{map[string]string{"keyid": "", "sig": k.envelopeSignature(statement)}},
	})
}

func (k Key) envelopeSignature(statement []byte) string {
	return base64.StdEncoding.EncodeToString(k.Sign(dsse.PAE(ctypes.IntotoPayloadType, statement)))
}

// Attestation is a layer with an envelope, as behind the .att tag.
func (k Key) Attestation(statement []byte) Layer {
	return Layer{MediaType: EnvelopeType, Bytes: k.Envelope(statement)}
}

// Bundle is a layer with a sigstore bundle over a statement.
func (k Key) Bundle(statement []byte) Layer {
	return Layer{MediaType: BundleType, Bytes: marshal(k.BundleDocument(statement))}
}

// BundleDocument is a bundle as a map, for tests to break.
func (k Key) BundleDocument(statement []byte) map[string]any {
	return map[string]any{
		"mediaType":            BundleType,
		"verificationMaterial": map[string]any{"publicKey": map[string]any{"hint": "hint"}},
		"dsseEnvelope": map[string]any{
			"payloadType": ctypes.IntotoPayloadType,
			"payload":     base64.StdEncoding.EncodeToString(statement),
			"signatures":  []any{map[string]any{"sig": k.envelopeSignature(statement)}},
		},
	}
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
