package cosign

import (
	"errors"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
	"github.com/pratique-dev/pratique/verify/wire"
)

func TestBundleShape(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	for name, tt := range map[string]struct {
		change func(doc map[string]any)
		reason string
	}{
		"other spelling": {func(d map[string]any) { d["mediaType"] = bundlePrefix + "+json;version=0.3" }, ""},
		"version 0.1":    {func(d map[string]any) { d["mediaType"] = bundlePrefix + "+json;version=0.1" }, "only version 0.3"},
		"version 0.2":    {func(d map[string]any) { d["mediaType"] = bundlePrefix + "+json;version=0.2" }, "only version 0.3"},
		"version 0.4":    {func(d map[string]any) { d["mediaType"] = bundlePrefix + ".v0.4+json" }, "only version 0.3"},
		"no media type":  {func(d map[string]any) { delete(d, "mediaType") }, "only version 0.3"},
		"no envelope":    {func(d map[string]any) { delete(d, "dsseEnvelope") }, "without a DSSE envelope"},
		"message": {func(d map[string]any) {
			delete(d, "dsseEnvelope")
			d["messageSignature"] = map[string]any{"signature": "AAAA"}
		}, "message signature"},
		"both contents":  {func(d map[string]any) { d["messageSignature"] = map[string]any{"signature": "AAAA"} }, "bundle"},
		"no material":    {func(d map[string]any) { delete(d, "verificationMaterial") }, "verification material"},
		"empty material": {func(d map[string]any) { d["verificationMaterial"] = map[string]any{} }, "verification material"},
		"unknown field":  {func(d map[string]any) { d["more"] = 1 }, "bundle"},
		"two spellings":  {func(d map[string]any) { d["media_type"] = cosigntest.BundleType }, "bundle"},
		"wrong type":     {func(d map[string]any) { envelopeIn(d)["payloadType"] = "text/plain" }, "payload type"},
		"two signatures": {func(d map[string]any) { addSignature(d, k) }, "2 signatures"},
		"no signature":   {func(d map[string]any) { envelopeIn(d)["signatures"] = []any{} }, "0 signatures"},
		"null signature": {func(d map[string]any) { envelopeIn(d)["signatures"] = []any{nil} }, "" + "bundle"},
		"other payload":  {func(d map[string]any) { envelopeIn(d)["payload"] = "e30=" }, "no trusted key"},
		"no payload":     {func(d map[string]any) { delete(envelopeIn(d), "payload") }, "no trusted key"},
		"unread log":     {func(d map[string]any) { materialIn(d)["tlogEntries"] = []any{map[string]any{"logIndex": "-1"}} }, ""},
		"unread stamp": {func(d map[string]any) {
			materialIn(d)["timestampVerificationData"] = map[string]any{"rfc3161Timestamps": []any{map[string]any{"signedTimestamp": "AAAA"}}}
		}, ""},
		"malformed log":   {func(d map[string]any) { materialIn(d)["tlogEntries"] = 1 }, "bundle"},
		"null everywhere": {func(d map[string]any) { d["dsseEnvelope"], d["verificationMaterial"] = nil, nil }, "without"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := k.BundleDocument(statementA())
			tt.change(doc)
			i := bundled(t, doc, k)
			if tt.reason != "" {
				refused(t, i, tt.reason)
			} else if i.Claim == nil {
				t.Error(i.Err)
			}
		})
	}
}

func envelopeIn(doc map[string]any) map[string]any { return doc["dsseEnvelope"].(map[string]any) }
func materialIn(doc map[string]any) map[string]any {
	return doc["verificationMaterial"].(map[string]any)
}

func addSignature(doc map[string]any, k cosigntest.Key) {
	env := envelopeIn(doc)
	sigs := env["signatures"].([]any)
	env["signatures"] = append(sigs, envelopeIn(k.BundleDocument(statementA()))["signatures"].([]any)...)
}

// A bundle we cannot read is unreadable, never unsigned.
func TestBundleLayerOfAnotherVersion(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	doc := k.Bundle(statementA())
	doc.Bytes = []byte(strings.Replace(string(doc.Bytes), "v0.3", "v0.9", 1))
	doc.MediaType = "application/vnd.dev.sigstore.bundle.v0.9+json"
	c.Attach(repo, subjectA, doc.MediaType, doc)
	i := only(t, c, k)
	refused(t, i, "v0.9")
	if !errors.Is(i.Err, verify.ErrUnreadable) || i.Format != verify.FormatCosignBundle {
		t.Errorf("%+v", i)
	}
}

func TestThreat56_BundleWithDuplicateKeys(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	raw := string(k.Bundle(statementA()).Bytes)
	for _, spoiled := range []string{
		strings.Replace(raw, `{"dsseEnvelope"`, `{"mediaType":"x","dsseEnvelope"`, 1),
		strings.Replace(raw, `{"dsseEnvelope"`, `{"DSSEEnvelope":{},"dsseEnvelope"`, 1),
	} {
		if spoiled == raw {
			t.Fatal("nothing replaced")
		}
		if _, _, err := parseBundle([]byte(spoiled)); !errors.Is(err, verify.ErrUnreadable) || !strings.Contains(err.Error(), "twice") {
			t.Error(err)
		}
	}
}

func TestThreat64_BundleTooLarge(t *testing.T) {
	c := cosigntest.NewContent()
	c.Attach(repo, subjectA, cosigntest.BundleType, cosigntest.Layer{MediaType: cosigntest.BundleType, Bytes: make([]byte, wire.MaxBundle+1)})
	refused(t, only(t, c), "more than 4194304")
}
