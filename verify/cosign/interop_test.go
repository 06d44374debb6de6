package cosign

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/sigstore/cosign/v2/pkg/cosign/attestation"
	cbundle "github.com/sigstore/cosign/v2/pkg/cosign/bundle"
	ctypes "github.com/sigstore/cosign/v2/pkg/types"
	sigpayload "github.com/sigstore/sigstore/pkg/signature/payload"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
)

// What cosign's own code writes is read: payload, statement and bundle as its
// sign and attest commands make them.
func TestWhatCosignWrites(t *testing.T) {
	image, err := name.NewDigest("acme/app@" + string(subjectA))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := sigpayload.Cosign{Image: image, Annotations: map[string]any{"env": "prod"}}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	custom, err := attestation.GenerateStatement(attestation.GenerateOpts{
		Predicate: strings.NewReader(`{"ok":true}`), Type: "https://example.com/predicate/v1",
		Digest: subjectA.Hex(), Repo: image.Repository.String(),
	})
	if err != nil {
		t.Fatal(err)
	}
	statement, err := json.Marshal(custom)
	if err != nil {
		t.Fatal(err)
	}
	for _, algorithm := range []string{"ecdsa-p256", "ed25519", "rsa-2048"} {
		k, c := cosigntest.NewKey(t, algorithm), cosigntest.NewContent()
		c.Put(repo, cosigntest.SigTag(subjectA), k.Signature(payload))
		c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(statement))
		for _, st := range [][]byte{statement, cosigntest.SignStatement(subjectA)} {
			b, err := cbundle.MakeNewBundle(k.Public.Key, nil, st, k.Envelope(st), k.Public.PEM(), nil)
			if err != nil {
				t.Fatal(err)
			}
			c.Attach(repo, subjectA, cosigntest.BundleType, cosigntest.Layer{MediaType: cosigntest.BundleType, Bytes: b})
		}
		kinds := map[verify.Kind]int{}
		for _, i := range gather(t, c, k) {
			if i.Claim == nil {
				t.Errorf("%s, %s: %v", algorithm, i.Format, i.Err)
			} else if i.Format == verify.FormatCosignTag && i.Kind == verify.KindSignature &&
				(i.Claim.Repository != "docker.io/acme/app" || i.Claim.Annotations["env"] != "prod") {
				t.Errorf("%+v", *i.Claim)
			}
			kinds[i.Kind]++
		}
		if kinds[verify.KindSignature] != 2 || kinds[verify.KindAttestation] != 2 {
			t.Errorf("%s: kinds %v", algorithm, kinds)
		}
	}
	if ctypes.CosignSignPredicateType != "https://sigstore.dev/cosign/sign/v1" || ctypes.IntotoPayloadType != "application/vnd.in-toto+json" {
		t.Error("the library's constants changed under us")
	}
}
