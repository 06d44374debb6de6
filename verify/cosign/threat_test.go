package cosign

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sigstore/cosign/v2/pkg/cosign"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
)

// signed stores a signature over a payload and returns its item.
func signed(t *testing.T, payload string, k cosigntest.Key) verify.Item {
	t.Helper()
	c := cosigntest.NewContent()
	c.Put(repo, cosigntest.SigTag(subjectA), k.Signature([]byte(payload)))
	return only(t, c, k)
}

// attested stores a statement as an envelope and as a bundle; both must come
// to the same.
func attested(t *testing.T, statement []byte, k cosigntest.Key, check func(t *testing.T, i verify.Item)) {
	t.Helper()
	c := cosigntest.NewContent()
	c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(statement))
	c.Attach(repo, subjectA, cosigntest.BundleType, k.Bundle(statement))
	for _, i := range gather(t, c, k) {
		t.Run(string(i.Format), func(t *testing.T) { check(t, i) })
	}
}

// payloadWith is the usual payload after one replacement, which must apply.
func payloadWith(t *testing.T, old, new string) string {
	t.Helper()
	p := string(cosigntest.Payload(repo, subjectA))
	if !strings.Contains(p, old) {
		t.Fatalf("%q not in %s", old, p)
	}
	return strings.Replace(p, old, new, 1)
}

func TestThreat0a_AnnotationsThatCrashTheLibrary(t *testing.T) {
	k, other := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewKey(t, "ecdsa-p256")
	for _, name := range []string{
		cosigntest.LogAnnotation, cosigntest.TimestampAnnotation, cosigntest.CertificateAnnotation, cosigntest.ChainAnnotation,
	} {
		for _, value := range []string{"{}", "null", "123", "[]", "", `{"Payload":{"body":123}}`, `{"Payload":{"body":null}}`, "\x00"} {
			for _, layer := range []cosigntest.Layer{k.Signature(cosigntest.Payload(repo, subjectA)), k.Attestation(statementA())} {
				layer.Annotations = maps.Clone(layer.Annotations)
				if layer.Annotations == nil {
					layer.Annotations = map[string]string{}
				}
				layer.Annotations[name] = value
				c := cosigntest.NewContent()
				c.Put(repo, cosigntest.SigTag(subjectA), layer)
				if i := only(t, c, k); i.Claim == nil {
					t.Errorf("%s: %q: %v", name, value, i.Err)
				}
				refused(t, only(t, c, other), "no trusted key")
			}
		}
	}
}

func TestThreat0a_SignatureAnnotation(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	good := k.Signature(cosigntest.Payload(repo, subjectA)).Annotations[cosigntest.SignatureAnnotation]
	for _, tt := range []struct{ value, reason string }{
		{"{}", "base64"}, {"null", "no trusted key"}, {"123", "base64"}, {"", "no signature"}, {"AA==", "no trusted key"},
		{good + "\n", "base64"}, {good[:8] + "\r\n" + good[8:], "base64"},
		{good + strings.Repeat("A", maxSignature), "longer"},
	} {
		c := cosigntest.NewContent()
		c.Put(repo, cosigntest.SigTag(subjectA), cosigntest.Layer{
			MediaType: cosigntest.SimpleType, Bytes: cosigntest.Payload(repo, subjectA),
			Annotations: map[string]string{cosigntest.SignatureAnnotation: tt.value},
		})
		refused(t, only(t, c, k), tt.reason)
	}
}

func TestThreat7_UnsignedBuildKitStatementIsNoEvidence(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	layer := cosigntest.Layer{MediaType: "application/vnd.in-toto+json", Bytes: statementA()}
	c.Attach(repo, subjectA, cosigntest.AttArtifactType, layer)
	c.Put(repo, cosigntest.AttTag(subjectA), layer)
	for _, i := range gather(t, c, k) {
		refused(t, i, "application/vnd.in-toto+json")
	}
	c = cosigntest.NewContent()
	layer.MediaType = cosigntest.EnvelopeType
	c.Put(repo, cosigntest.AttTag(subjectA), layer)
	refused(t, only(t, c, k), "payload type")
}

