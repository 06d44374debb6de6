package intoto

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/verify/wire"
	bundlepb "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	commonpb "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	dssepb "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
)

// bundleType is the media type of a sigstore bundle v0.3.
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// Bundle is the envelope as a sigstore bundle v0.3: no log entry, no timestamp,
// and cosign's hint of the key (base64 of the SHA-256 of its
// SubjectPublicKeyInfo), which says where to look and proves nothing.
func Bundle(e Envelope) ([]byte, error) {
	if e.Key.Key == nil || len(e.Signature) == 0 {
		return nil, errors.New("bundle: the envelope is not signed")
	}
	der, err := x509.MarshalPKIXPublicKey(e.Key.Key)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	sum := sha256.Sum256(der)
	out, err := compactProto(&bundlepb.Bundle{
		MediaType: bundleType,
		VerificationMaterial: &bundlepb.VerificationMaterial{
			Content: &bundlepb.VerificationMaterial_PublicKey{
				PublicKey: &commonpb.PublicKeyIdentifier{Hint: base64.StdEncoding.EncodeToString(sum[:])},
			},
		},
		Content: &bundlepb.Bundle_DsseEnvelope{DsseEnvelope: &dssepb.Envelope{
			Payload:     e.Statement,
			PayloadType: attest.PayloadType,
			Signatures:  []*dssepb.Signature{{Sig: e.Signature}},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	if len(out) > wire.MaxBundle {
		return nil, fmt.Errorf("bundle of %d bytes: %w, limit is %d", len(out), ErrTooLarge, wire.MaxBundle)
	}
	return out, nil
}
