package cosign

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	sgverify "github.com/sigstore/sigstore-go/pkg/verify"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pratique-dev/pratique/verify/wire"
)

// bundlePrefix begins the media type of a sigstore bundle of any version.
const bundlePrefix = "application/vnd.dev.sigstore.bundle"

// isBundleV03 accepts both spellings of version 0.3.
func isBundleV03(mediaType string) bool {
	return mediaType == bundlePrefix+".v0.3+json" || mediaType == bundlePrefix+"+json;version=0.3"
}

func isBundle(mediaType string) bool { return strings.HasPrefix(mediaType, bundlePrefix) }

// parseBundle reads a sigstore bundle of at most wire.MaxBundle bytes: version
// 0.3, a DSSE envelope with one signature, a public key by hint. The hint is
// not used; the ring decides. Log entries and timestamps are dropped unread:
// a key signer owes neither (S9), and reading them is the larger part of the
// library. Errors wrap verify.ErrInvalid; the payload is returned beside one
// where it could be told, for display.
func parseBundle(raw []byte) (*bundle.Bundle, envelope, error) {
	if err := checkObjects(raw); err != nil {
		return nil, envelope{}, err
	}
	if err := wire.Check(raw); err != nil {
		return nil, envelope{}, unreadable("bundle: %v", err)
	}
	doc := new(protobundle.Bundle)
	if err := protojson.Unmarshal(raw, doc); err != nil {
		return nil, envelope{}, unreadable("bundle: %v", err)
	}
	env, err := contentOf(doc)
	if err != nil {
		return nil, env, err
	}
	doc.VerificationMaterial.TlogEntries = nil
	doc.VerificationMaterial.TimestampVerificationData = nil
	b, err := bundle.NewBundle(doc)
	if err != nil {
		return nil, envelope{}, unreadable("bundle: %v", err)
	}
	return b, env, nil
}

// contentOf checks what kind of bundle it is.
func contentOf(doc *protobundle.Bundle) (envelope, error) {
	if !isBundleV03(doc.MediaType) {
		return envelope{}, unreadable("bundle of media type %q; only version 0.3 is read", doc.MediaType)
	}
	if doc.GetMessageSignature() != nil {
		return envelope{}, unreadable("bundle with a message signature; an image needs a signed statement")
	}
	d := doc.GetDsseEnvelope()
	if d == nil {
		return envelope{}, unreadable("bundle without a DSSE envelope")
	}
	if err := checkEnvelope(d.PayloadType, len(d.Signatures)); err != nil {
		return envelope{}, err
	}
	switch doc.GetVerificationMaterial().GetContent().(type) {
	case *protobundle.VerificationMaterial_PublicKey:
		return envelope{d.Payload}, nil
	case *protobundle.VerificationMaterial_Certificate, *protobundle.VerificationMaterial_X509CertificateChain:
		return envelope{d.Payload}, invalid("%s", keylessReason)
	}
	return envelope{}, unreadable("bundle without verification material")
}

// verifyBundle has sigstore-go check the envelope's signature against the
// ring. Its check of the subjects is left out: it parses the statement twice to
// compare less than [statement.binds] does.
func verifyBundle(b *bundle.Bundle, ring *ringVerifier) error {
	sig, err := b.SignatureContent()
	if err != nil {
		return err
	}
	material, err := b.VerificationContent()
	if err != nil {
		return err
	}
	// No validity window: a ring key has none, and there is no time to hold
	// against it.
	key := root.NewExpiringKey(ring, time.Time{}, time.Time{})
	trusted := root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) {
		return key, nil
	})
	return sgverify.VerifySignature(sig, material, trusted)
}

// hinted finds the signer whose key a bundle names. The hint is cosign's, the
// hash of the key's SubjectPublicKeyInfo, and anyone can write it: it serves to
// say of a bundle that does not verify whether it was changed.
func (s *Source) hinted(b *bundle.Bundle) (name string, ok bool) {
	hint := b.GetVerificationMaterial().GetPublicKey().GetHint()
	for _, k := range s.keys {
		sum, err := hex.DecodeString(strings.TrimPrefix(k.signer.Key.Identity, "spki:sha256:"))
		if err == nil && hint == base64.StdEncoding.EncodeToString(sum) {
			return k.signer.Name, true
		}
	}
	return "", false
}
