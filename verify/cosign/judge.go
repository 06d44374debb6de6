package cosign

import (
	"encoding/base64"
	"errors"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/cosign/v2/pkg/oci"
	"github.com/sigstore/cosign/v2/pkg/oci/static"

	"github.com/pratique-dev/pratique/verify"
)

// keylessReason is for items that rest on a certificate, which proves nothing
// here without a key of the ring.
const keylessReason = "signed with a certificate (keyless): no trusted key verifies it"

// checkOpts is the only way the library's options are made: a claim is always
// checked (without one, v2.6.5 accepts a payload about another digest), by
// keys alone, offline.
func checkOpts(ring *ringVerifier, claim func(v1.Hash) error) *cosign.CheckOpts {
	return &cosign.CheckOpts{
		SigVerifier: ring,
		ClaimVerifier: func(_ oci.Signature, image v1.Hash, _ map[string]any) error {
			return claim(image)
		},
		IgnoreTlog: true,
		IgnoreSCT:  true,
		Offline:    true,
	}
}

func hashOf(d verify.Digest) v1.Hash { return v1.Hash{Algorithm: "sha256", Hex: d.Hex()} }

// over is the ring, for an item whose signature is over signed.
func (s *Source) over(signed []byte) *ringVerifier {
	return &ringVerifier{keys: s.keys, want: signed}
}

// failure says why the library refused: because of the key, or of the claim.
func failure(err error, ring *ringVerifier, certificate bool) error {
	switch {
	case ring.matched != nil && errors.Is(err, verify.ErrInvalid):
		return err
	case ring.matched != nil:
		return invalid("%v", err)
	case certificate:
		return untrusted(keylessReason)
	}
	return untrusted(errNoKey.Error())
}

// simple judges an image signature in the simple signing format.
func (g gathering) simple(s *slot, raw []byte) (*verify.Claim, error) {
	payload, err := parseSimple(raw)
	if err != nil {
		return nil, err
	}
	sig, err := signatureOf(s.layer.Annotations)
	if err != nil {
		return nil, err
	}
	signed, err := static.NewSignature(raw, base64.StdEncoding.EncodeToString(sig))
	if err != nil {
		return nil, invalid("%v", err)
	}
	ring := g.over(raw)
	opts := checkOpts(ring, func(image v1.Hash) error {
		if string(payload.digest) != image.String() {
			return elsewhere("signature is for %s, not for this image", payload.digest)
		}
		return nil
	})
	if _, err := cosign.VerifyImageSignature(g.ctx, signed, hashOf(s.item.Subject), opts); err != nil {
		return nil, failure(err, ring, keyless(s.layer.Annotations))
	}
	claim := ring.claim()
	claim.Subjects = []verify.Digest{payload.digest}
	claim.Repository = payload.repository
	claim.Annotations = payload.annotations
	return claim, nil
}

// envelope judges a DSSE envelope stored as such.
func (g gathering) envelope(s *slot, raw []byte) (*verify.Claim, error) {
	env, err := parseEnvelope(raw)
	if err != nil {
		return nil, err
	}
	attestation, err := static.NewAttestation(raw)
	if err != nil {
		return nil, invalid("%v", err)
	}
	var claim *verify.Claim
	ring := g.over(env.signed())
	opts := checkOpts(ring, func(v1.Hash) (err error) {
		claim, err = s.claim(ring, env.payload)
		return err
	})
	if _, err := cosign.VerifyBlobAttestation(g.ctx, attestation, hashOf(s.item.Subject), opts); err != nil {
		s.show(peek(env.payload))
		return nil, failure(err, ring, keyless(s.layer.Annotations))
	}
	return claim, nil
}

// bundle judges a sigstore bundle.
func (g gathering) bundle(s *slot, raw []byte) (*verify.Claim, error) {
	b, env, err := parseBundle(raw)
	if err != nil {
		s.show(peek(env.payload))
		return nil, err
	}
	ring := g.over(env.signed())
	if err := verifyBundle(b, ring); err != nil {
		s.show(peek(env.payload))
		if name, ok := g.hinted(b); ok {
			return nil, invalid("it names the key of %s, which does not verify it: changed after it was signed", name)
		}
		return nil, failure(err, ring, false)
	}
	return s.claim(ring, env.payload)
}

// claim reads the statement whose signature just verified.
func (s *slot) claim(ring *ringVerifier, payload []byte) (*verify.Claim, error) {
	st, err := parseStatement(payload)
	if err != nil {
		s.show(peek(payload))
		return nil, err
	}
	s.show(st.PredicateType)
	about, err := st.binds(s.item.Subject)
	if err != nil {
		return nil, err
	}
	claim := ring.claim()
	claim.Subjects = st.digests(s.item.Subject)
	claim.StatementType, claim.PredicateType = st.Type, st.PredicateType
	if st.kind() == verify.KindSignature {
		claim.Annotations = texts(about.Annotations)
	} else {
		claim.Predicate = st.Predicate
	}
	return claim, nil
}

// show sets what is told of an item, verified or not.
func (s *slot) show(predicateType string) {
	if predicateType != "" {
		s.item.PredicateType, s.item.Kind = brief(predicateType), kindOf(predicateType)
	}
}

// claim is the part of a claim that follows from the key: who signed, and that
// no time is proven.
func (v *ringVerifier) claim() *verify.Claim {
	return &verify.Claim{
		Identity: v.matched.signer.Key.Identity,
		Signers:  []string{v.matched.signer.Name},
	}
}
