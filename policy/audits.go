package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

// content judges what a counted statement says, and reports whether it cannot
// be accepted as a statement at all. What it says of the image is judged again
// from its facts, with the policy's own profile and parameters (S15), so that
// an old "pass" is worth nothing beside a fact.
func (e *evaluation) content(s scope, want *Attestation, st statement, open bool) (bad bool) {
	if want.Audit == nil {
		return false
	}
	again := "pratique attest " + e.asName() + " --key KEY"
	by := strings.Join(st.names, ", ")
	if err := st.audit.Err; err != nil && !errors.Is(err, attest.ErrInvalid) && !errors.Is(err, verify.ErrInvalid) {
		e.reason(s, Undecided, RegistryUnreachable, fmt.Sprintf("could not hold an audit against the image's config: %v", err), "run the command again once the registry answers")
		return true
	}
	if st.audit.Err != nil {
		e.unmet(s, open, miss{code: AuditInvalid, why: fmt.Sprintf("an audit signed by %s cannot be used: %v", by, st.audit.Err)}, "pratique inspect "+e.asName()+", then "+again)
		return true
	}
	if wrong := contradictions(st.audit, s.platform); len(wrong) > 0 {
		e.unmet(s, open, miss{code: AuditContradicts, why: fmt.Sprintf("an audit signed by %s disagrees with the image: %s", by, someOf(sorted(wrong), 3))},
			"find out who made it (pratique inspect "+e.asName()+"), then "+again)
		return true
	}
	if st.audit.Fresh == nil {
		// Whoever signed could have written down anything (S15).
		e.reason(s, Undecided, RegistryUnreachable, "an audit was not held against the image's config", "run the command again once the registry answers")
		return true
	}
	for _, f := range e.judgeFacts(want.Audit, st.audit, s.platform) {
		e.finding(s, want.Audit, f, open)
	}
	return false
}

// contradictions are the gate's own findings, and an audit that says itself
// that it is of something else.
func contradictions(a *Audit, p verify.PlatformImage) []string {
	out := a.contradictions()
	if a.Platform != p.Manifest || a.Audit.Manifest != "" && a.Audit.Manifest != string(p.Manifest) {
		out = append(out, "it is an audit of another manifest")
	}
	if p.Config != "" && a.Audit.Config != string(p.Config) {
		out = append(out, "it is an audit of another config")
	}
	return out
}

// contradictions are those the gate found, and those of its fresh facts.
func (a *Audit) contradictions() []string {
	out := slices.Clone(a.Contradictions)
	if a.Fresh != nil {
		out = append(out, cis.Contradictions(a.Audit.Facts, *a.Fresh)...)
	}
	return sorted(out)
}

// judgeFacts makes a status of every control of section 4. One that is missing
// is unknown, never passed (threat 62); 4.5 is what the signature requirements
// gave (S16).
func (e *evaluation) judgeFacts(rule *AuditRule, a *Audit, p verify.PlatformImage) []cis.Finding {
	judged := cis.Judge(cis.Overlay(a.Audit.Facts, *a.Fresh), rule.Parameters)
	var out []cis.Finding
	for _, control := range cis.Section4() {
		f := cis.Finding{Control: control.ID, Key: control.Key, Evidence: []string{"the audit says nothing about it"}, Origin: cis.OriginUnknown}
		if i := slices.IndexFunc(judged, func(f cis.Finding) bool { return f.Control == control.ID }); i >= 0 {
			f = judged[i]
		}
		if control.ID == signedControl {
			f = e.signedFinding(f, p)
		}
		out = append(out, f)
	}
	return out
}

// signedControl is the control that asks for verified signatures.
const signedControl = "4.5"

func (e *evaluation) signedFinding(f cis.Finding, p verify.PlatformImage) cis.Finding {
	met, asked := e.signed[p.Manifest]
	f.Origin = cis.OriginOwn
	switch {
	case met:
		f.Status, f.Evidence = cis.Pass, []string{"the signatures the policy asks for are there"}
	case asked:
		f.Status, f.Evidence = cis.Fail, []string{"the signatures the policy asks for are not all there"}
	default:
		f.Status, f.Evidence = cis.Fail, []string{"the policy asks for no image signature"}
	}
	return f
}