func TestThreat8_ForeignLayerIsNotFetched(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	l := k.Signature(cosigntest.Payload(repo, subjectA))
	d := c.PutBlob(repo, l.MediaType, l.Bytes)
	config := c.PutBlob(repo, cosigntest.ConfigType, []byte("{}"))
	c.PutManifest(repo, cosigntest.SigTag(subjectA), map[string]any{
		"schemaVersion": 2, "mediaType": cosigntest.ManifestType,
		"config": map[string]any{"mediaType": cosigntest.ConfigType, "digest": config.Digest, "size": config.Size},
		"layers": []any{map[string]any{
			"mediaType": l.MediaType, "digest": d.Digest, "size": d.Size, "annotations": l.Annotations,
			"urls": []string{"https://evil.example/x"},
		}},
	})
	refused(t, only(t, c, k), "elsewhere")
	if n := len(c.Requests()); n != 3 {
		t.Errorf("%d requests", n)
	}
}

func TestThreat12_ReferrerOfAnotherImage(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	m := c.Attach(repo, subjectB, cosigntest.BundleType, k.Bundle(statementA()))
	c.List(repo, subjectA, m)
	refused(t, only(t, c, k), "not the image it is listed for")
	if slices.ContainsFunc(c.Requests(), func(r string) bool { return strings.HasPrefix(r, "blob") }) {
		t.Error("its content was fetched")
	}
}

func TestThreat12_ReferrerWithoutSubject(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	m := c.Put(repo, "latest", k.Bundle(statementA()))
	c.List(repo, subjectA, m)
	refused(t, only(t, c, k), "names no subject")
}

// The list's artifact type lies in either direction; the manifest decides.
func TestThreat13_ListIsAHint(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	m := c.Attach(repo, subjectB, cosigntest.BundleType, k.Bundle(statementA()))
	b := c.Attach(repo, subjectA, "application/vnd.oci.empty.v1+json", k.Bundle(statementA()))
	m.ArtifactType = cosigntest.NotationType
	c.List(repo, subjectA, m)
	for _, i := range gather(t, c, k) {
		if verified := strings.HasSuffix(i.Location, string(b.Digest)); (i.Claim != nil) != verified {
			t.Errorf("%s: %v", i.Location, i.Err)
		}
	}
}

func TestThreat24_WrongKey(t *testing.T) {
	k, other, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	c.Put(repo, cosigntest.SigTag(subjectA), k.Signature(cosigntest.Payload(repo, subjectA)))
	c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(statementA()))
	c.Attach(repo, subjectA, cosigntest.BundleType, k.Bundle(statementA()))
	for _, ring := range [][]cosigntest.Key{{}, {other}} {
		items := gather(t, c, ring...)
		for _, i := range items {
			refused(t, i, "no trusted key")
		}
		if items[1].PredicateType != predicate || items[2].PredicateType != predicate || items[2].Kind != verify.KindAttestation {
			t.Errorf("what they claim to be is not shown: %+v", items)
		}
	}
}

// A certificate, or a raw key in its place, is never what verifies an item.
func TestThreat25_KeyFromTheArtefact(t *testing.T) {
	k, other := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewKey(t, "ecdsa-p256")
	for _, layer := range []cosigntest.Layer{k.Signature(cosigntest.Payload(repo, subjectA)), k.Attestation(statementA())} {
		if layer.Annotations == nil {
			layer.Annotations = map[string]string{}
		}
		layer.Annotations[cosigntest.CertificateAnnotation] = string(k.Public.PEM())
		layer.Annotations[cosigntest.LogAnnotation] = fmt.Sprintf(`{"base64Signature":"","cert":%q}`, k.Public.PEM())
		c := cosigntest.NewContent()
		c.Put(repo, cosigntest.SigTag(subjectA), layer)
		refused(t, only(t, c, other), keylessReason)
	}
}

func TestThreat25_KeyInBundle(t *testing.T) {
	k, other := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewKey(t, "ecdsa-p256")
	der := base64.StdEncoding.EncodeToString([]byte("certificate"))
	for name, material := range map[string]any{
		"publicKey":            map[string]any{"hint": string(k.Public.PEM())},
		"certificate":          map[string]any{"rawBytes": der},
		"x509CertificateChain": map[string]any{"certificates": []any{map[string]any{"rawBytes": der}}},
	} {
		doc := k.BundleDocument(statementA())
		doc["verificationMaterial"] = map[string]any{name: material}
		i := bundled(t, doc, other)
		refused(t, i, "no trusted key verifies it")
		if certificate := name != "publicKey"; certificate != strings.Contains(i.Err.Error(), "keyless") {
			t.Errorf("%s: %v", name, i.Err)
		}
		if i.PredicateType != predicate {
			t.Errorf("%s: predicate type %q shown", name, i.PredicateType)
		}
	}
}

