package cosign

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
	"github.com/pratique-dev/pratique/verify/wire"
)

func TestThreat45_KeyIDDecidesNothing(t *testing.T) {
	k, other := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewKey(t, "ecdsa-p256")
	for _, id := range []string{"k1", "SHA256:abc", k.Public.Identity, other.Public.Identity} {
		doc := k.BundleDocument(statementA())
		env := doc["dsseEnvelope"].(map[string]any)
		env["signatures"].([]any)[0].(map[string]any)["keyid"] = id
		raw, _ := json.Marshal(env)
		c := cosigntest.NewContent()
		c.Put(repo, cosigntest.AttTag(subjectA), cosigntest.Layer{MediaType: cosigntest.EnvelopeType, Bytes: raw})
		for _, i := range []verify.Item{bundled(t, doc, k), only(t, c, k)} {
			if i.Claim == nil {
				t.Errorf("%s: %v", id, i.Err)
			}
		}
		refused(t, bundled(t, doc, other), "no trusted key")
		refused(t, only(t, c, other), "no trusted key")
	}
}

func TestThreat46_Envelope(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	env := string(k.Envelope(statementA()))
	sig := env[strings.Index(env, `{"keyid"`):strings.LastIndex(env, `]`)]
	for name, tt := range map[string]struct{ old, new, reason string }{
		"payload type":    {"application/vnd.in-toto+json", "application/octet-stream", "payload type"},
		"no payload type": {"application/vnd.in-toto+json", "", "payload type"},
		"no signature":    {sig, "", "0 signatures"},
		"twice the same":  {sig, sig + "," + sig, "2 signatures"},
		"two payloads":    {`"payload":`, `"payload":"e30=","payload":`, "twice"},
		"folded payload":  {`"payload":`, `"PAYLOAD":"e30=","payload":`, "PAYLOAD"},
		"line break":      {`"payload":"`, `"payload":"\n`, "base64"},
		"other payload":   {`"payload":"`, `"payload":"e30A`, "no trusted key"},
		"long signature":  {`"sig":"`, `"sig":"` + strings.Repeat("A", maxSignature), "longer"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(env, tt.old) {
				t.Fatalf("%q not in %s", tt.old, env)
			}
			c := cosigntest.NewContent()
			c.Put(repo, cosigntest.AttTag(subjectA), cosigntest.Layer{
				MediaType: cosigntest.EnvelopeType, Bytes: []byte(strings.Replace(env, tt.old, tt.new, 1)),
			})
			refused(t, only(t, c, k), tt.reason)
		})
	}
}

// Either alphabet of base64 is read, and once: what is interpreted is what was
// verified.
func TestThreat46_BothAlphabets(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	st := cosigntest.Statement(subjectA, predicate, map[string]any{"x": "???>>>~~~"})
	std := base64.StdEncoding.EncodeToString(st)
	for len(std) == len(strings.NewReplacer("+", "", "/", "").Replace(std)) {
		st = append(st, ' ')
		std = base64.StdEncoding.EncodeToString(st)
	}
	for _, text := range []string{std, base64.URLEncoding.EncodeToString(st)} {
		env := strings.Replace(string(k.Envelope(st)), std, text, 1)
		c := cosigntest.NewContent()
		c.Put(repo, cosigntest.AttTag(subjectA), cosigntest.Layer{MediaType: cosigntest.EnvelopeType, Bytes: []byte(env)})
		if i := only(t, c, k); i.Claim == nil {
			t.Error(i.Err)
		}
	}
}

// A signature over other bytes than those read is refused whatever the key.
func TestThreat46_OnlyTheBytesRead(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	loaded, err := loadRing(cosigntest.Ring(t, k))
	if err != nil {
		t.Fatal(err)
	}
	v := &ringVerifier{keys: loaded, want: []byte("read")}
	other := []byte("verified")
	if err := v.VerifySignature(strings.NewReader(string(k.Sign(other))), strings.NewReader(string(other))); err == nil || v.matched != nil {
		t.Error("verified bytes that nobody read")
	}
	// What the library would have us verify is not what we read: they disagree.
	if err := v.VerifySignature(strings.NewReader(string(k.Sign(v.want))), strings.NewReader(string(other))); err == nil || v.matched != nil {
		t.Error("verified although the library decoded something else")
	}
	if err := v.VerifySignature(strings.NewReader(string(k.Sign(v.want))), strings.NewReader("read")); err != nil || v.matched == nil {
		t.Error(err)
	}
}