// finding records a finding with its effect, and the reason it makes.
func (e *evaluation) finding(s scope, rule *AuditRule, f cis.Finding, open bool) {
	j := Judged{Finding: f, Effect: rule.Profile.Effect(f.Control, f.Status), Source: "attestation",
		Platform: s.platform.Platform.String(), Manifest: s.platform.Manifest}
	if f.Control == signedControl {
		j.Source = "image"
	}
	var ended *Exception
	if j.Effect != cis.EffectNone {
		j.Exception, ended = e.excepted(rule.Except, f)
	}
	if j.Exception != "" {
		j.Effect = cis.EffectNone
	}
	if !slices.ContainsFunc(e.findings, func(k Judged) bool { return sameFinding(j, k) }) {
		e.findings = append(e.findings, j)
	}
	_, asked := e.signed[s.platform.Manifest]
	if j.Effect == cis.EffectNone || f.Control == signedControl && asked {
		return // a missing signature has its reason already
	}
	e.controlReason(s, f, j.Effect, open, ended)
}

func sameFinding(a, b Judged) bool {
	return a.Control == b.Control && a.Manifest == b.Manifest && a.Status == b.Status && a.Effect == b.Effect &&
		a.Exception == b.Exception && slices.Equal(a.Evidence, b.Evidence)
}

func (e *evaluation) controlReason(s scope, f cis.Finding, effect cis.Effect, open bool, ended *Exception) {
	code, verb := ControlUnknown, "is not known to hold"
	switch f.Status {
	case cis.Fail:
		code, verb = ControlFailed, "fails"
	case cis.Warn:
		code, verb = ControlFailed, "is doubtful"
	case cis.Manual:
		code, verb = ControlManual, "needs a person to look at it"
	}
	text := fmt.Sprintf("control %s (%s) %s", f.Control, f.Key, verb)
	if len(f.Evidence) > 0 {
		text += ": " + someOf(f.Evidence, 3)
	}
	s.group = s.group + " control " + f.Control
	add := func(code Code, text, hint string) {
		if effect == cis.EffectWarn {
			e.reason(s, Warn, code, text, hint)
		} else {
			e.unmet(s, open, miss{code, text, true}, hint)
		}
		e.reasons[len(e.reasons)-1].control = f.Control
	}
	add(code, text, "pratique audit "+e.asName())
	if ended != nil {
		add(ExceptExpired, fmt.Sprintf("the exception for control %s ended %s (%s)", f.Control, stamp(ended.Until), ended.Reason),
			"fix the control, or give the exception another until")
	}
}

// excepted says why a finding is excepted: every piece of its evidence must be
// covered by an exception that still holds (S6). ended is an exception that
// would have helped.
func (e *evaluation) excepted(list []Exception, f cis.Finding) (reason string, ended *Exception) {
	var active, all []Exception
	for _, x := range list {
		if x.Control != f.Control || x.Image != nil && !x.Image.Match(e.in.Image.Repo) {
			continue
		}
		all = append(all, x)
		if e.in.Now.After(x.Until) {
			ended = &x
			continue
		}
		e.flipsAfter(x.Until)
		active = append(active, x)
	}
	if reason, ok := covers(active, f.Evidence); ok {
		return reason, nil
	}
	if _, ok := covers(all, f.Evidence); !ok {
		ended = nil
	}
	return "", ended
}

// covers reports whether the exceptions together cover the evidence.
func covers(list []Exception, evidence []string) (string, bool) {
	var reasons []string
	for _, x := range list {
		if x.Evidence == "" {
			return x.Reason, true
		}
	}
	for _, line := range evidence {
		i := slices.IndexFunc(list, func(x Exception) bool { return mentions(line, x.Evidence) })
		if i < 0 {
			return "", false
		}
		reasons = append(reasons, list[i].Reason)
	}
	return strings.Join(sorted(reasons), "; "), len(evidence) > 0
}

// mentions reports whether a line of evidence has the part as a whole, so that
// row 1 is not row 12 and /usr/bin/su is not /usr/bin/sudo.
func mentions(line, part string) bool {
	for from := 0; part != "" && from <= len(line)-len(part); from++ {
		if !strings.HasPrefix(line[from:], part) {
			continue
		}
		before, after := line[:from], line[from+len(part):]
		goesBack := endsInName(before) && (startsInName(part) || part[0] == '/')
		goesOn := endsInName(part) && (startsInName(after) || strings.HasPrefix(after, "/"))
		if !goesBack && !goesOn {
			return true
		}
	}
	return false
}

func startsInName(s string) bool { return s != "" && inName(s[0]) }

func endsInName(s string) bool { return s != "" && inName(s[len(s)-1]) }

// inName reports whether a byte can be in the middle of a name; what is not
// ASCII can.
func inName(c byte) bool {
	return c >= 0x80 || c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
