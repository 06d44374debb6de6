package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

// TestS1_GapsLeaveOpenWhatTheyCouldChange: undecided only where a gap could
// still change the outcome.
func TestS1_GapsLeaveOpenWhatTheyCouldChange(t *testing.T) {
	gap := verify.Gap{Source: "cosign", Err: errors.New("503")}
	truncated := verify.Gap{Source: "cosign", Err: fmt.Errorf("page 11: %w", verify.ErrTruncated)}
	t.Run("missing signature", func(t *testing.T) {
		w := newWorld(t, "release")
		d := w.rule("signatures: {anyOf: [release]}")
		w.in.Evidence.Gaps = []verify.Gap{gap}
		check(t, w.evaluate(d), Undecided, "registry-unreachable signature-missing")
		w.in.Evidence.Gaps = []verify.Gap{truncated}
		check(t, w.evaluate(d), Undecided, "evidence-truncated signature-missing")
	})
	t.Run("unreachable item", func(t *testing.T) {
		w := newWorld(t, "release")
		d := w.rule("signatures: {anyOf: [release]}")
		w.add(verify.Item{Kind: verify.KindSignature, Err: errors.New("timeout")})
		check(t, w.evaluate(d), Undecided, "registry-unreachable signature-missing")
	})
	t.Run("met signature threshold stays met", func(t *testing.T) {
		w := newWorld(t, "release")
		w.sign("release", w.in.Image.Index)
		w.in.Evidence.Gaps = []verify.Gap{gap, truncated}
		check(t, w.evaluate(w.rule("signatures: {anyOf: [release]}")), Allow, "")
	})
	t.Run("met attestation does not", func(t *testing.T) {
		w := newWorld(t, "release")
		w.attest("release", "https://spdx.dev/Document", w.in.Image.Index)
		d := w.rule("attestations: [{predicate: spdxjson, anyOf: [release]}]")
		check(t, w.evaluate(d), Allow, "")
		w.in.Evidence.Gaps = []verify.Gap{gap}
		check(t, w.evaluate(d), Undecided, "registry-unreachable")
	})
	t.Run("no rule is decided", func(t *testing.T) {
		w := newWorld(t, "release")
		w.in.Evidence.Gaps = []verify.Gap{gap}
		w.in.Image.Repo = "other.example/app"
		check(t, w.evaluate(w.rule("signatures: {anyOf: [release]}")), Deny, "no-rule")
	})
}

