package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Explanation is a decision taken apart, for people.
type Explanation struct {
	Decision Decision
	// Rule is the rule that applies, Pattern the pattern it matched by; both
	// are "" if none does.
	Rule, Pattern string
	// Why says why this rule and not another.
	Why string
	// Others are the rules that match too, and are less specific.
	Others []string
	// Requirements are what was asked for, in order.
	Requirements []Requirement
	// Nearest is the smallest set of reasons to do something about for a
	// better verdict: one for each thing that is lacking.
	Nearest []Reason
}

// Requirement is one thing a rule or the floor asks for.
type Requirement struct {
	// Rule is the rule's name, or floor. What is what it asks for.
	Rule, What string
	// Met is set if every judged platform meets it.
	Met bool
	// By are the places of the evidence that counts, Lacks the reasons why it
	// is not met, or not good enough.
	By, Lacks []string

	group string
}

// Explain takes the decision about an image apart.
func Explain(d *Document, in Input) Explanation {
	out, e := evaluate(d, in)
	x := Explanation{Decision: out, Why: "there is no policy"}
	if d != nil {
		x.choice(d, in.Image.Repo)
	}
	for _, s := range e.steps {
		x.requirement(s, in)
	}
	for i := range x.Requirements {
		r := &x.Requirements[i]
		r.By = sorted(r.By)
		for _, reason := range out.Reasons {
			if reason.group == r.group || strings.HasPrefix(reason.group, r.group+" ") {
				r.Lacks = append(r.Lacks, reason.Text)
			}
		}
	}
	x.Nearest = nearest(out)
	return x
}

// choice says which rule applies and why.
func (x *Explanation) choice(d *Document, repo string) {
	rule, by := d.match(repo)
	if rule == nil {
		x.Why = fmt.Sprintf("no pattern of any rule matches %s; the default is %s", repo, d.Default)
		return
	}
	x.Rule, x.Pattern = rule.Name, by.text
	for i := range d.Rules {
		if d.Rules[i].Name == rule.Name {
			continue
		}
		for _, p := range d.Rules[i].Images {
			if p.Match(repo) {
				x.Others = append(x.Others, fmt.Sprintf("%s (%s)", d.Rules[i].Name, p))
			}
		}
	}
	x.Why = fmt.Sprintf("pattern %s matches %s", by, repo)
	if len(x.Others) > 0 {
		x.Why += " and is the most specific: literal hosts come first, then the number of literal segments, then * before **"
	}
}

func (x *Explanation) requirement(s step, in Input) {
	i := slices.IndexFunc(x.Requirements, func(r Requirement) bool { return r.group == s.group })
	if i < 0 {
		x.Requirements = append(x.Requirements, Requirement{Rule: s.rule, What: s.what, Met: true, group: s.group})
		i = len(x.Requirements) - 1
	}
	r := &x.Requirements[i]
	r.Met = r.Met && s.met
	for _, item := range s.by {
		r.By = append(r.By, in.Evidence.Items[item].Location)
	}
}

// nearest picks what has to change for a better verdict: everything that pulls
// it down this far, but of the reasons of one requirement the first, on each
// platform that has its own.
func nearest(d Decision) []Reason {
	limit := Warn
	if d.Verdict >= Warn {
		limit = Allow
	}
	var out []Reason
	for _, r := range d.Reasons {
		if r.Effect >= limit {
			continue
		}
		// A reason of one platform says nothing of what another lacks.
		same := func(have Reason) bool {
			return r.group != "" && have.group == r.group && (have.manifest == "" || have.manifest == r.manifest)
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, r)
		}
	}
	return out
}

// step records a requirement looked at on one platform.
func (e *evaluation) step(s scope, what string, met bool, votes []vote) {
	one := step{scope: s, what: what, met: met}
	if met {
		for _, v := range votes {
			one.by = append(one.by, v.item)
		}
	}
	e.steps = append(e.steps, one)
}
