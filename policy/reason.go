package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify"
)

// errNoReason stands in for an error nobody gave.
var errNoReason = errors.New("no reason is known")

// miss is why one item did not count.
type miss struct {
	code Code
	why  string
	// missing is set if what it leaves is a lack of evidence, which mode warn
	// lets pass; not so evidence that does not verify (S2).
	missing bool
}

// reason adds a reason with its effect as it is.
func (e *evaluation) reason(s scope, effect Verdict, code Code, text, hint string) {
	e.reasons = append(e.reasons, Reason{
		Code: code, Effect: effect, Rule: s.rule, Platform: s.platform.Platform.String(), Text: text, Hint: hint,
		Who: code.who(), group: s.group, order: s.order, manifest: s.platform.Manifest,
	})
}

// unmet adds a reason for a requirement that is not met: a denial, unless a
// gap could still change it, or the rule only warns of a lack of evidence.
func (e *evaluation) unmet(s scope, open bool, m miss, hint string) {
	effect := Deny
	switch {
	case open:
		effect = Undecided
	case s.soft && m.missing:
		effect = Warn
	}
	e.reason(s, effect, m.code, m.why, hint)
}

// gaps reports whether there is a place that could not be looked at, and adds
// a reason for each kind of it.
func (e *evaluation) gaps() bool {
	return len(e.in.Evidence.Gaps) > 0 || slices.ContainsFunc(e.in.Evidence.Items, verify.Item.Unreachable)
}

// gapReasons names the places that could not be looked at.
func (e *evaluation) gapReasons(s scope) {
	byCode := map[Code][]string{}
	add := func(where string, err error) {
		code := RegistryUnreachable
		if errors.Is(err, verify.ErrTruncated) {
			code = EvidenceTruncated
		}
		if err == nil {
			err = errNoReason
		}
		byCode[code] = append(byCode[code], fmt.Sprintf("%s: %v", where, err))
	}
	for _, g := range e.in.Evidence.Gaps {
		add(g.Source, g.Err)
	}
	for _, item := range e.in.Evidence.Items {
		if item.Unreachable() {
			add(item.Location, item.Err)
		}
	}
	for _, code := range []Code{RegistryUnreachable, EvidenceTruncated} {
		if list := sorted(byCode[code]); len(list) > 0 {
			text := "could not look everywhere: " + someOf(list, 3)
			if code == EvidenceTruncated {
				text = "more evidence is there than is read: " + someOf(list, 3)
			}
			e.reason(s, Undecided, code, text, "pratique inspect "+e.asName())
		}
	}
}

// sorted is the distinct strings in order.
func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

// someOf joins the first few of a list and counts the rest.
func someOf(list []string, few int) string {
	if len(list) <= few {
		return strings.Join(list, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(list[:few], "; "), len(list)-few)
}

// note keeps the first reason why an item did not count.
func (e *evaluation) note(item int, why string) {
	if e.uses[item].Why == "" {
		e.uses[item].Why = why
	}
}

func (e *evaluation) count(item int) { e.uses[item].Counted = true }

// asName is the image as a person can type it, pinned if it was resolved.
func (e *evaluation) asName() string {
	i := e.in.Image
	if i.Repo == "" {
		return i.Asked
	}
	s := i.Repo
	if i.Tag != "" {
		s += ":" + i.Tag
	}
	if i.Index != "" {
		s += "@" + string(i.Index)
	}
	return s
}

// mergePlatforms folds reasons that hold for every judged platform into one
// and puts the list in an order that does not depend on the evidence's.
func (e *evaluation) mergePlatforms() []Reason {
	count := map[Reason]map[verify.Digest]bool{}
	general := func(r Reason) Reason {
		r.Platform, r.manifest = "", ""
		return r
	}
	for _, r := range e.reasons {
		g := general(r)
		if count[g] == nil {
			count[g] = map[verify.Digest]bool{}
		}
		count[g][r.manifest] = true
	}
	var out []Reason
	for _, r := range e.reasons {
		if g := general(r); len(count[g]) >= len(e.manifests()) {
			r = g
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.Effect, b.Effect), cmp.Compare(a.Platform, b.Platform),
			cmp.Compare(a.manifest, b.manifest), compareControls(a.control, b.control), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// manifests are the distinct manifests judged.
func (e *evaluation) manifests() []verify.Digest {
	var out []verify.Digest
	for _, p := range e.judged {
		if !slices.Contains(out, p.Manifest) {
			out = append(out, p.Manifest)
		}
	}
	return out
}

// compareControls orders 4.2 before 4.10.
func compareControls(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
