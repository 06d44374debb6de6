package policy

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Case is one expectation of policy test.
type Case struct {
	// Name is shown; Image is the reference to judge.
	Name, Image string
	// At is the instant to judge, the zero time for now (live cases only).
	At time.Time
	// Evidence is the fixture file as written, "" for a live case.
	Evidence string
	Live     bool
	Want     Verdict
	// Reasons are codes that must be among the decision's; Rule, if set, the
	// rule that must apply.
	Reasons []Code
	Rule    string
	Line    int
}

type casesShape struct {
	At    pos
	Cases []caseShape `yaml:"cases" need:"yes" doc:"What is expected of the policy."`
}

type caseShape struct {
	At       pos
	Name     text   `yaml:"name" need:"yes" doc:"Shown in the result."`
	Image    text   `yaml:"image" need:"yes" doc:"The reference to judge."`
	When     text   `yaml:"at" doc:"The instant to judge; needed with evidence."`
	Evidence text   `yaml:"evidence" doc:"File with recorded evidence."`
	Live     truth  `yaml:"live" doc:"Look at the registry."`
	Want     text   `yaml:"want" need:"yes" oneof:"allow|warn|undecided|deny" doc:"The verdict."`
	Reasons  []text `yaml:"reasons" doc:"Codes that must be among the reasons."`
	Rule     text   `yaml:"rule" doc:"The rule that must apply."`
}

// ParseCases reads the cases of policy test, as strictly as a policy. The
// error is of type Problems.
func ParseCases(src []byte, file string) ([]Case, error) {
	r := &report{file: file}
	root := readTree(src, r)
	if root == nil || r.err() != nil {
		return nil, r.err()
	}
	var shape casesShape
	loadValue(r, root, reflect.ValueOf(&shape).Elem(), "")
	names := map[string]bool{}
	var out []Case
	for i := range shape.Cases {
		s := &shape.Cases[i]
		if s.Name.set() && names[s.Name.s] {
			r.add(s.Name.at, "", "a case called %q is there already", s.Name.s)
		}
		names[s.Name.s] = true
		out = append(out, s.read(r))
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *caseShape) read(r *report) Case {
	c := Case{Name: s.Name.s, Image: s.Image.s, Evidence: s.Evidence.s, Live: s.Live.b, Rule: s.Rule.s, Line: s.At.line}
	c.Want = map[string]Verdict{"allow": Allow, "warn": Warn, "undecided": Undecided, "deny": Deny}[s.Want.s]
	if s.Evidence.set() == s.Live.b {
		r.add(s.At, "", "a case needs exactly one of evidence: FILE and live: true")
	}
	if s.When.set() {
		var err error
		if c.At, err = parseInstant(s.When.s, false); err != nil {
			r.add(s.When.at, "", "%v", err)
		}
	} else if s.Evidence.set() {
		r.add(s.At, "write at: 2026-11-21T12:00:00Z", "a case with recorded evidence needs the instant to judge")
	}
	var known []string
	for _, info := range Codes() {
		known = append(known, string(info.Code))
	}
	for _, t := range s.Reasons {
		if t.set() && !slices.Contains(known, t.s) {
			r.add(t.at, suggest(t.s, known), "no reason is called %q", t.s)
		}
		c.Reasons = append(c.Reasons, Code(t.s))
	}
	return c
}

// Check lists what of a decision is not as expected; nothing if it is.
func (c Case) Check(d Decision) []string {
	var out []string
	if d.Verdict != c.Want {
		out = append(out, fmt.Sprintf("the verdict is %s, want %s", d.Verdict, c.Want))
	}
	if c.Rule != "" && d.Rule != c.Rule {
		out = append(out, fmt.Sprintf("rule %q applies, want %q", d.Rule, c.Rule))
	}
	for _, code := range c.Reasons {
		if !slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == code }) {
			out = append(out, fmt.Sprintf("reason %s is not given", code))
		}
	}
	return out
}
