package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// junit writes one JUnit document: a suite for each image and platform, a case
// for each control, or for the verdict and each reason for it. Effect deny is
// a failure (an error where the status is unknown: nobody looked), what warns
// or wants a person has passed and says so in system-out, and what does not
// apply, is excepted or was not looked at is skipped. No times: the same
// messages make the same bytes.
type junit struct {
	w        io.Writer
	messages int
	suites   []junitSuite
}

type junitDocument struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	Failure *junitResult `xml:"failure,omitempty"`
	Error   *junitResult `xml:"error,omitempty"`
	Skipped *junitResult `xml:"skipped,omitempty"`
	Out     *junitText   `xml:"system-out,omitempty"`
}

type junitText struct {
	Body string `xml:",cdata"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Body    string `xml:",cdata"`
}

// add counts the cases of a suite and files it.
func (j *junit) add(name []string, cases []junitCase) {
	s := junitSuite{Name: shown(strings.Join(filled(name...), " ")), Tests: len(cases), Cases: cases}
	seen := map[string]int{}
	for i, c := range cases {
		id := c.Class + " " + c.Name
		if seen[id]++; seen[id] > 1 {
			cases[i].Name += fmt.Sprintf(" (%d)", seen[id]) // readers drop all but one of a name
		}
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	j.messages++
	j.suites = append(j.suites, s)
}

func (j *junit) Audit(a Audit) error {
	var cases []junitCase
	for _, c := range a.Controls {
		cases = append(cases, controlCase(c, ""))
	}
	j.add([]string{a.Image, a.Platform, a.madeFrom()}, cases)
	return nil
}

// controlCase is one control. Where it runs is part of the name when the suite
// does not say it.
func controlCase(c Control, platform string) junitCase {
	out := junitCase{Name: shown(strings.Join(filled(c.ID, c.Title, platform), " ")), Class: "section4." + shown(firstOf(c.Key, c.ID))}
	body := c.body()
	result := &junitResult{Message: shown(c.Status), Type: shown(c.Effect), Body: body}
	if lines := c.lines(); len(lines) > 0 {
		result.Message = shown(c.Status + ": " + lines[0])
	}
	switch {
	case c.Denies() && (c.Status == statusFail || c.Status == statusWarn || c.Status == statusManual):
		out.Failure = result
	case c.Denies():
		out.Error = result
	case c.Excepted():
		out.Skipped = &junitResult{Message: shown("excepted: " + c.Exception), Body: body}
	case c.Status == statusNA, !known(c.Status), c.Status == statusUnknown:
		out.Skipped = &junitResult{Message: result.Message, Body: body}
	case c.Status != statusPass:
		out.Out = &junitText{shown(c.Status) + "\n" + body}
	}
	return out
}

// body is what a control rests on and what to do, one thing a line.
func (c Control) body() string {
	var b strings.Builder
	for _, l := range c.lines() {
		fmt.Fprintln(&b, wire.Printable(l))
	}
	if !settled(c.Status) && c.Remediation != "" {
		fmt.Fprintln(&b, "fix: "+wire.Printable(c.Remediation))
	}
	return b.String()
}

func (j *junit) Decision(d Decision) error {
	verdict := junitCase{Name: "verdict", Class: "decision"}
	why := &junitResult{Message: shown("verdict: " + d.Verdict), Type: shown(d.Verdict)}
	switch d.Verdict {
	case "allow", "warn":
		verdict.Out = &junitText{shown(strings.Join(filled(d.Verdict, d.Pinned), " "))}
	case "deny":
		verdict.Failure = why
	default:
		verdict.Error = why
	}
	cases := []junitCase{verdict}
	for _, r := range d.Reasons {
		cases = append(cases, reasonCase(r))
	}
	for _, f := range d.Findings {
		cases = append(cases, controlCase(f.control(), f.Platform))
	}
	j.add([]string{d.Image}, cases)
	return nil
}

func reasonCase(r Reason) junitCase {
	out := junitCase{Name: shown(strings.Join(filled(r.Code, r.Platform), " ")), Class: "policy." + shown(r.Rule)}
	body := wire.Printable(r.Message) + "\n"
	if r.Who != "" {
		body += "who: " + wire.Printable(r.Who) + "\n"
	}
	if r.Hint != "" {
		body += "hint: " + wire.Printable(r.Hint) + "\n"
	}
	result := &junitResult{Message: shown(r.Message), Type: shown(r.Effect), Body: body}
	switch r.Effect {
	case effectWarn:
		out.Out = &junitText{"warn\n" + body}
	case effectDeny:
		out.Failure = result
	default:
		out.Error = result
	}
	return out
}

// Inspection decides nothing; a place that could not be looked at is an error.
func (j *junit) Inspection(i Inspection) error {
	var cases []junitCase
	for _, e := range i.Evidence {
		c := junitCase{Name: shown(strings.Join(filled(e.Kind, e.Format, e.PredicateType, e.Platform, e.Location), " ")), Class: "evidence"}
		if !e.Counted {
			c.Skipped = &junitResult{Message: shown("does not count: " + e.Why)}
		}
		cases = append(cases, c)
	}
	for _, g := range i.Gaps {
		cases = append(cases, junitCase{Name: "every place was looked at", Class: "evidence", Error: &junitResult{Message: shown(g), Type: "gap"}})
	}
	j.add([]string{i.Image}, cases)
	return nil
}

func (j *junit) Written(w Written) error {
	c := junitCase{Name: shown(strings.Join(filled("write", w.Kind, w.PredicateType, w.Platform), " ")), Class: "written"}
	c.Out = &junitText{shown(firstOf(w.Skipped, w.Location))}
	j.add([]string{w.Image}, []junitCase{c})
	return nil
}

func (j *junit) Document(any, string) error { return fmt.Errorf("junit: %w", ErrForm) }

// finish writes the document. A command that could not finish is an error in
// it; one that has nothing to report and failed leaves no document.
func (j *junit) finish(end End) error {
	if j.messages == 0 && !end.decided() {
		return nil
	}
	if end.Problem != "" {
		j.add([]string{"pratique"}, []junitCase{{Name: "finished", Class: "run", Error: &junitResult{Message: shown(end.Problem), Type: shown(end.meaning())}}})
	}
	doc := junitDocument{Name: "pratique", Suites: j.suites}
	for _, s := range j.suites {
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Errors += s.Errors
		doc.Skipped += s.Skipped
	}
	raw, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(j.w, xml.Header+string(raw)+"\n")
	return err
}