// bundled stores a bundle and returns its item.
func bundled(t *testing.T, doc map[string]any, k cosigntest.Key) verify.Item {
	t.Helper()
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	c := cosigntest.NewContent()
	c.Attach(repo, subjectA, cosigntest.BundleType, cosigntest.Layer{MediaType: cosigntest.BundleType, Bytes: raw})
	return only(t, c, k)
}

func TestThreat26_PayloadOfAnotherImage(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	refused(t, signed(t, string(cosigntest.Payload(repo, subjectB)), k), "not for this image")
	for _, digest := range []string{"", "sha256:", subjectA.Hex(), strings.ToUpper(string(subjectA)), "md5:00"} {
		refused(t, signed(t, payloadWith(t, string(subjectA), digest), k), "digest")
	}
}

func TestThreat27_RepositoryIsPassedOn(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	for written, want := range map[string]string{
		repo: repo, "": "",
		"other.example/evil":                             "other.example/evil",
		"index.docker.io/library/nginx":                  "docker.io/library/nginx",
		"nginx":                                          "docker.io/library/nginx",
		repo + ":1.2":                                    repo,
		repo + "@" + string(subjectB):                    repo,
		repo + ":1.2@" + string(subjectB):                repo,
		"localhost:5000/app":                             "localhost:5000/app",
		"index.docker.io/acme/app:1@" + string(subjectB): "docker.io/acme/app",
	} {
		i := signed(t, payloadWith(t, repo, written), k)
		if i.Claim == nil || i.Claim.Repository != want {
			t.Errorf("%q: %+v, want %s", written, i, want)
		}
	}
}

// Taken for no name at all, an unreadable one would count where another
// repository's name does not.
func TestThreat27_UnreadableRepositoryIsRefused(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	for _, written := range []string{"two words", "https://" + repo, "Registry.Example/acme/app", repo + "/../x", "аcme.example/x"} {
		refused(t, signed(t, payloadWith(t, repo, written), k), "no image reference")
	}
}

func TestThreat28_PayloadType(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	for _, written := range []string{"atomic container signature", "", "Cosign Container Image Signature"} {
		refused(t, signed(t, payloadWith(t, simpleType, written), k), "payload type")
	}
	for name, p := range map[string]string{
		"no type":            payloadWith(t, `,"type":"`+simpleType+`"`, ``),
		"unknown critical":   payloadWith(t, `"type":`, `"expires":"2020","type":`),
		"unknown identity":   payloadWith(t, `"docker-reference":`, `"x":1,"docker-reference":`),
		"unknown image":      payloadWith(t, `"docker-manifest-digest":`, `"x":1,"docker-manifest-digest":`),
		"unknown at the top": payloadWith(t, `{"critical":`, `{"more":1,"critical":`),
		"duplicate":          payloadWith(t, `"type":`, `"type":"x","type":`),
		"folded":             payloadWith(t, `"critical":`, `"Critical":`),
		"array":              `[]`, "null": `null`, "empty": ``, "two documents": payloadWith(t, `{"critical"`, `{} {"critical"`),
	} {
		t.Run(name, func(t *testing.T) { refused(t, signed(t, p, k), "payload") })
	}
}

func TestSignedAnnotations(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	i := signed(t, payloadWith(t, `"optional":null`, `"optional":{"env":"prod","n":1}`), k)
	if i.Claim == nil || !maps.Equal(i.Claim.Annotations, map[string]string{"env": "prod"}) {
		t.Errorf("%+v", i)
	}
	st := strings.Replace(string(cosigntest.SignStatement(subjectA)), `{"digest":`, `{"annotations":{"env":"prod"},"digest":`, 1)
	attested(t, []byte(st), k, func(t *testing.T, i verify.Item) {
		if i.Claim == nil || i.Claim.Annotations["env"] != "prod" {
			t.Errorf("%+v", i)
		}
	})
}

// The claim verifier cannot be left out: without one the library takes a
// payload about another digest.
func TestThreat26_ClaimIsAlwaysChecked(t *testing.T) {
	if checkOpts(nil, nil).ClaimVerifier == nil {
		t.Error("options without a claim verifier")
	}
	opts := checkOpts(nil, nil)
	if !opts.IgnoreTlog || !opts.Offline || opts.RekorClient != nil || opts.RootCerts != nil {
		t.Errorf("options that look elsewhere: %+v", cosign.CheckOpts{})
	}
}