// TestS2_WarnOnlyForMissingEvidence: mode warn never lets pass what does not
// verify.
func TestS2_WarnOnlyForMissingEvidence(t *testing.T) {
	const rule = "mode: warn\nsignatures: {anyOf: [release]}"
	for _, tt := range []struct {
		name    string
		prepare func(*world)
		verdict Verdict
		codes   string
	}{
		{"nothing there", func(*world) {}, Warn, "signature-missing"},
		{"another signer of the policy", func(w *world) { w.sign("ci", w.in.Image.Index) }, Warn, "signature-untrusted-key"},
		{"does not verify", func(w *world) {
			w.add(verify.Item{Kind: verify.KindSignature, Err: fmt.Errorf("bad: %w", verify.ErrInvalid)})
		}, Deny, "signature-invalid"},
		{"key nobody knows", func(w *world) {
			w.add(verify.Item{Kind: verify.KindSignature, Err: recorded{Is: isUnknownKey, Text: "no key"}})
		}, Deny, "signature-untrusted-key"},
		{"unreadable", func(w *world) { w.add(verify.Item{Kind: verify.KindSignature, Err: verify.ErrUnreadable}) }, Deny, "evidence-unreadable"},
		{"other image", func(w *world) { w.sign("release", verify.DigestOf(nil)) }, Deny, "signature-wrong-subject"},
		{"other repository", func(w *world) { w.sign("release", w.in.Image.Index).Repository = "registry.example/other" }, Deny, "signature-wrong-repository"},
		{"gap", func(w *world) { w.in.Evidence.Gaps = []verify.Gap{{Source: "x", Err: errors.New("503")}} }, Undecided, "registry-unreachable signature-missing"},
		{"no platforms", func(w *world) { w.in.Image.Platforms = nil }, Deny, "no-platforms"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "release", "ci")
			tt.prepare(w)
			check(t, w.evaluate(w.rule(rule)), tt.verdict, tt.codes)
		})
	}
	w := newWorld(t, "release", "old")
	w.sign("old", w.in.Image.Index)
	w.attest("old", "https://spdx.dev/Document", w.in.Image.Index)
	const signers = "signers: {release: {key: release.pub}, old: {key: old.pub, revoked: %v}}\n" +
		"rules: [{name: a, images: [\"**\"], mode: warn, %s}]\n"
	for _, asked := range []string{"signatures: {anyOf: [release]}", "attestations: [{predicate: spdx, anyOf: [release]}]"} {
		if got := w.evaluate(w.doc(fmt.Sprintf(signers, false, asked))); got.Verdict != Warn {
			t.Errorf("another signer: %s", got.Verdict)
		}
		check(t, w.evaluate(w.doc(fmt.Sprintf(signers, true, asked))), Deny, "signer-revoked")
	}
	w = newWorld(t, "release")
	d := w.rule("mode: warn\nuntil: 2026-11-22\nsignatures: {anyOf: [release]}")
	got := w.evaluate(d)
	check(t, got, Warn, "signature-missing")
	end := time.Date(2026, 11, 23, 0, 0, 0, -1, time.UTC)
	if !got.ValidUntil.Equal(end) || got.Mode != ModeWarn {
		t.Errorf("valid until %s, mode %s", got.ValidUntil, got.Mode)
	}
	w.in.Now = end.Add(1)
	check(t, w.evaluate(d), Deny, "signature-missing")
}

// TestS3_MostSpecificRuleDecides whatever the order of the rules.
func TestS3_MostSpecificRuleDecides(t *testing.T) {
	w := newWorld(t, "release", "ci")
	rules := []string{
		"  - {name: wide, images: [\"**\"], signatures: {anyOf: [release]}}\n",
		"  - {name: host, images: [\"registry.example/**\"], signatures: {anyOf: [release]}}\n",
		"  - {name: exact, images: [\"registry.example/apps/web\"], signatures: {anyOf: [ci]}}\n",
	}
	w.sign("ci", w.in.Image.Index)
	for range rules {
		rules = append(rules[1:], rules[0])
		got := w.evaluate(w.doc("rules:\n" + strings.Join(rules, "")))
		check(t, got, Allow, "")
		if got.Rule != "exact" {
			t.Errorf("rule %s", got.Rule)
		}
	}
}

// TestS4_FloorHoldsWhateverRuleMatches and a system policy cannot be lifted.
func TestS4_FloorHoldsWhateverRuleMatches(t *testing.T) {
	w := newWorld(t, "release", "ci")
	floor := "floor: {signatures: {anyOf: [ci]}}\n"
	rule := "rules: [{name: apps, images: [\"registry.example/**\"], signatures: {anyOf: [release]}}]\n"
	w.sign("release", w.in.Image.Index)
	check(t, w.evaluate(w.doc(rule)), Allow, "")
	got := w.evaluate(w.doc(floor + rule))
	check(t, got, Deny, "signature-untrusted-key")
	if got.Reasons[0].Rule != "floor" {
		t.Errorf("%+v", got.Reasons)
	}
	check(t, w.evaluate(w.doc("default: allow\n"+floor)), Deny, "signature-untrusted-key")
	check(t, w.evaluate(w.doc("default: allow\n")), Allow, "")
	check(t, w.evaluate(w.doc(floor+strings.Replace(rule, "signatures", "mode: warn, signatures", 1))), Deny, "signature-untrusted-key")
}