func TestThreat48_GoodSignatureAmongJunk(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	p := cosigntest.Payload(repo, subjectA)
	good := k.Signature(p)
	layers := []cosigntest.Layer{
		{MediaType: cosigntest.SimpleType, Bytes: []byte("junk")},
		{MediaType: cosigntest.SimpleType, Bytes: p, Annotations: map[string]string{cosigntest.SignatureAnnotation: "AAAA"}},
		{MediaType: "application/x", Bytes: []byte("x")},
		good,
	}
	for range layers {
		layers = append(layers[1:], layers[0])
		c := cosigntest.NewContent()
		c.Put(repo, cosigntest.SigTag(subjectA), layers...)
		for n, i := range gather(t, c, k) {
			if isGood := layers[n].Annotations[cosigntest.SignatureAnnotation] == good.Annotations[cosigntest.SignatureAnnotation]; (i.Claim != nil) != isGood {
				t.Errorf("item %d: %v", n, i.Err)
			}
		}
	}
}

func TestThreat49_VerifierPanics(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	c.Put(repo, cosigntest.SigTag(subjectA), k.Signature(cosigntest.Payload(repo, subjectA)))
	c.Put(repo, cosigntest.AttTag(subjectA), k.Attestation(statementA()))
	c.Attach(repo, subjectA, cosigntest.BundleType, k.Bundle(statementA()))
	s := New(c, cosigntest.Ring(t, k))
	s.keys[0].schemes[0] = nil
	items, err := s.Gather(t.Context(), single(subjectA))
	if err != nil || len(items) != 3 {
		t.Fatal(items, err)
	}
	for _, i := range items {
		refused(t, i, "verifier panicked")
	}
}

func TestThreat64_TooLarge(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	pad := strings.Repeat(" ", wire.MaxPayload)
	refused(t, signed(t, string(cosigntest.Payload(repo, subjectA))+pad, k), "more than 65536")
	c := cosigntest.NewContent()
	l := k.Signature(cosigntest.Payload(repo, subjectA))
	l.Annotations[cosigntest.LogAnnotation] = strings.Repeat("x", maxAnnotation+1)
	c.Put(repo, cosigntest.SigTag(subjectA), l)
	refused(t, only(t, c, k), "longer than")
	huge := cosigntest.Layer{MediaType: cosigntest.EnvelopeType, Bytes: make([]byte, wire.MaxBundle+1)}
	c.Put(repo, cosigntest.SigTag(subjectA), huge)
	before := len(c.Requests())
	refused(t, only(t, c, k), "more than 4194304")
	if n := len(c.Requests()) - before; n != 3 {
		t.Errorf("%d requests: it was fetched", n)
	}
}

func TestThreat68_JunkAroundJSON(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	payload, st := cosigntest.Payload(repo, subjectA), statementA()
	for name, spoil := range map[string]func([]byte) []byte{
		"after":         func(b []byte) []byte { return append(slices.Clone(b), "x"...) },
		"before":        func(b []byte) []byte { return append([]byte("x"), b...) },
		"mark":          func(b []byte) []byte { return append([]byte("\ufeff"), b...) },
		"second":        func(b []byte) []byte { return append(slices.Clone(b), b...) },
		"invalid UTF-8": func(b []byte) []byte { return []byte(strings.Replace(string(b), `{"`, "{\"\xff\":1,\"", 1)) },
		"deep": func(b []byte) []byte {
			deep := strings.Repeat("[", wire.MaxJSONDepth+1) + strings.Repeat("]", wire.MaxJSONDepth+1)
			return []byte(strings.Replace(string(b), `{"`, `{"optional":`+deep+`,"`, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, signed(t, string(spoil(payload)), k), "")
			attested(t, spoil(st), k, func(t *testing.T, i verify.Item) { refused(t, i, "") })
			c := cosigntest.NewContent()
			c.Put(repo, cosigntest.AttTag(subjectA), cosigntest.Layer{MediaType: cosigntest.EnvelopeType, Bytes: spoil(k.Envelope(st))})
			b := k.Bundle(st)
			b.Bytes = spoil(b.Bytes)
			c.Attach(repo, subjectA, cosigntest.BundleType, b)
			for _, i := range gather(t, c, k) {
				refused(t, i, "")
			}
		})
	}
}
