package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

// maxSubjects is how many subjects a statement may have and still count
// (threat 54).
const maxSubjects = 64

// Evaluate decides. It is total: whatever the input, there is a verdict, and
// nothing that is missing, empty or zero ever allows.
//
// The order of the evidence does not matter, and evidence of somebody the
// policy does not name never improves the verdict.
func Evaluate(d *Document, in Input) Decision {
	out, _ := evaluate(d, in)
	return out
}

func evaluate(d *Document, in Input) (Decision, *evaluation) {
	e := &evaluation{doc: d, in: in, uses: make([]Use, len(in.Evidence.Items))}
	for i := range e.uses {
		e.uses[i].Item = i
	}
	out := Decision{Policy: d.Ref(), Time: in.Now, Mode: ModeEnforce}
	if d == nil {
		e.reason(scope{}, Deny, NoDocument, "there is no policy, and without one every image is denied", "pratique policy init")
		return e.finish(out), e
	}
	rule, matched := d.Match(in.Image.Repo)
	if matched {
		out.Rule, e.warnUntil = rule.Name, rule.WarnUntil
		if e.warns() {
			out.Mode = ModeWarn
			e.flipsAfter(rule.WarnUntil)
		}
	}
	if e.selectPlatforms(rule) {
		e.judge(rule)
	}
	if !matched {
		e.noRule()
	}
	return e.finish(out), e
}

// evaluation is one run of Evaluate.
type evaluation struct {
	doc       *Document
	in        Input
	judged    []verify.PlatformImage
	reasons   []Reason
	findings  []Judged
	uses      []Use
	until     time.Time
	warnUntil time.Time
	// signed says by platform whether every signature requirement is met; it
	// has no entry where none was asked for.
	signed map[verify.Digest]bool
	// scanned says by platform what the scans asked for gave; it has no entry
	// where none was. scans are those read, by item.
	scanned map[verify.Digest]*scanned
	scans   map[int]*scan
	// steps are the requirements looked at, for Explain.
	steps []step
	// asked is set once any evidence requirement was judged.
	asked bool
}

// step is one requirement on one platform.
type step struct {
	scope
	what string
	met  bool
	by   []int
}

// scope is where a reason comes from.
type scope struct {
	// rule is the rule's name, or "floor".
	rule string
	// soft is set if the rule only warns (S2).
	soft bool
	// from is 0 for the floor and 1 for a rule; order and group tell their
	// requirements apart.
	from  int
	order int
	group string
	// platform is the manifest concerned.
	platform verify.PlatformImage
}

func (e *evaluation) warns() bool {
	return !e.warnUntil.IsZero() && !e.in.Now.After(e.warnUntil)
}

// flipsAfter notes an instant after which a comparison would give another
// result.
func (e *evaluation) flipsAfter(t time.Time) {
	if t.Equal(forever()) || t.Before(e.in.Now) {
		return
	}
	if e.until.IsZero() || t.Before(e.until) {
		e.until = t
	}
}

func (e *evaluation) noRule() {
	text := fmt.Sprintf("no rule of policy %s matches %s, and its default is %s", e.doc.Name, e.in.Image.Repo, e.doc.Default)
	switch e.doc.Default {
	case Allow:
	case Warn:
		e.reason(scope{}, Warn, NoRule, text, "add a rule for "+e.in.Image.Repo)
	default:
		e.reason(scope{}, Deny, NoRule, text, "add a rule for "+e.in.Image.Repo+", or pratique policy explain "+e.asName())
	}
}

