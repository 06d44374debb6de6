package cosign

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
)

// refusal fails unless an error of a parser says that the item is invalid.
func refusal(t *testing.T, err error) {
	t.Helper()
	if err != nil && (!errors.Is(err, verify.ErrInvalid) || err.Error() == "") {
		t.Errorf("an error of parsing that does not say so: %v", err)
	}
}

func FuzzSimpleSigning(f *testing.F) {
	good := cosigntest.Payload(repo, subjectA)
	f.Add(good)
	f.Add(bytes.Replace(good, []byte("null"), []byte(`{"a":"b","c":1}`), 1))
	f.Add([]byte(`{"critical":{"identity":{"docker-reference":"a:b@c"},"image":null,"type":1}}`))
	f.Add([]byte(`{"critical":null,"Critical":{}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parseSimple(raw)
		refusal(t, err)
		if err != nil {
			return
		}
		if _, err := verify.ParseDigest(string(p.digest)); err != nil || !bytes.Contains(raw, []byte("critical")) {
			t.Errorf("accepted %q as %+v", raw, p)
		}
		if p.repository != "" {
			if again, err := repositoryOf(p.repository); err != nil || again != p.repository {
				t.Errorf("repository %q is not canonical: %q, %v", p.repository, again, err)
			}
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	k := cosigntest.NewKey(f, "ecdsa-p256")
	f.Add(k.Envelope(statementA()))
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30","signatures":[{"sig":"AA=="}]}`))
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"_-==","signatures":[null]}`))
	f.Add([]byte(`{"payload":"e30=","PAYLOAD":""}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		env, err := parseEnvelope(raw)
		refusal(t, err)
		if err == nil && !bytes.HasSuffix(env.signed(), env.payload) {
			t.Errorf("%q is not what is signed of %q", env.payload, raw)
		}
	})
}

func FuzzStatement(f *testing.F) {
	f.Add(statementA())
	f.Add(cosigntest.SignStatement(subjectA))
	f.Add(statementWith(map[string]any{"subject": subjects(sha(subjectA), map[string]any{"sha256": "", "sha512": ""})}))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[null],"predicateType":"x","predicate":{}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		st, err := parseStatement(raw)
		refusal(t, err)
		if err != nil {
			return
		}
		if len(st.Subject) == 0 || len(st.Subject) > maxSubjects || st.kind() == "" || peek(raw) != st.PredicateType {
			t.Errorf("accepted %q as %+v", raw, st)
		}
		if _, err := st.binds(subjectA); err == nil && !bytes.Contains(raw, []byte("sha256")) && !bytes.Contains(raw, []byte(`\u`)) {
			t.Errorf("%q binds an image it does not name", raw)
		}
	})
}

func FuzzBundle(f *testing.F) {
	k := cosigntest.NewKey(f, "ecdsa-p256")
	f.Add(k.Bundle(statementA()).Bytes)
	f.Add(k.Bundle(cosigntest.SignStatement(subjectA)).Bytes)
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":null},"dsseEnvelope":{}}`))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{},"tlogEntries":[null]},` +
		`"dsseEnvelope":{"payloadType":"application/vnd.in-toto+json","payload":"e30","signatures":[{}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, _, err := parseBundle(raw)
		refusal(t, err)
		if err == nil && verifyBundle(b, &ringVerifier{}) == nil {
			t.Errorf("%q verified without a key", raw)
		}
	})
}

// FuzzAnnotations runs a whole item under annotations nobody would write.
// Nothing may crash, and only the signature can make it verify.
func FuzzAnnotations(f *testing.F) {
	k := cosigntest.NewKey(f, "ed25519")
	good := k.Signature(cosigntest.Payload(repo, subjectA)).Annotations[cosigntest.SignatureAnnotation]
	for _, s := range []string{"{}", "null", "", "123", "[]", good} {
		f.Add(s, s, s, s, s)
		f.Add(good, s, s, s, s)
	}
	ring := cosigntest.Ring(f, k)
	f.Fuzz(func(t *testing.T, sig, log, certificate, chain, stamp string) {
		g := gathering{Source: New(nil, ring), ctx: t.Context(), repo: repo}
		s := &slot{item: verify.Item{Subject: subjectA}, form: formSimple, layer: verify.Descriptor{Annotations: map[string]string{
			cosigntest.SignatureAnnotation: sig, cosigntest.LogAnnotation: log, cosigntest.CertificateAnnotation: certificate,
			cosigntest.ChainAnnotation: chain, cosigntest.TimestampAnnotation: stamp,
		}}}
		g.verify(s, cosigntest.Payload(repo, subjectA))
		refusal(t, s.item.Err)
		if (s.item.Claim == nil) == (s.item.Err == nil) {
			t.Errorf("claim %v, error %v", s.item.Claim, s.item.Err)
		}
		if s.item.Claim != nil && sig != good {
			if b, err := base64.StdEncoding.DecodeString(sig); err == nil && len(b) == 64 {
				t.Errorf("verified with signature %q", sig)
			}
		}
	})
}
