package intoto

import (
	"bytes"
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/sigstore/pkg/signature"
	sigdsse "github.com/sigstore/sigstore/pkg/signature/dsse"
	"github.com/sigstore/sigstore/pkg/signature/options"
	"github.com/sigstore/sigstore/pkg/signature/payload"
)

// Envelope is a signed statement.
type Envelope struct {
	// JSON is the DSSE envelope as the tag format stores it.
	JSON []byte
	// Statement is the signed payload.
	Statement []byte
	// Signature is the raw signature over the DSSE pre-authentication encoding.
	Signature []byte
	// Key is the public half of the key that signed.
	Key keys.PublicKey
	// PredicateType is what the statement says.
	PredicateType string

	said said
}

// Sign puts a statement v1 into a DSSE envelope. The signature is checked
// before it is returned. The key is an *ecdsa.PrivateKey, *rsa.PrivateKey or
// ed25519.PrivateKey; a weak one is an error wrapping keys.ErrWeak.
func Sign(ctx context.Context, key crypto.Signer, statement []byte) (Envelope, error) {
	s, err := readStatement(statement)
	if err != nil {
		return Envelope{}, err
	}
	pub, signer, err := load(key)
	if err != nil {
		return Envelope{}, err
	}
	text, err := sigdsse.WrapSigner(signer, attest.PayloadType).SignMessage(bytes.NewReader(statement), options.WithContext(ctx))
	if err != nil {
		return Envelope{}, fmt.Errorf("sign statement: %w", err)
	}
	if len(text) > wire.MaxBundle {
		return Envelope{}, fmt.Errorf("envelope of %d bytes: %w, limit is %d", len(text), ErrTooLarge, wire.MaxBundle)
	}
	raw, err := signatureIn(text)
	if err != nil {
		return Envelope{}, err
	}
	if err := check(pub, raw, dsse.PAE(attest.PayloadType, statement)); err != nil {
		return Envelope{}, err
	}
	return Envelope{JSON: text, Statement: statement, Signature: raw, Key: pub, PredicateType: s.PredicateType, said: s}, nil
}

func signatureIn(envelope []byte) ([]byte, error) {
	var e dsse.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	if len(e.Signatures) != 1 {
		return nil, fmt.Errorf("envelope with %d signatures, want one", len(e.Signatures))
	}
	raw, err := base64.StdEncoding.DecodeString(e.Signatures[0].Sig)
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	return raw, nil
}

// ImageSignature is a signed image, ready to be attached in one format.
type ImageSignature struct {
	// Format is bundle or tag: the two sign different bytes.
	Format Format
	// Digest is the signed image.
	Digest verify.Digest
	// Payload is the simple-signing payload of the tag format.
	Payload []byte
	// Signature is the raw signature over Payload.
	Signature []byte
	// Envelope is the signed statement of the bundle format.
	Envelope Envelope
}

// SignImage signs a digest as `cosign sign` does. repository is the canonical
// name the image was asked by; the tag format writes it into the payload, the
// bundle format has no place for it (S11). Annotations may be nil.
func SignImage(ctx context.Context, key crypto.Signer, repository string, digest verify.Digest, annotations map[string]string, f Format) (ImageSignature, error) {
	if _, err := verify.ParseDigest(string(digest)); err != nil {
		return ImageSignature{}, err
	}
	switch f {
	case FormatBundle:
		statement, err := signStatement(digest, annotations)
		if err != nil {
			return ImageSignature{}, err
		}
		e, err := Sign(ctx, key, statement)
		return ImageSignature{Format: f, Digest: digest, Envelope: e}, err
	case FormatTag:
		return signSimple(ctx, key, repository, digest, annotations)
	}
	return ImageSignature{}, fmt.Errorf("sign image: format %q, want bundle or tag", f)
}

func signSimple(ctx context.Context, key crypto.Signer, repository string, digest verify.Digest, annotations map[string]string) (ImageSignature, error) {
	text, err := simplePayload(repository, digest, annotations)
	if err != nil {
		return ImageSignature{}, err
	}
	pub, signer, err := load(key)
	if err != nil {
		return ImageSignature{}, err
	}
	raw, err := signer.SignMessage(bytes.NewReader(text), options.WithContext(ctx))
	if err != nil {
		return ImageSignature{}, fmt.Errorf("sign image: %w", err)
	}
	if err := check(pub, raw, text); err != nil {
		return ImageSignature{}, err
	}
	return ImageSignature{Format: FormatTag, Digest: digest, Payload: text, Signature: raw}, nil
}

// simplePayload is the payload of containers-signature(5) as cosign writes it.
// The library spells Docker Hub index.docker.io, and so do cosign's payloads.
func simplePayload(repository string, digest verify.Digest, annotations map[string]string) ([]byte, error) {
	if _, _, err := verify.ParseRepository(repository); err != nil {
		return nil, err
	}
	image, err := name.NewDigest(repository + "@" + string(digest))
	if err != nil {
		return nil, fmt.Errorf("sign image: %w", err)
	}
	p := payload.Cosign{Image: image}
	for k, v := range annotations {
		if p.Annotations == nil {
			p.Annotations = map[string]any{}
		}
		p.Annotations[k] = v
	}
	text, err := p.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("sign image: %w", err)
	}
	if len(text) > wire.MaxPayload {
		return nil, fmt.Errorf("signature payload of %d bytes: %w, limit is %d", len(text), ErrTooLarge, wire.MaxPayload)
	}
	return text, wire.Check(text)
}

// load picks the scheme that cosign verifies for the kind of key with no
// further flags. cosign itself signs P-384 with SHA-384 and P-521 with SHA-512,
// and then needs --signature-digest-algorithm to verify its own signature.
func load(key crypto.Signer) (keys.PublicKey, signature.Signer, error) {
	if key == nil {
		return keys.PublicKey{}, nil, errors.New("no key to sign with")
	}
	pub, err := keys.FromPublic(key.Public())
	if err != nil {
		return keys.PublicKey{}, nil, err
	}
	signer, err := signature.LoadSigner(key, crypto.SHA256)
	if err != nil {
		return keys.PublicKey{}, nil, fmt.Errorf("sign with a %s key: %w", pub.Algorithm, err)
	}
	return pub, signer, nil
}

// check verifies a fresh signature: a failing device must not leave evidence
// that verifies nowhere.
func check(pub keys.PublicKey, raw, message []byte) error {
	verifier, err := signature.LoadVerifier(pub.Key, crypto.SHA256)
	if err != nil {
		return fmt.Errorf("check own signature: %w", err)
	}
	if err := verifier.VerifySignature(bytes.NewReader(raw), bytes.NewReader(message)); err != nil {
		return errors.New("the key made a signature that does not verify with its public half")
	}
	return nil
}