func TestS4_LowestOfTwoPolicies(t *testing.T) {
	w := newWorld(t, "release", "ci")
	w.sign("release", w.in.Image.Index)
	user := w.evaluate(w.rule("signatures: {anyOf: [release]}"))
	system := w.evaluate(w.rule("signatures: {anyOf: [ci]}"))
	for _, got := range []Decision{Lowest(user, system), Lowest(system, user)} {
		check(t, got, Deny, "signature-untrusted-key")
		if got.Pin != "" || got.Policy != system.Policy {
			t.Errorf("pin %q, policy %v", got.Pin, got.Policy)
		}
	}
	if got := Lowest(user, user); got.Verdict != Allow || got.Pin != w.in.Image.Index {
		t.Errorf("%s, pin %q", got.Verdict, got.Pin)
	}
	if Lowest().Verdict != Deny {
		t.Error("nothing at all is not denied")
	}
	const listed = "platforms: [linux/%s]\nsignatures: {anyOf: [release]}"
	apart := Lowest(w.evaluate(w.rule(fmt.Sprintf(listed, "amd64"))), w.evaluate(w.rule(fmt.Sprintf(listed, "arm64"))))
	check(t, apart, Deny, "platform-missing") // neither platform was judged by both
	w.in.Only = []verify.Platform{{OS: "linux", Architecture: "arm64"}}
	narrow := w.evaluate(w.rule("signatures: {anyOf: [release]}"))
	if got := Lowest(user, narrow); got.Pin != w.arm64 {
		t.Errorf("pin %q of %q and %q", got.Pin, user.Pin, narrow.Pin)
	}
}

// TestS8_DistinctNamesAndIdentities: m of n are different people, on every
// platform.
func TestS8_DistinctNamesAndIdentities(t *testing.T) {
	const rule = "signatures: {anyOf: [a, b, c], threshold: 2}"
	for _, tt := range []struct {
		name    string
		prepare func(*world)
		verdict Verdict
		codes   string
	}{
		{"two", func(w *world) { w.sign("a", w.in.Image.Index); w.sign("b", w.in.Image.Index) }, Allow, ""},
		{"one twice", func(w *world) { w.sign("a", w.in.Image.Index); w.sign("a", w.in.Image.Index) }, Deny, "signature-threshold"},
		{"one on index and manifests", func(w *world) { w.sign("a", w.in.Image.Index); w.sign("a", w.amd64); w.sign("a", w.arm64) }, Deny, "signature-threshold"},
		{"one claiming two names", func(w *world) { w.sign("a", w.in.Image.Index).Signers = []string{"a", "b", "c"} }, Deny, "signature-threshold"},
		{"two on one platform", func(w *world) { w.sign("a", w.in.Image.Index); w.sign("b", w.amd64) }, Deny, "signature-threshold"},
		{"each platform by another pair", func(w *world) {
			w.sign("a", w.amd64)
			w.sign("b", w.amd64)
			w.sign("b", w.arm64)
			w.sign("c", w.arm64)
		}, Allow, ""},
		{"index and manifests together", func(w *world) { w.sign("a", w.in.Image.Index); w.sign("b", w.amd64); w.sign("c", w.arm64) }, Allow, ""},
		{"identity of another name", func(w *world) { w.sign("a", w.in.Image.Index).Signers = []string{"b"} }, Deny, "signature-untrusted-key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "a", "b", "c")
			tt.prepare(w)
			check(t, w.evaluate(w.rule(rule)), tt.verdict, tt.codes)
		})
	}
	for _, tt := range []struct {
		votes []vote
		want  int
	}{
		{nil, 0},
		{[]vote{{identity: "1", names: []string{"a", "b"}}}, 1},
		{[]vote{{identity: "1", names: []string{"a"}}, {identity: "2", names: []string{"a"}}}, 1},
		{[]vote{{identity: "1", names: []string{"a", "b"}}, {identity: "2", names: []string{"a"}}}, 2},
		{[]vote{{identity: "1", names: []string{"a", "b"}}, {identity: "2", names: []string{"a", "b"}}, {identity: "3", names: []string{"a", "b"}}}, 2},
	} {
		if got := distinct(tt.votes); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.votes, got, tt.want)
		}
	}
}