// selectPlatforms picks what is judged. Nothing to judge is a denial.
func (e *evaluation) selectPlatforms(rule *Rule) bool {
	img := e.in.Image
	unresolved := slices.ContainsFunc(img.Platforms, func(p verify.PlatformImage) bool { return p.Manifest == "" })
	if img.Index == "" || img.Repo == "" || len(img.Platforms) == 0 || unresolved {
		e.reason(scope{}, Deny, NoPlatforms, "the image has no platform manifest to judge", "pratique inspect "+e.asName())
		return false
	}
	wanted := e.in.Only
	if rule != nil {
		s := scope{rule: rule.Name}
		if rule.Platforms.Host && e.in.Host == (verify.Platform{}) {
			e.reason(s, Deny, PlatformMissing, "the rule judges the engine's platform, and this door does not know it", "write the platforms in the rule")
			return false
		}
		e.judged = slices.DeleteFunc(slices.Clone(img.Platforms), func(p verify.PlatformImage) bool {
			return !wants(rule.Platforms, e.in.Host, p.Platform) || !listed(wanted, p.Platform)
		})
		if len(e.judged) == 0 {
			e.reason(s, Deny, PlatformMissing, "the image has none of the platforms that are judged ("+platformNames(rule.Platforms, e.in)+")",
				"pratique inspect "+e.asName())
		}
		return len(e.judged) > 0
	}
	e.judged = slices.DeleteFunc(slices.Clone(img.Platforms), func(p verify.PlatformImage) bool { return !listed(wanted, p.Platform) })
	if len(e.judged) == 0 {
		e.reason(scope{}, Deny, PlatformMissing, "the image has none of the platforms that are judged", "pratique inspect "+e.asName())
	}
	return len(e.judged) > 0
}

func wants(p Platforms, host, have verify.Platform) bool {
	if p.Host {
		return have.Matches(host)
	}
	return listed(p.List, have)
}

// listed reports whether a platform is in the list; no list is all of them.
func listed(list []verify.Platform, have verify.Platform) bool {
	return len(list) == 0 || slices.ContainsFunc(list, have.Matches)
}

func platformNames(p Platforms, in Input) string {
	list := p.List
	if p.Host {
		list = []verify.Platform{in.Host}
	}
	if len(list) == 0 {
		list = in.Only
	}
	names := make([]string, len(list))
	for i, one := range list {
		names[i] = one.String()
	}
	return strings.Join(names, ", ")
}

// asking is somebody's requirements.
type asking struct {
	scope
	req *Requirements
}

// asking are the floor's requirements and the rule's.
func (e *evaluation) asking(rule *Rule) []asking {
	var out []asking
	if e.doc.Floor != nil {
		out = append(out, asking{scope{rule: "floor"}, e.doc.Floor})
	}
	if rule != nil {
		out = append(out, asking{scope{rule: rule.Name, soft: e.warns(), from: 1}, &rule.Requirements})
	}
	return out
}

// entries judges the attestation entries that are about scans, or the others.
func (e *evaluation) entries(p asking, scans bool) {
	for i := range p.req.Attestations {
		s := p.scope
		s.order, s.group = i+1, fmt.Sprintf("%s attestation %d", s.rule, i+1)
		if a := &p.req.Attestations[i]; (a.Scan != nil) == scans {
			e.attestations(s, a)
		}
	}
}

// compareSteps puts steps in the order of the file: signatures, then the
// entries of the floor, then those of the rule.
func compareSteps(a, b step) int {
	return cmp.Or(cmp.Compare(min(a.order, 1), min(b.order, 1)), cmp.Compare(a.from, b.from), cmp.Compare(a.order, b.order))
}

// judge looks at the requirements of the floor and of the rule, signatures and
// scans of both before audits: they answer controls 4.5 and 4.4 (S16).
func (e *evaluation) judge(rule *Rule) {
	if rule != nil && rule.Signatures == nil && len(rule.Attestations) == 0 && rule.Run == nil {
		e.reason(scope{rule: rule.Name}, Deny, NoDocument, "the rule asks for nothing, and that allows nothing", "pratique policy lint")
	}
	parts := e.asking(rule)
	e.signed, e.scanned, e.scans = map[verify.Digest]bool{}, map[verify.Digest]*scanned{}, map[int]*scan{}
	for _, p := range parts {
		if p.req.Signatures != nil {
			e.signatures(p.scope, p.req.Signatures)
		}
	}
	for _, scans := range []bool{true, false} {
		for _, p := range parts {
			e.entries(p, scans)
		}
	}
	slices.SortStableFunc(e.steps, compareSteps)
	for _, p := range parts {
		if p.req.Run != nil && !e.asked {
			s := p.scope
			s.soft, s.group = false, s.rule+" run"
			e.reason(s, Undecided, RunNotJudged, "the rule judges how a container is run, and nothing is run here",
				"ask for signatures or attestations in the rule, to judge the image itself")
			return
		}
	}
}
