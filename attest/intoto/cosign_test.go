package intoto_test

import (
	"context"
	"crypto"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/pratique-dev/pratique/attest/intoto"
	"github.com/pratique-dev/pratique/keys/keyfile"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/registry"
	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/cosign/v2/pkg/oci"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore/pkg/signature"
)

const predicateType = "https://example.com/predicate/v1"

// pushed is an image in a registry on loopback.
type pushed struct {
	repo    string
	subject verify.Descriptor
	ref     name.Digest
	client  *registry.Client
}

func push(t *testing.T, referrersAPI bool) pushed {
	t.Helper()
	srv := httptest.NewServer(ggcr.New(ggcr.WithReferrersSupport(referrersAPI)))
	t.Cleanup(srv.Close)
	host := strings.TrimPrefix(srv.URL, "http://")
	repo, err := name.NewRepository(host + "/app")
	if err != nil {
		t.Fatal(err)
	}
	img, err := random.Image(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(repo.Tag("1"), img); err != nil {
		t.Fatal(err)
	}
	d, _ := img.Digest()
	size, _ := img.Size()
	mediaType, _ := img.MediaType()
	client, err := registry.New(registry.Config{Hosts: map[string]registry.Host{host: {HTTP: true}}})
	if err != nil {
		t.Fatal(err)
	}
	return pushed{
		repo: repo.Name(), ref: repo.Digest(d.String()), client: client,
		subject: verify.Descriptor{MediaType: string(mediaType), Digest: verify.Digest(d.String()), Size: size},
	}
}

// checkOpts is what `cosign verify --key --insecure-ignore-tlog` sets.
func checkOpts(t *testing.T, pub crypto.PublicKey, f intoto.Format) *cosign.CheckOpts {
	t.Helper()
	v, err := signature.LoadVerifier(pub, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	co := &cosign.CheckOpts{SigVerifier: v, IgnoreTlog: true, Offline: true}
	if f == intoto.FormatBundle {
		co.NewBundleFormat, co.TrustedMaterial = true, &root.BaseTrustedMaterial{}
	}
	return co
}

func attestations(t *testing.T, p pushed, co *cosign.CheckOpts) []oci.Signature {
	t.Helper()
	co.ClaimVerifier = cosign.IntotoSubjectClaimVerifier
	got, _, err := cosign.VerifyImageAttestations(context.Background(), p.ref, co)
	if err != nil {
		t.Errorf("cosign: %v", err)
	}
	return got
}

// cosign's library accepts what we attach, with every kind of key, in both
// formats, and with the default key also without the referrers API.
func TestCosignAccepts(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-3072"} {
		key, err := keyfile.Generate(algorithm)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []intoto.Format{intoto.FormatTag, intoto.FormatBundle} {
			t.Run(algorithm+"/"+string(f), func(t *testing.T) {
				t.Parallel() // writing a tag waits for rivals
				cosignAccepts(t, key, f, true)
			})
			if algorithm == "ecdsa-p256" {
				t.Run("no-api/"+string(f), func(t *testing.T) {
					t.Parallel()
					cosignAccepts(t, key, f, false)
				})
			}
		}
	}
}

func cosignAccepts(t *testing.T, key crypto.Signer, f intoto.Format, api bool) {
	ctx := context.Background()
	p := push(t, api)
	statement, err := intoto.Statement(p.subject.Digest, p.repo, predicateType, json.RawMessage(`{"ok":true}`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := intoto.Sign(ctx, key, statement)
	if err != nil {
		t.Fatal(err)
	}
	for _, added := range []bool{true, false} {
		at, err := intoto.AttachAttestation(ctx, p.client, p.repo, p.subject, e, f)
		if err != nil || at.Added != added {
			t.Fatalf("attach: %+v %v", at, err)
		}
	}
	if n := len(attestations(t, p, checkOpts(t, key.Public(), f))); n != 1 {
		t.Errorf("cosign found %d attestations, want 1", n)
	}
	s, err := intoto.SignImage(ctx, key, p.repo, p.subject.Digest, map[string]string{"env": "prod"}, f)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := intoto.AttachSignature(ctx, p.client, p.repo, p.subject, s); err != nil || !at.Added {
		t.Fatalf("attach: %+v %v", at, err)
	}
	co := checkOpts(t, key.Public(), f)
	if f == intoto.FormatBundle {
		if n := len(attestations(t, p, co)); n != 2 {
			t.Errorf("cosign found %d bundles, want 2", n)
		}
		return
	}
	co.ClaimVerifier, co.Annotations = cosign.SimpleClaimVerifier, map[string]any{"env": "prod"}
	if got, _, err := cosign.VerifyImageSignatures(ctx, p.ref, co); err != nil || len(got) != 1 {
		t.Errorf("cosign: %v %v", got, err)
	}
}

// cosign's library reads the key files we write.
func TestCosignReadsOurKeys(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p521", "ed25519"} {
		key, err := keyfile.Generate(algorithm)
		if err != nil {
			t.Fatal(err)
		}
		priv, _, err := keyfile.Write(filepath.Join(t.TempDir(), "k"), key, []byte("s3cret"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(priv)
		if err != nil {
			t.Fatal(err)
		}
		sv, err := cosign.LoadPrivateKey(text, []byte("s3cret"), nil)
		if err != nil {
			t.Errorf("%s: %v", algorithm, err)
			continue
		}
		pub, err := sv.PublicKey()
		if err != nil || !key.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(pub) {
			t.Errorf("%s: another key: %v", algorithm, err)
		}
		if _, err := cosign.LoadPrivateKey(text, []byte("wrong"), nil); err == nil {
			t.Errorf("%s: opened with a wrong password", algorithm)
		}
	}
}
