package intoto

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/e2e/deptest"
	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
	"github.com/sigstore/sigstore-go/pkg/bundle"
)

func TestDependencies(t *testing.T) {
	deptest.Never(t, ".", "github.com/sigstore/cosign", "github.com/pratique-dev/pratique/verify/registry",
		"github.com/pratique-dev/pratique/verify/cosign", "github.com/pratique-dev/pratique/policy",
		"github.com/pratique-dev/pratique/cmd", "google.golang.org/grpc", "k8s.io", "github.com/sigstore/rekor")
}

const someType = "https://example.com/predicate/v1"

var imageDigest = verify.DigestOf([]byte("image"))

func newKey(t testing.TB, algorithm string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch algorithm {
	case "ecdsa-p384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ecdsa-p521":
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "rsa-2048":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func statement(t testing.TB, d verify.Digest) []byte {
	t.Helper()
	s, err := Statement(d, repo, someType, json.RawMessage(`{"ok": true}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signed(t testing.TB, d verify.Digest) Envelope {
	t.Helper()
	e, err := Sign(context.Background(), newKey(t, ""), statement(t, d))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestStatement(t *testing.T) {
	got, err := Statement(imageDigest, "registry.example/app", someType, json.RawMessage("{ \"n\" : 10000000000000001,\n \"a\":[1.10] }"))
	want := `{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://example.com/predicate/v1","subject":[{"name":"registry.example/app","digest":{"sha256":"` +
		imageDigest.Hex() + `"}}],"predicate":{"n":10000000000000001,"a":[1.10]}}`
	if err != nil || string(got) != want {
		t.Errorf("%s %v\nwant %s", got, err, want)
	}
	for name, c := range map[string]struct {
		d         verify.Digest
		kind, doc string
	}{
		"no digest":         {"", someType, "{}"},
		"another algorithm": {"sha512:00", someType, "{}"},
		"no type":           {imageDigest, "", "{}"},
		"type not a URI":    {imageDigest, "vuln", "{}"},
		"no predicate":      {imageDigest, someType, ""},
		"null":              {imageDigest, someType, "null"},
		"array":             {imageDigest, someType, "[]"},
		"duplicate keys":    {imageDigest, someType, `{"a":1,"a":2}`},
		"two documents":     {imageDigest, someType, `{}{}`},
		"invalid UTF-8":     {imageDigest, someType, "{\"a\":\"\xff\"}"},
	} {
		if _, err := Statement(c.d, "x", c.kind, json.RawMessage(c.doc)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// pae is the pre-authentication encoding, written out from protocol.md.
func pae(body []byte) []byte {
	return []byte(fmt.Sprintf("DSSEv1 %d %s %d %s", len(attest.PayloadType), attest.PayloadType, len(body), body))
}

// verifies checks a signature with nothing but the standard library.
func verifies(key crypto.PublicKey, message, sig []byte) bool {
	sum := sha256.Sum256(message)
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, sum[:], sig)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], sig) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(k, message, sig)
	}
	return false
}

func TestSign(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-2048"} {
		key := newKey(t, algorithm)
		body := statement(t, imageDigest)
		e, err := Sign(context.Background(), key, body)
		if err != nil {
			t.Errorf("%s: %v", algorithm, err)
			continue
		}
		if !verifies(key.Public(), pae(body), e.Signature) || e.Key.Algorithm != algorithm || e.PredicateType != someType {
			t.Errorf("%s: %+v", algorithm, e)
		}
		want := fmt.Sprintf(`{"payloadType":"application/vnd.in-toto+json","payload":%q,"signatures":[{"keyid":"","sig":%q}]}`,
			base64.StdEncoding.EncodeToString(body), base64.StdEncoding.EncodeToString(e.Signature))
		var got, expected any
		if json.Unmarshal(e.JSON, &got) != nil || json.Unmarshal([]byte(want), &expected) != nil || fmt.Sprint(got) != fmt.Sprint(expected) {
			t.Errorf("%s: %s\nwant %s", algorithm, e.JSON, want)
		}
	}
}

// crooked signs something else than it is asked to.
type crooked struct{ *ecdsa.PrivateKey }

func TestSignRefuses(t *testing.T) {
	key := newKey(t, "")
	good := string(statement(t, imageDigest))
	large, err := Statement(imageDigest, "x", someType, json.RawMessage(`{"a":"`+strings.Repeat("x", wire.MaxBundle*3/4)+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"nothing":          "",
		"statement v0.1":   strings.Replace(good, attest.StatementV1, attest.StatementV01, 1),
		"no subject":       `{"_type":"` + attest.StatementV1 + `","predicateType":"x","subject":[]}`,
		"no type":          strings.Replace(good, someType, "", 1),
		"duplicate keys":   strings.Replace(good, `{"_type"`, `{"predicateType":"x","_type"`, 1),
		"case-folded keys": strings.Replace(good, `{"_type"`, `{"PREDICATETYPE":"x","_type"`, 1),
		"too large":        string(large),
	} {
		if _, err := Sign(context.Background(), key, []byte(body)); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
	if _, err := Sign(context.Background(), nil, []byte(good)); err == nil {
		t.Error("signed without a key")
	}
	if _, err := Sign(context.Background(), crooked{}, []byte(good)); err == nil {
		t.Error("signed with a key of unknown kind")
	}
}

func (crooked) Public() crypto.PublicKey { return ed25519.PublicKey(bytes.Repeat([]byte{7}, 32)) }
func (crooked) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return []byte("signature"), nil
}

func TestThreat42_NothingIsSignedWithAWeakKey(t *testing.T) {
	weak, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(context.Background(), weak, statement(t, imageDigest)); !errors.Is(err, keys.ErrWeak) {
		t.Errorf("statement: %v", err)
	}
	if _, err := SignImage(context.Background(), weak, repo, imageDigest, nil, FormatTag); !errors.Is(err, keys.ErrWeak) {
		t.Errorf("image: %v", err)
	}
}

// A key whose two halves do not belong together signs what nobody can verify.
func TestOwnSignatureIsChecked(t *testing.T) {
	mine, other := newKey(t, "").(*ecdsa.PrivateKey), newKey(t, "").(*ecdsa.PrivateKey)
	//lint:ignore SA1019 a key that no constructor would make is the point
	mixed := &ecdsa.PrivateKey{PublicKey: other.PublicKey, D: mine.D}
	if _, err := Sign(context.Background(), mixed, statement(t, imageDigest)); err == nil {
		t.Error("statement signed")
	}
	if _, err := SignImage(context.Background(), mixed, repo, imageDigest, nil, FormatTag); err == nil {
		t.Error("image signed")
	}
}

func TestBundle(t *testing.T) {
	e := signed(t, imageDigest)
	raw, err := Bundle(e)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Bundle(e)
	if err != nil || !bytes.Equal(raw, again) || wire.Check(raw) != nil {
		t.Errorf("not the same twice: %s %s %v", raw, again, err)
	}
	var b bundle.Bundle
	if err := b.UnmarshalJSON(raw); err != nil {
		t.Fatalf("sigstore-go: %v", err)
	}
	hint := strings.TrimPrefix(e.Key.Identity, "spki:sha256:")
	got, err := base64.StdEncoding.DecodeString(b.VerificationMaterial.GetPublicKey().GetHint())
	if err != nil || fmt.Sprintf("%x", got) != hint {
		t.Errorf("hint %x, want %s", got, hint)
	}
	env := b.GetDsseEnvelope()
	if !bytes.Equal(env.Payload, e.Statement) || env.PayloadType != attest.PayloadType || !bytes.Equal(env.Signatures[0].Sig, e.Signature) {
		t.Errorf("%v", env)
	}
	if _, err := Bundle(Envelope{}); err == nil {
		t.Error("an unsigned envelope became a bundle")
	}
}

func TestSignImage(t *testing.T) {
	key := newKey(t, "")
	s, err := SignImage(context.Background(), key, "docker.io/library/nginx", imageDigest, map[string]string{"env": "prod"}, FormatTag)
	want := `{"critical":{"identity":{"docker-reference":"index.docker.io/library/nginx"},"image":{"docker-manifest-digest":"` + string(imageDigest) +
		`"},"type":"cosign container image signature"},"optional":{"env":"prod"}}`
	if err != nil || string(s.Payload) != want || !verifies(key.Public(), s.Payload, s.Signature) {
		t.Errorf("%s %v", s.Payload, err)
	}
	s, err = SignImage(context.Background(), key, repo, imageDigest, nil, FormatTag)
	if err != nil || !strings.Contains(string(s.Payload), `"docker-reference":"registry.example/app"`) || !strings.HasSuffix(string(s.Payload), `"optional":null}`) {
		t.Errorf("%s %v", s.Payload, err)
	}
	s, err = SignImage(context.Background(), key, repo, imageDigest, nil, FormatBundle)
	want = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"` + imageDigest.Hex() +
		`"}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}`
	if err != nil || string(s.Envelope.Statement) != want {
		t.Errorf("%s %v\nwant %s", s.Envelope.Statement, err, want)
	}
	s, err = SignImage(context.Background(), key, repo, imageDigest, map[string]string{"env": "prod"}, FormatBundle)
	if err != nil || !strings.Contains(string(s.Envelope.Statement), `"annotations":{"env":"prod"}`) {
		t.Errorf("%s %v", s.Envelope.Statement, err)
	}
	for name, f := range map[string]func() error{
		"auto": func() error {
			_, err := SignImage(context.Background(), key, repo, imageDigest, nil, FormatAuto)
			return err
		},
		"tag in the name": func() error {
			_, err := SignImage(context.Background(), key, repo+":1", imageDigest, nil, FormatTag)
			return err
		},
		"digest": func() error {
			_, err := SignImage(context.Background(), key, repo, "sha256:00", nil, FormatTag)
			return err
		},
		"payload too large": func() error {
			_, err := SignImage(context.Background(), key, repo, imageDigest, map[string]string{"a": strings.Repeat("x", wire.MaxPayload)}, FormatTag)
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: signed", name)
		}
	}
}
