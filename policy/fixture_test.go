package policy

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

// fixtureWorld has an item of each kind.
func fixtureWorld(t *testing.T) *world {
	w := newWorld(t, "release", "ci")
	w.sign("release", w.in.Image.Index).Annotations = map[string]string{"env": "prod"}
	for _, err := range []error{verify.ErrInvalid, verify.ErrUnreadable, verify.ErrTruncated, errors.New("503"), recorded{Is: isUnknownKey, Text: "no key"}, nil} {
		w.add(verify.Item{Kind: verify.KindSignature, Format: verify.FormatCosignBundle, Err: err})
	}
	for i, p := range w.in.Image.Platforms {
		raw := strings.Replace(goodConfig, "/app /app", "/app /app"+string(rune('0'+i)), 1)
		c, err := cis.ParseContents([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		c.ConfigDigest = string(p.Config)
		a := attest.New(c, attest.Options{Manifest: string(p.Manifest), Now: now.Add(-time.Hour), Profile: mustProfile(t), Tool: "pratique", ToolVersion: "1"})
		doc, err := a.Predicate()
		if err != nil {
			t.Fatal(err)
		}
		w.attest("ci", attest.PredicateType, p.Manifest).Predicate = doc
		parsed, err := attest.Parse(doc)
		fresh := cis.Collect(c)
		w.in.Audits = append(w.in.Audits, Audit{Item: len(w.in.Evidence.Items) - 1, Platform: p.Manifest, Audit: parsed, Err: err, Fresh: &fresh})
	}
	w.in.Evidence.Gaps = []verify.Gap{{Source: "cosign", Err: verify.ErrTruncated}}
	return w
}

func mustProfile(t *testing.T) cis.Profile {
	t.Helper()
	p, err := cis.LookupProfile("starter")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFixtureDecidesTheSame: what is recorded and read again gives the same
// decision, and the same bytes.
func TestFixtureDecidesTheSame(t *testing.T) {
	w := fixtureWorld(t)
	raw, err := Record(w.in).JSON()
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseFixture(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range append(askedOf, "attestations: [{predicate: cis-docker-image, anyOf: [a], time: claimed}]") {
		d := w.rule(strings.NewReplacer("[a, b, c]", "[release, ci]", "[a, b]", "[ci, release]", "[a]", "[ci]", "[b]", "[release]", "[c]", "[release]", "[b, c]", "[release]").Replace(rule))
		want, got := w.evaluate(d), Evaluate(d, f.Input(d, now))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s %v %v, want %s %v %v", rule, got.Verdict, got.Reasons, got.Uses, want.Verdict, want.Reasons, want.Uses)
		}
	}
	again, err := Record(f.Input(w.rule("signatures: {anyOf: [release]}"), now)).JSON()
	if err != nil || !bytes.Equal(again, raw) {
		t.Errorf("%v\n%s\n%s", err, again, raw)
	}
	other := w.doc("signers: {new: {key: release.pub}}\nrules: [{name: a, images: [\"**\"], signatures: {anyOf: [new]}}]\n")
	check(t, Evaluate(other, f.Input(other, now)), Allow, "")
}

func TestFixtureIsReadStrictly(t *testing.T) {
	raw, err := Record(fixtureWorld(t).in).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, new, want string }{
		{FixtureSchema, "other/v1", "schema is"},
		{`"items"`, `"itemz"`, "itemz"},
		{`"digest": "sha256:`, `"digest": "md5:`, "sha256"},
		{`"linux/amd64"`, `"linux"`, "platform"},
		{`"item": 7`, `"item": 99`, "no such claim"},
		{`"item": 7`, `"item": 1`, "no such claim"},
		{`"error": {`, `"xerror": {`, "xerror"},
	} {
		bad := strings.Replace(string(raw), tt.old, tt.new, 1)
		if _, err := ParseFixture([]byte(bad)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.new, err, tt.want)
		}
	}
}

func FuzzFixture(f *testing.F) {
	f.Add([]byte(`{"schema":"pratique.evidence/v1","image":{"asked":"a","repository":"registry.example/a","digest":"sha256:` + strings.Repeat("a", 64) + `","platforms":[]},"items":[]}`))
	f.Add([]byte(`{"schema":"pratique.evidence/v1","items":[{"claim":{}}],"audits":[{"item":0}]}`))
	w := &world{pem: map[string][]byte{}, ids: map[string]string{}}
	w.pem["release.pub"], w.ids["release"] = newKey(f)
	d, err := w.parse("rules: [{name: a, images: [\"**\"], signatures: {anyOf: [release]}}]\n")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		x, err := ParseFixture(src)
		if err != nil {
			return
		}
		got := Evaluate(d, x.Input(d, now))
		if got.Verdict >= Warn && !strings.Contains(string(src), w.ids["release"]) {
			t.Fatalf("%s without a signature of release", got.Verdict)
		}
		if again := Evaluate(d, x.Input(d, now)); !reflect.DeepEqual(got, again) {
			t.Fatal("decided twice, otherwise")
		}
	})
}
