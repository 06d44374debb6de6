package cli

import (
	"encoding/json"
	"time"

	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
)

// decisionMessage is the JSON form of a decision (contract).
func (a *app) decisionMessage(r gate.Result) report.Decision {
	d := r.Decision
	m := report.Decision{
		Image: r.Image.Asked, Digest: string(r.Image.Index), Pinned: pinned(r.Image, d.Pin),
		Platforms: platformMessages(r.Image),
		Verdict:   d.Verdict.String(), Rule: d.Rule,
		Policy: report.Policy{Name: d.Policy.Name, Serial: d.Policy.Serial, Digest: string(d.Policy.Digest)},
		Time:   stamp(d.Time), ValidUntil: stamp(d.ValidUntil),
		Evidence: evidenceMessages(r.Image, r.Evidence, d.Uses),
	}
	for _, reason := range d.Reasons {
		m.Reasons = append(m.Reasons, a.reasonMessage(r.Image.Repo, reason))
	}
	for _, f := range d.Findings {
		m.Findings = append(m.Findings, report.Finding{
			Control: f.Control, Status: f.Status.String(), Effect: f.Effect.String(),
			Source: f.Source, Origin: string(f.Origin), Platform: f.Platform, Evidence: f.Evidence,
			Items: itemMessages(f.Finding, nil),
		})
	}
	return m
}

func (a *app) reasonMessage(repo string, r policy.Reason) report.Reason {
	hint := a.hint(repo, r.Hint)
	if r.Code == policy.RegistryUnreachable {
		hint = reachHint(r.Text, hint)
	}
	return report.Reason{
		Code: string(r.Code), Effect: r.Effect.String(), Rule: r.Rule, Platform: r.Platform,
		Message: r.Text, Who: whoActs(r), Hint: hint,
	}
}

// pinned is name:tag@digest, so that later doors can still judge the tag (S21).
func pinned(image verify.Image, pin verify.Digest) string {
	if pin == "" {
		return ""
	}
	name := image.Repo
	if image.Tag != "" {
		name += ":" + image.Tag
	}
	return name + "@" + string(pin)
}

func platformMessages(image verify.Image) []report.Platform {
	var out []report.Platform
	for _, p := range image.Platforms {
		out = append(out, report.Platform{Platform: p.Platform.String(), Digest: string(p.Manifest)})
	}
	return out
}

// evidenceMessages lists every item, counted or with the exact reason why not.
// Without a judgement (inspect), an item counts if it verified.
func evidenceMessages(image verify.Image, e verify.Evidence, uses []policy.Use) []report.Evidence {
	judged := map[int]policy.Use{}
	for _, u := range uses {
		judged[u.Item] = u
	}
	var out []report.Evidence
	for i, item := range e.Items {
		m := itemMessage(image, item)
		if u, ok := judged[i]; ok {
			m.Counted, m.Why = u.Counted, u.Why
		}
		out = append(out, m)
	}
	return out
}

func itemMessage(image verify.Image, item verify.Item) report.Evidence {
	m := report.Evidence{
		Kind: string(item.Kind), Format: string(item.Format), Location: item.Location,
		Subject: string(item.Subject), Platform: platformOf(image, item.Subject),
		PredicateType: item.PredicateType, Counted: item.Claim != nil,
	}
	if item.Err != nil {
		m.Why = item.Err.Error()
	}
	if c := item.Claim; c != nil {
		m.Identity = c.Identity
		m.TimeProof = string(c.TimeProof)
		m.Time = stamp(c.Time)
		if len(c.Signers) > 0 {
			m.Signer = c.Signers[0]
		}
	}
	return m
}

func platformOf(image verify.Image, d verify.Digest) string {
	for _, p := range image.Platforms {
		if p.Manifest == d {
			return p.Platform.String()
		}
	}
	return ""
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// rawJSON is a document that is JSON already.
type rawJSON = json.RawMessage
