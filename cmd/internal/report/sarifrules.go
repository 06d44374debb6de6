package report

import (
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

// ruleBook is the rules of a run, each once, in the order of first use.
type ruleBook struct {
	list []sarifRule
	at   map[string]int
}

// The severities by which code scanning sorts (0 to 10). The benchmark has
// none: these follow what the default profile denies, and the scored flag.
const (
	severityDenied = "8.0"
	severityScored = "6.0"
	severityOther  = "4.0"
)

// index files a rule, unless there is one of its name.
func (b *ruleBook) index(id string, make func() sarifRule) int {
	if i, ok := b.at[id]; ok {
		return i
	}
	if b.at == nil {
		b.at = map[string]int{}
	}
	r := make()
	r.ID = id
	b.at[id] = len(b.list)
	b.list = append(b.list, r)
	return b.at[id]
}

// control is the rule of a control: its number, which people look up, and its
// key, which stays when the benchmark counts anew.
func (b *ruleBook) control(c Control) int {
	return b.index(strings.Join(filled(shown(c.ID), shown(c.Key)), "-"), func() sarifRule {
		scored := "not scored"
		if c.Scored {
			scored = "scored"
		}
		tags := []string{"security", "container-image", "cis-docker", fmt.Sprintf("level-%d", c.Level)}
		if c.Scored {
			tags = append(tags, "scored")
		}
		fix := c.Remediation
		if fix == "" {
			fix = c.Title
		}
		return sarifRule{
			Name:          firstOf(shown(c.Key), shown(c.ID)),
			Short:         sarifText{Text: plain(c.Title)},
			Full:          sarifText{Text: plain(fmt.Sprintf("%s. Control %s of the CIS Docker Benchmark, level %d, %s.", strings.TrimSuffix(c.Title, "."), c.ID, c.Level, scored))},
			Help:          sarifText{plain(fix), "**" + markdown(c.Title) + "**\n\n" + markdown(fix)},
			Configuration: sarifConfiguration{level(statusFail, starter(c))},
			Properties:    sarifRuleProperties{Tags: tags, SecuritySeverity: severity(c), Control: shown(c.ID), Level: c.Level, Scored: &c.Scored},
		}
	})
}

// starter is what the default profile makes of a control's failure.
func starter(c Control) string {
	p, err := cis.LookupProfile(cis.ProfileStarter)
	if err != nil || c.ID == "" {
		return effectWarn
	}
	return p.Effect(c.ID, cis.Fail).String()
}

func severity(c Control) string {
	switch {
	case starter(c) == effectDeny:
		return severityDenied
	case c.Scored:
		return severityScored
	}
	return severityOther
}

// reason is the rule of a reason code.
func (b *ruleBook) reason(r Reason) int {
	return b.index(shown(r.Code), func() sarifRule {
		doc, who := r.Code, r.Who
		for _, info := range policy.Codes() {
			if string(info.Code) == r.Code {
				doc, who = info.Doc, firstOf(info.Who, who)
			}
		}
		help := doc
		if who != "" {
			help += " Who can act: " + who + "."
		}
		return sarifRule{
			Name:          shown(r.Code),
			Short:         sarifText{Text: plain(doc)},
			Full:          sarifText{Text: plain(doc)},
			Help:          sarifText{plain(help), markdown(help)},
			Configuration: sarifConfiguration{"error"},
			Properties:    sarifRuleProperties{Tags: []string{"security", "container-image", "policy"}, SecuritySeverity: severityDenied, Who: shown(who)},
		}
	})
}

// notCounted is the rule of evidence that does not verify or does not count.
func (b *ruleBook) notCounted() int {
	const doc = "Evidence is at the image and does not count."
	return b.index("evidence-not-counted", func() sarifRule {
		return sarifRule{
			Name: "evidence-not-counted", Short: sarifText{Text: doc}, Full: sarifText{Text: doc}, Help: sarifText{doc, doc},
			Configuration: sarifConfiguration{"note"},
			Properties:    sarifRuleProperties{Tags: []string{"security", "container-image"}, SecuritySeverity: severityOther},
		}
	})
}

// markdown is text that no character of formats, links or hides.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range wire.Printable(s) {
		if strings.ContainsRune("\\`*_[]<>!#|~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// reasons are a decision's, and one for a refusal that gives none: no report
// may pass for an allow.
func (d Decision) reasons() []Reason {
	if d.allowed() {
		return d.Reasons
	}
	for _, r := range d.Reasons {
		if r.Effect != effectWarn {
			return d.Reasons
		}
	}
	return append(d.Reasons[:len(d.Reasons):len(d.Reasons)], Reason{Code: "refused", Effect: d.Verdict, Rule: d.Rule, Message: "the verdict is " + d.Verdict})
}

func (d Decision) allowed() bool { return d.Verdict == "allow" || d.Verdict == "warn" }

// control is a finding as a control, with what the catalogue knows of it.
func (f Finding) control() Control {
	c := Control{
		ID: f.Control, Title: "control " + f.Control, Status: f.Status, Effect: f.Effect, Origin: f.Origin,
		Evidence: f.Evidence, Items: f.Items,
	}
	for _, k := range cis.Section4() {
		if k.ID == f.Control {
			c.Key, c.Title, c.Level, c.Scored, c.Remediation = k.Key, k.Title, k.Level, k.Scored, k.Remediation
		}
	}
	return c
}
