package cosign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"testing"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/options"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
)

// everywhere stores evidence by one key in all formats and returns the items.
func everywhere(t *testing.T, signer cosigntest.Key, trusted ...cosigntest.Key) []verify.Item {
	t.Helper()
	c := cosigntest.NewContent()
	c.Put(repo, cosigntest.SigTag(subjectA), signer.Signature(cosigntest.Payload(repo, subjectA)))
	c.Put(repo, cosigntest.AttTag(subjectA), signer.Attestation(statementA()))
	c.Attach(repo, subjectA, cosigntest.BundleType, signer.Bundle(statementA()))
	return gather(t, c, trusted...)
}

func TestEveryAlgorithm(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-2048", "rsa-3072"} {
		t.Run(algorithm, func(t *testing.T) {
			k := cosigntest.NewKey(t, algorithm)
			for _, i := range everywhere(t, k, cosigntest.NewKey(t, "ecdsa-p256"), k) {
				if i.Claim == nil || i.Claim.Identity != k.Public.Identity || i.Claim.Signers[0] != "k2" {
					t.Errorf("%s: %v", i.Format, i.Err)
				}
			}
		})
	}
}

// What older releases of cosign, and cosign verify's own defaults, use.
func TestOlderSchemes(t *testing.T) {
	for algorithm, opt := range map[string]signature.LoadOption{
		"ecdsa-p384": options.WithHash(crypto.SHA256),
		"ecdsa-p521": options.WithHash(crypto.SHA256),
		"ed25519":    options.WithHash(crypto.SHA256), // plain, not prehashed
	} {
		k := cosigntest.NewKey(t, algorithm, opt)
		for _, i := range everywhere(t, k, k) {
			if i.Claim == nil {
				t.Errorf("%s, %s: %v", algorithm, i.Format, i.Err)
			}
		}
	}
}

func TestThreat41_SchemeIsBoundToTheKey(t *testing.T) {
	for algorithm, opt := range map[string]signature.LoadOption{
		"ecdsa-p256": options.WithHash(crypto.SHA512),
		"ecdsa-p384": options.WithHash(crypto.SHA512),
		"rsa-2048":   options.WithHash(crypto.SHA512),
		"rsa-3072":   options.WithRSAPSS(&rsa.PSSOptions{Hash: crypto.SHA256}),
	} {
		k := cosigntest.NewKey(t, algorithm, opt)
		for _, i := range everywhere(t, k, k) {
			refused(t, i, "no trusted key")
		}
	}
}

// The prehashed and the plain variant of Ed25519 are never taken for one
// another: the digest of a message is not the message.
func TestThreat42_Ed25519Variants(t *testing.T) {
	k := cosigntest.NewKey(t, "ed25519")
	private := k.Private.(ed25519.PrivateKey)
	payload := cosigntest.Payload(repo, subjectA)
	h := crypto.SHA512.New()
	h.Write(payload)
	sig := ed25519.Sign(private, h.Sum(nil))
	refused(t, withSignature(t, sig, k), "no trusted key")
}

// withSignature is the item of the usual payload with a signature.
func withSignature(t *testing.T, sig []byte, k cosigntest.Key) verify.Item {
	t.Helper()
	c := cosigntest.NewContent()
	c.Put(repo, cosigntest.SigTag(subjectA), cosigntest.Layer{
		MediaType: cosigntest.SimpleType, Bytes: cosigntest.Payload(repo, subjectA),
		Annotations: map[string]string{cosigntest.SignatureAnnotation: base64.StdEncoding.EncodeToString(sig)},
	})
	return only(t, c, k)
}

// The other form of an ECDSA signature verifies, and is the same person.
func TestThreat43_MalleableSignatureIsOneIdentity(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	sig := k.Sign(cosigntest.Payload(repo, subjectA))
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(sig, &rs); err != nil {
		t.Fatal(err)
	}
	rs.S.Sub(k.Private.(*ecdsa.PrivateKey).Params().N, rs.S)
	twin, err := asn1.Marshal(rs)
	if err != nil {
		t.Fatal(err)
	}
	a, b := withSignature(t, sig, k), withSignature(t, twin, k)
	if a.Claim == nil || b.Claim == nil || a.Claim.Identity != b.Claim.Identity {
		t.Errorf("%v, %v", a.Err, b.Err)
	}
}

// One signature in three places is three items of one identity.
func TestThreat44_OneKeyIsOneIdentity(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	l := k.Signature(cosigntest.Payload(repo, subjectA))
	c.Put(repo, cosigntest.SigTag(subjectA), l, l)
	c.Attach(repo, subjectA, cosigntest.SigArtifactType, l)
	items := gather(t, c, k)
	if len(items) != 3 {
		t.Fatalf("%d items", len(items))
	}
	for _, i := range items {
		if i.Claim == nil || i.Claim.Identity != k.Public.Identity {
			t.Errorf("%+v", i)
		}
	}
}

func TestThreat42_OtherCurveOrSize(t *testing.T) {
	k := cosigntest.NewKey(t, "rsa-2048")
	weak, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := weak.Sign(rand.Reader, make([]byte, 32), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, withSignature(t, sig, k), "no trusted key")
}
