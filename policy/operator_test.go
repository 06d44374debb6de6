package policy

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

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
		{"audit by its type", rule("attestations: [{predicate: \"https://in-toto.io/attestation/test-result/v0.1\", anyOf: [a, b, c], threshold: 2, maxAge: 7d}]"), "audit-not-judged"},
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
	w.in.Audits, w.in.Evidence.Items = nil, w.in.Evidence.Items[1:]
	w.audit("ci", 0, time.Hour, goodFacts(t))
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

// TestExplainNearestOfEachPlatform: what one platform lacks says nothing of
// what another does.
func TestExplainNearestOfEachPlatform(t *testing.T) {
	w := newWorld(t, "release")
	w.sign("release", w.amd64).Repository = "registry.example/other"
	w.add(verify.Item{Kind: verify.KindSignature, Subject: w.arm64, Err: verify.ErrInvalid})
	var got []string
	for _, r := range Explain(w.rule("signatures: {anyOf: [release]}"), w.in).Nearest {
		got = append(got, r.Platform+" "+string(r.Code))
	}
	if want := []string{"linux/amd64 signature-wrong-repository", "linux/arm64 signature-invalid"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
