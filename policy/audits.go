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
// be accepted as a statement at all.
func (e *evaluation) content(s scope, want *Attestation, st statement, open bool) (bad bool) {
	switch {
	case want.Audit != nil:
		return e.auditContent(s, want, st, open)
	case want.Scan != nil:
		return e.scanContent(s, want, st, open)
	}
	return false
}

// auditContent judges the image again from the audit's facts, with the policy's
// own profile and parameters (S15), so that an old "pass" is worth nothing
// beside a fact.
func (e *evaluation) auditContent(s scope, want *Attestation, st statement, open bool) (bad bool) {
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
	if !st.audit.held() {
		// Whoever signed could have written down anything (S15).
		e.reason(s, Undecided, RegistryUnreachable, "an audit was not held against the image's config", "run the command again once the registry answers")
		return true
	}
	for _, f := range e.judgeFacts(want.Audit, st.audit, s.platform) {
		for _, part := range want.Audit.parts(f) {
			e.finding(s, part, open)
		}
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
	out = append(out, a.layersContradictions()...)
	out = append(out, a.baseContradictions()...)
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
		switch control.ID {
		case signedControl:
			f = e.signedFinding(f, p)
		case scannedControl:
			f = e.scannedFinding(f, p)
		}
		out = append(out, f)
	}
	return out
}

// signedControl is the control that asks for verified signatures.
const signedControl = "4.5"

func (e *evaluation) signedFinding(f cis.Finding, p verify.PlatformImage) cis.Finding {
	met, asked := e.signed[p.Manifest]
	f.Origin, f.Items = cis.OriginOwn, nil
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
func (e *evaluation) finding(s scope, f part, open bool) {
	j := Judged{Finding: f.Finding, Effect: f.by.Profile.Effect(f.Control, f.Status), Source: "attestation",
		Platform: s.platform.Platform.String(), Manifest: s.platform.Manifest}
	if f.Control == signedControl {
		j.Source = "image"
	}
	var ended *Exception
	if j.Effect != cis.EffectNone {
		j.Exception, ended = e.excepted(f.by.Except, f.Finding)
	}
	if j.Exception != "" {
		j.Effect = cis.EffectNone
	}
	if !slices.ContainsFunc(e.findings, func(k Judged) bool { return sameFinding(j, k) }) {
		e.findings = append(e.findings, j)
	}
	if j.Effect == cis.EffectNone || e.answered(f.Control, s.platform.Manifest) {
		return
	}
	e.controlReason(s, f, j.Effect, open, ended)
}

// answered reports whether a control is answered by other requirements, whose
// reasons say already what is missing.
func (e *evaluation) answered(control string, manifest verify.Digest) bool {
	_, signed := e.signed[manifest]
	_, scanned := e.scanned[manifest]
	return control == signedControl && signed || control == scannedControl && scanned
}

func sameFinding(a, b Judged) bool {
	return a.Control == b.Control && a.Manifest == b.Manifest && a.Status == b.Status && a.Effect == b.Effect &&
		a.Exception == b.Exception && a.Origin == b.Origin && slices.Equal(a.Evidence, b.Evidence)
}

func (e *evaluation) controlReason(s scope, f part, effect cis.Effect, open bool, ended *Exception) {
	code, verb := ControlUnknown, "is not known to hold"
	switch f.Status {
	case cis.Fail:
		code, verb = ControlFailed, "fails"
	case cis.Warn:
		code, verb = ControlFailed, "is doubtful"
	case cis.Manual:
		code, verb = ControlManual, "needs a person to look at it"
	}
	text, hint := fmt.Sprintf("control %s (%s) %s", f.Control, f.Key, verb), "pratique audit "+e.asName()
	s.group += " control " + f.Control
	if f.base {
		text += " in the base"
		hint = "build on a newer base, or on another one; " + hint
		s.group += " base"
	}
	if len(f.Evidence) > 0 {
		text += ": " + someOf(f.Evidence, 3)
	}
	add := func(code Code, text, hint string) {
		if effect == cis.EffectWarn {
			e.reason(s, Warn, code, text, hint)
		} else {
			e.unmet(s, open, miss{code, text, true}, hint)
		}
		e.reasons[len(e.reasons)-1].control = f.Control
	}
	add(code, text, hint)
	if ended != nil {
		add(ExceptExpired, fmt.Sprintf("the exception for control %s ended %s (%s)", f.Control, stamp(ended.Until), ended.Reason),
			"fix the control, or give the exception another until")
	}
}
