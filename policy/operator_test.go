package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

func lintCodes(d *Document) string {
	var out []string
	for _, f := range Lint(d, now) {
		out = append(out, f.Code)
	}
	return strings.Join(sorted(out), " ")
}

func TestLint(t *testing.T) {
	keyless := func(issuer, more string) string {
		return "signers: {ci: {keyless: {issuer: " + issuer + ", " + more + ", trustedRoot: a.pub}}}\nrules: [{name: a, images: [\"**\"], signatures: {anyOf: [ci]}}]\n"
	}
	rule := func(body string) string {
		return "rules: [{name: a, images: [\"registry.example/**\"], " + body + "}]\n"
	}
	const all = "signatures: {anyOf: [a, b, c], threshold: 2}"
	for _, tt := range []struct{ name, body, want string }{
		{"good", rule(all), ""},
		{"default allow", "default: allow\n" + rule(all), "default-allow"},
		{"default warn", "default: warn\n" + rule(all), "default-warn"},
		{"no rules", "signers: {}\n", "no-rules"},
		{"warn without until", rule("mode: warn, " + all), "warn-without-until"},
		{"warn ended", rule("mode: warn, until: 2026-11-01, " + all), "warn-ended"},
		{"warn until", rule("mode: warn, until: 2026-12-01, " + all), ""},
		{"no max age", rule("attestations: [{predicate: spdx, anyOf: [a, b, c], threshold: 2}]"), "max-age-missing"},
		{"max age", rule("attestations: [{predicate: spdx, anyOf: [a, b, c], threshold: 2, maxAge: 7d}]"), ""},
		{"one of many", rule("signatures: {anyOf: [a, b, c]}"), "threshold-one-of-many"},
		{"unused", rule("signatures: {anyOf: [a, b], threshold: 2}"), "signer-unused"},
		{"tag", rule("signatures: {anyOf: [a, b, c], threshold: 2, binds: tag}"), "tag-binding-unsupported"},
		{"http", rule(all) + "registries: {a.example: {http: true}}\n", "registry-http"},
		{"redundant", "rules: [{name: a, images: [\"a.example/**\", \"a.example/b/*\"], " + all + "}]\n", "pattern-redundant"},
		{"pattern twice", "rules: [{name: a, images: [\"a.example/b\", \"a.example/b\"], " + all + "}]\n", "pattern-redundant"},
		{"shadowed", "rules: [{name: a, images: [\"a.example/**/*\"], " + all + "}, {name: b, images: [\"a.example/*/**\"], " + all + "}]\n", "rule-shadowed"},
		{"narrower rule", "rules: [{name: a, images: [\"a.example/**\"], " + all + "}, {name: b, images: [\"a.example/b*/**\"], " + all + "}]\n", ""},
		{"revoked", "signers: {a: {key: a.pub, revoked: true}}\n" + rule("signatures: {anyOf: [a]}"), "signer-revoked-used threshold-unreachable"},
		{"ended key", "signers: {a: {key: a.pub, notAfter: 2026-01-01}}\n" + rule("signatures: {anyOf: [a]}"), "signer-expired-used"},
		{"except ended", rule("attestations: [{predicate: cis-docker-image, anyOf: [a, b, c], threshold: 2, maxAge: 7d, except: [{control: \"4.6\", reason: x, until: 2026-11-21}]}]"), "except-expired"},
		{"except long", rule("run: {except: [{control: \"5.6\", reason: x, until: 2027-03-01}]}, " + all), "except-endless"},
		{"except 90 days", rule("run: {except: [{control: \"5.6\", reason: x, until: 2027-02-20}]}, " + all), ""},
		{"github", keyless("https://token.actions.githubusercontent.com", "identity: a"), "repository-missing unsupported-signer"},
		{"gitlab", keyless("https://gitlab.com", "identity: a, repository: https://gitlab.com/a/b"), "unsupported-signer"},
		{"unanchored", keyless("https://i.example", "identityRegexp: 'https://i\\.example/[a-z]+'"), "identity-unanchored unsupported-signer"},
		{"glob", keyless("https://i.example", "identityRegexp: '^https://i\\.example/*$'"), "identity-glob-like unsupported-signer"},
		{"bare dot", keyless("https://i.example", "identityRegexp: '^https://i.example/x$'"), "identity-glob-like unsupported-signer"},
		{"trust", "signers: {a: {contentTrust: {server: https://n.example, root: {ca: a.pub}, roles: [targets]}}}\n" + rule("signatures: {anyOf: [a]}"), "max-timestamp-age-missing unsupported-signer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "a", "b", "c")
			if got := lintCodes(w.doc(tt.body)); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	w := newWorld(t, "cosign")
	d, err := Parse(Starter(), Source{File: "starter", Open: w.open})
	if err != nil || lintCodes(d) != "" {
		t.Errorf("starter: %v, %s", err, lintCodes(d))
	}
	for _, f := range Lint(w.doc("default: allow\nrules: []\n"), now) {
		if f.Line == 0 || f.Text == "" || f.Hint == "" {
			t.Errorf("%+v", f)
		}
	}
	if _, err := Parse([]byte(minimal), Source{}); err != nil {
		t.Fatal(err)
	}
	d, _ = Parse([]byte(minimal), Source{})
	if got := lintCodes(d); got != "no-rules serial-missing" {
		t.Error(got)
	}
}

func TestExplain(t *testing.T) {
	w := newWorld(t, "release", "ci")
	d := w.doc(`rules:
  - {name: wide, images: ["**"], signatures: {anyOf: [release]}}
  - name: apps
    images: ["registry.example/apps/*"]
    signatures: {anyOf: [release]}
    attestations: [{predicate: cis-docker-image, anyOf: [ci], time: claimed, maxAge: 7d}]
`)
	w.sign("release", w.in.Image.Index)
	w.add(verify.Item{Kind: verify.KindAttestation, Err: verify.ErrInvalid})
	w.add(verify.Item{Kind: verify.KindAttestation, Err: verify.ErrUnreadable})
	x := Explain(d, w.in)
	if x.Rule != "apps" || x.Pattern != "registry.example/apps/*" || !reflect.DeepEqual(x.Others, []string{"wide (**)"}) || !strings.Contains(x.Why, "most specific") {
		t.Errorf("%+v", x)
	}
	if len(x.Requirements) != 2 || !x.Requirements[0].Met || x.Requirements[1].Met {
		t.Fatalf("%+v", x.Requirements)
	}
	if by := x.Requirements[0].By; len(by) != 1 || by[0] != w.in.Evidence.Items[0].Location || len(x.Requirements[0].Lacks) != 0 {
		t.Errorf("%+v", x.Requirements[0])
	}
	if len(x.Requirements[1].Lacks) != 2 || len(x.Nearest) != 1 {
		t.Errorf("%+v, nearest %+v", x.Requirements[1], x.Nearest)
	}
	if !reflect.DeepEqual(x.Decision, Evaluate(d, w.in)) {
		t.Error("Explain decides otherwise")
	}
	w.in.Image.Repo = "registry.example"
	if x := Explain(d, w.in); x.Rule != "" || len(x.Nearest) == 0 || !strings.Contains(x.Why, "default is deny") {
		t.Errorf("%+v", x)
	}
	if x := Explain(nil, w.in); x.Decision.Verdict != Deny {
		t.Error(x.Decision.Verdict)
	}
}

// TestExplainNearest: doing something about the nearest reasons is enough for
// a better verdict.
func TestExplainNearest(t *testing.T) {
	w := oneArch(t, "release", "ci")
	d := w.rule("signatures: {anyOf: [release]}\nattestations: [{predicate: cis-docker-image, anyOf: [ci], time: claimed, profile: cis-l1}]")
	w.audit("ci", 0, time.Hour, badFacts(t))
	var got []string
	for _, r := range Explain(d, w.in).Nearest {
		got = append(got, string(r.Code)+r.control)
	}
	if want := []string{"signature-missing", "control-failed4.1", "control-failed4.6"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	w.sign("release", w.amd64)
	w.in.Audits[0].Audit.Facts = goodFacts(t)
	if d := w.evaluate(d); d.Verdict < Warn {
		t.Errorf("%s: %+v", d.Verdict, d.Reasons)
	}
}

func TestParseCases(t *testing.T) {
	const good = `cases:
  - {name: one, image: "a.example/b:1", at: 2026-11-21, evidence: e.json, want: deny, reasons: [signature-missing], rule: apps}
  - {name: two, image: "a.example/b:1", live: true, want: allow}
`
	cases, err := ParseCases([]byte(good), "c.yaml")
	if err != nil || len(cases) != 2 || cases[0].At != time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) || cases[1].Want != Allow || cases[1].Line != 3 {
		t.Fatalf("%+v, %v", cases, err)
	}
	if miss := cases[0].Check(Decision{Verdict: Deny, Rule: "apps", Reasons: []Reason{{Code: SignatureMissing}}}); miss != nil {
		t.Error(miss)
	}
	if miss := cases[0].Check(Decision{Verdict: Allow}); len(miss) != 3 {
		t.Error(miss)
	}
	for _, tt := range []struct{ src, want string }{
		{"cases: []\n", "must not be empty"},
		{strings.Replace(good, "two", "one", 1), "there already"},
		{strings.Replace(good, "at: 2026-11-21, ", "", 1), "needs the instant"},
		{strings.Replace(good, "live: true", "live: true, evidence: x", 1), "exactly one of"},
		{strings.Replace(good, "live: true, ", "", 1), "exactly one of"},
		{strings.Replace(good, "signature-missing", "signature-mising", 1), `did you mean "signature-missing"?`},
		{strings.Replace(good, "want: allow", "want: allowed", 1), "not one of"},
		{strings.Replace(good, "want: allow", "wnat: allow", 1), `did you mean "want"?`},
		{good + "---\n" + good, "second YAML document"},
	} {
		if _, err := ParseCases([]byte(tt.src), "c.yaml"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}

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
		d := w.rule(strings.NewReplacer("[a, b, c]", "[release, ci]", "[a, b]", "[ci, release]", "[a]", "[ci]", "[b]", "[release]").Replace(rule))
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

// TestSchema: the schema is JSON, says what the reader says, and closes every
// object.
func TestSchema(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(Schema(), Schema()) {
		t.Error("the schema differs from itself")
	}
	objects := 0
	var walk func(where string, v map[string]any, shape reflect.Type)
	walk = func(where string, v map[string]any, shape reflect.Type) {
		objects++
		properties, _ := v["properties"].(map[string]any)
		fields, _ := fieldsOf(shape)
		if len(properties) != len(fields) || v["additionalProperties"] != false {
			t.Errorf("%s: %d properties, %d fields, additional %v", where, len(properties), len(fields), v["additionalProperties"])
		}
		for key, f := range fields {
			p, ok := properties[key].(map[string]any)
			if !ok || p["description"] == "" || f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s: not described", where, key)
			}
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if strings.HasPrefix(inner.Name(), "dict[") {
				inner = valueOf(inner)
			}
			for _, down := range []string{"items", "additionalProperties"} {
				if q, ok := p[down].(map[string]any); ok {
					p = q
				}
			}
			if strings.HasSuffix(inner.Name(), "Shape") {
				walk(where+"."+key, p, inner)
			}
		}
	}
	walk("policy", root, reflect.TypeFor[docShape]())
	if objects < 14 {
		t.Errorf("only %d objects", objects)
	}
}

// TestParametersShape: the policy knows every parameter, by the name it has in
// an attestation.
func TestParametersShape(t *testing.T) {
	fields, _ := fieldsOf(reflect.TypeFor[parametersShape]())
	of := reflect.TypeFor[cis.Parameters]()
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		if _, ok := fields[name]; !ok {
			t.Errorf("no parameter %s", name)
		}
	}
	if len(fields) != of.NumField() {
		t.Errorf("%d parameters, cis has %d", len(fields), of.NumField())
	}
}

// TestCosignsNamesOfPredicates are cosign's.
func TestCosignsNamesOfPredicates(t *testing.T) {
	for name, uri := range predicateAliases() {
		if got, err := PredicateURI(name); err != nil || got != uri {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		if got, err := PredicateURI(uri); err != nil || got != uri {
			t.Errorf("%s: %s, %v", uri, got, err)
		}
	}
	for _, bad := range []string{"", "slsa", "https://", "a b", ":x", "HTTPS://a", "https://a b"} {
		if got, err := PredicateURI(bad); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
}
