package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/verify"
)

// vex is an OpenVEX document that the rule takes.
type vex struct {
	vote
	doc vuln.VEX
	// image is what it may speak of.
	image vuln.Image
}

// vexOf finds the OpenVEX statements that count for a platform: signed by a
// signer the entry names for them, about this image. Nobody else's are heard,
// since what they say makes a finding go away.
func (e *evaluation) vexOf(s scope, want *ScanRule) []vex {
	if len(want.VEX) == 0 {
		return nil
	}
	var out []vex
	var broken []string
	for i, item := range e.in.Evidence.Items {
		v, m := e.vex(want, s.platform, item)
		switch {
		case m != nil:
			e.note(i, m.why)
			if m.code == AttestationInvalid && item.Claim != nil {
				broken = append(broken, item.Claim.Identity)
			}
		case v != nil:
			v.item = i
			out = append(out, *v)
		}
	}
	// What a signer's unreadable statement takes back is not known.
	return slices.DeleteFunc(out, func(v vex) bool {
		if !slices.Contains(broken, v.identity) {
			return false
		}
		e.note(v.item, "another OpenVEX statement of its signer cannot be read, and may say otherwise")
		return true
	})
}

// vex looks at one item: a document that counts, a reason why not, or neither.
func (e *evaluation) vex(want *ScanRule, p verify.PlatformImage, item verify.Item) (*vex, *miss) {
	c := item.Claim
	switch {
	case !item.MayBe(verify.KindAttestation) || item.Unreachable():
		return nil, nil
	case c == nil && isVEX(item.PredicateType):
		return nil, unverified(item, AttestationUntrusted, AttestationInvalid, AttestationWrongSubject)
	case c == nil || !isVEX(c.PredicateType):
		return nil, nil
	case !slices.Contains(c.Subjects, p.Manifest) && !slices.Contains(c.Subjects, e.in.Image.Index):
		if e.ofImage(c) {
			return nil, nil
		}
		return nil, &miss{code: AttestationWrongSubject, why: fmt.Sprintf("it speaks of %s, which is not this image", c.Subject())}
	case c.Repository != "" && c.Repository != e.in.Image.Repo:
		return nil, &miss{code: AttestationWrongRepo, why: "it was made for " + c.Repository}
	}
	v, m := e.usable(want.VEX, c)
	if m != nil {
		return nil, m
	}
	doc, err := vuln.ParseVEX(c.Predicate)
	if err != nil {
		return nil, &miss{code: AttestationInvalid, why: fmt.Sprintf("it cannot be read: %v", err)}
	}
	return &vex{v, doc, vuln.Image{Repository: e.in.Image.Repo, Digests: []string{string(p.Manifest), string(e.in.Image.Index)}}}, nil
}

// suppressed reports whether VEX says of a finding that it does not matter. Of
// what the documents say last of it the newest decides; of several as new, the
// one that warns. Nobody knows yet what will not matter later.
func (e *evaluation) suppressed(list []vex, f vuln.Finding, on *scanned) bool {
	var newest time.Time
	harmless, note := false, ""
	for _, v := range list {
		status, why, at, ok := v.doc.Covers(f, v.image)
		if !ok {
			continue
		}
		e.count(v.item)
		fine := status == vuln.VEXNotAffected || status == vuln.VEXFixed
		if fine && at.After(e.in.Now.Add(maxSkew)) {
			e.flipsAfter(at.Add(-maxSkew - time.Nanosecond))
			fine = false
		}
		if note != "" && (at.Before(newest) || at.Equal(newest) && fine) {
			continue
		}
		newest, harmless = at, fine
		note = fmt.Sprintf("%s: VEX by %s says %s", vulnerabilityLine(f), strings.Join(v.names, ", "), status)
		if why != "" {
			note += " (" + shown(why) + ")"
		}
	}
	if harmless && !slices.Contains(on.notes, note) {
		on.notes = append(on.notes, note)
	}
	return harmless
}
