package policy

import (
	"cmp"
	"slices"

	"github.com/pratique-dev/pratique/verify"
)

// finish puts together what the evaluation found. The verdict is the lowest of
// all effects; it is allow only if something was judged, or the policy's
// default says so.
func (e *evaluation) finish(out Decision) Decision {
	out.Verdict = Allow
	for _, r := range e.reasons {
		out.Verdict = min(out.Verdict, r.Effect)
	}
	for _, p := range e.judged {
		out.Platforms = append(out.Platforms, PlatformVerdict{Platform: p.Platform, Manifest: p.Manifest, Verdict: e.verdictFor(p.Manifest)})
	}
	e.suggestPlatforms(out.Platforms)
	out.Reasons = e.mergePlatforms()
	if e.doc == nil || len(e.judged) == 0 && out.Verdict > Deny {
		out.Verdict = Deny
	}
	out.Uses = e.closeUses()
	out.Findings = e.orderFindings()
	out.ValidUntil = e.until
	if out.Verdict >= Warn {
		out.Pin = e.pin(out.Platforms)
	}
	return out
}

func (e *evaluation) verdictFor(d verify.Digest) Verdict {
	v := Allow
	for _, r := range e.reasons {
		if r.manifest == d || r.manifest == "" {
			v = min(v, r.Effect)
		}
	}
	return v
}

// suggestPlatforms adds to the hints of a platform that is refused, where
// others are not, that it need not be judged if nobody runs it (S21).
func (e *evaluation) suggestPlatforms(list []PlatformVerdict) {
	var good []string
	for _, p := range list {
		if p.Verdict >= Warn && p.Platform != (verify.Platform{}) {
			good = append(good, p.Platform.String())
		}
	}
	if len(good) == 0 || len(good) == len(list) {
		return
	}
	for i, r := range e.reasons {
		if r.manifest != "" && r.Effect < Warn && r.Rule != "floor" {
			e.reasons[i].Hint += "; or, if nobody runs " + r.Platform + ", write platforms: [" + joinComma(sorted(good)) + "] in the rule"
		}
	}
}

func joinComma(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += ", "
		}
		out += s
	}
	return out
}

// pin picks the digest to run: the index only if every runnable child passed
// (S21).
func (e *evaluation) pin(list []PlatformVerdict) verify.Digest {
	judged := map[verify.Digest]bool{}
	for _, p := range list {
		if p.Verdict < Warn {
			return ""
		}
		judged[p.Manifest] = true
	}
	all := !slices.ContainsFunc(e.in.Image.Platforms, func(p verify.PlatformImage) bool { return !judged[p.Manifest] })
	if all {
		return e.in.Image.Index
	}
	if len(judged) == 1 {
		return list[0].Manifest
	}
	for _, p := range list {
		if e.in.Host != (verify.Platform{}) && p.Platform.Matches(e.in.Host) {
			return p.Manifest
		}
	}
	return ""
}

// closeUses gives every item that did not count a reason.
func (e *evaluation) closeUses() []Use {
	for i, item := range e.in.Evidence.Items {
		u := &e.uses[i]
		switch {
		case u.Counted:
			u.Why = ""
		case u.Why != "":
		case item.Err != nil:
			u.Why = item.Err.Error()
		case item.Claim == nil:
			u.Why = errNoReason.Error()
		default:
			u.Why = "the policy asks for nothing that it could show"
		}
	}
	return e.uses
}

func (e *evaluation) orderFindings() []Judged {
	order := map[verify.Digest]int{}
	for i, d := range e.manifests() {
		order[d] = i
	}
	slices.SortStableFunc(e.findings, func(a, b Judged) int {
		return cmp.Or(cmp.Compare(order[a.Manifest], order[b.Manifest]), compareControls(a.Control, b.Control),
			cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Effect, b.Effect), slices.Compare(a.Evidence, b.Evidence))
	})
	return e.findings
}

// Lowest combines decisions about one image, such as a system policy's and a
// user's (S4): the lowest verdict with every reason. Without decisions it
// denies.
func Lowest(ds ...Decision) Decision {
	if len(ds) == 0 {
		return Decision{}
	}
	out := ds[0]
	for _, d := range ds[1:] {
		out = lower(out, d)
	}
	return out
}

func lower(a, b Decision) Decision {
	out := a
	if b.Verdict < a.Verdict {
		out.Verdict, out.Rule, out.Policy, out.Mode = b.Verdict, b.Rule, b.Policy, b.Mode
	}
	out.Reasons = append(slices.Clone(a.Reasons), b.Reasons...)
	out.Findings = slices.Clone(a.Findings)
	for _, f := range b.Findings {
		if !slices.ContainsFunc(out.Findings, func(k Judged) bool { return sameFinding(f, k) }) {
			out.Findings = append(out.Findings, f)
		}
	}
	out.Uses = slices.Clone(a.Uses)
	for i := range min(len(out.Uses), len(b.Uses)) {
		if b.Uses[i].Counted {
			out.Uses[i] = b.Uses[i]
		}
	}
	if out.ValidUntil.IsZero() || !b.ValidUntil.IsZero() && b.ValidUntil.Before(out.ValidUntil) {
		out.ValidUntil = b.ValidUntil
	}
	out.Platforms = lowerPlatforms(a.Platforms, b.Platforms)
	if out.Verdict >= Warn && len(out.Platforms) == 0 {
		out.Verdict = Deny
		out.Reasons = append(out.Reasons, Reason{Code: PlatformMissing, Effect: Deny, Rule: b.Rule, Who: PlatformMissing.who(),
			Text: "no platform of the image is judged by every policy", Hint: "write the same platforms in the rules of both policies"})
	}
	out.Pin = lowerPin(a, b, out)
	return out
}

// lowerPlatforms keeps what both judged, with the lower verdict.
func lowerPlatforms(a, b []PlatformVerdict) []PlatformVerdict {
	var out []PlatformVerdict
	for _, p := range a {
		for _, q := range b {
			if p.Manifest == q.Manifest {
				out = append(out, PlatformVerdict{Platform: p.Platform, Manifest: p.Manifest, Verdict: min(p.Verdict, q.Verdict)})
				break
			}
		}
	}
	return out
}

// lowerPin is the pin both allow: the same digest, or a platform manifest one
// of them narrowed to that the other judged too.
func lowerPin(a, b, out Decision) verify.Digest {
	if out.Verdict < Warn {
		return ""
	}
	for _, pin := range []verify.Digest{a.Pin, b.Pin} {
		both := slices.ContainsFunc(out.Platforms, func(p PlatformVerdict) bool { return p.Manifest == pin && p.Verdict >= Warn })
		if pin != "" && (a.Pin == b.Pin || both) {
			return pin
		}
	}
	return ""
}
