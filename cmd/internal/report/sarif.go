package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// sarif writes one SARIF document of one run, which is what code scanning
// takes for one tool and category. Its order is that of the messages, and it
// holds no time: the same messages make the same bytes.
type sarif struct {
	w       io.Writer
	version string

	kind     string // audit, verify, inspect or attest: what sent messages
	messages int
	subjects []string
	rules    ruleBook
	results  []sarifResult
	notes    []sarifNotification
	inLayer  bool // a result is in a file of the image
	seen     map[string]int
}

// began notes that there is something to report on a subject.
func (s *sarif) began(kind, subject string) {
	s.messages++
	if s.kind == "" {
		s.kind = kind
	}
	if !slices.Contains(s.subjects, subject) {
		s.subjects = append(s.subjects, subject)
	}
}

func (s *sarif) Audit(a Audit) error {
	s.began("audit", a.subject())
	about := sarifProperties{Image: shown(a.Image), Digest: shown(a.Digest), Platform: shown(a.Platform)}
	for _, c := range a.Controls {
		s.control(c, a.subject(), a.Dockerfile, about)
	}
	return nil
}

// control adds a result for everything about a control that is not settled,
// and its rule in any case.
func (s *sarif) control(c Control, subject, dockerfile string, about sarifProperties) {
	rule := s.rules.control(c)
	for _, i := range c.trouble() {
		effect := c.effect(i)
		p := about
		p.Status, p.Effect, p.Origin = shown(i.Status), shown(effect), shown(i.Origin)
		r := sarifResult{
			Level: level(i.Status, effect), Message: sarifText{Text: message(i.line(), p.Platform)},
			Locations: []sarifLocation{s.location(i, subject, dockerfile)}, Properties: p,
		}
		if reason := firstOf(i.Exception, c.Exception); reason != "" && effect == effectNone {
			r.Suppressions = []sarifSuppression{{"external", "accepted", shown(reason)}}
		}
		s.add(rule, r, fingerprint{subject: subject, platform: about.Platform, item: i}, i.Source == sourceDockerfile && dockerfile != "" && i.Line > 0)
	}
}

// level is how bad a result is: what a profile made of it, or else the status
// alone.
func level(status, effect string) string {
	switch {
	case effect == effectDeny:
		return "error"
	case status == statusManual, status == statusUnknown, effect == effectNone:
		return "note"
	case effect == effectWarn, status == statusWarn:
		return "warning"
	}
	return "error"
}

func (s *sarif) Decision(d Decision) error {
	subject := repository(d.Image)
	s.began("verify", subject)
	about := sarifProperties{Image: shown(d.Image), Digest: shown(d.Digest)}
	for _, r := range d.reasons() {
		s.reason(r, subject, about)
	}
	for _, f := range d.Findings {
		about.Platform = shown(f.Platform)
		s.control(f.control(), subject, "", about)
	}
	return nil
}

func (s *sarif) reason(r Reason, subject string, about sarifProperties) {
	text := r.Message
	if r.Hint != "" {
		text += "; " + r.Hint
	}
	about.Platform, about.Effect, about.Rule = shown(r.Platform), shown(r.Effect), shown(r.Rule)
	lvl := "error"
	if r.Effect == effectWarn {
		lvl = "warning"
	}
	whole := Item{Text: r.Message}
	s.add(s.rules.reason(r), sarifResult{
		Level: lvl, Message: sarifText{Text: message(text, about.Platform)},
		Locations: []sarifLocation{s.location(whole, subject, "")}, Properties: about,
	}, fingerprint{subject: subject, platform: about.Platform, item: whole}, false)
}

// Inspection decides nothing: what does not count is a note, and a place that
// could not be looked at a warning.
func (s *sarif) Inspection(i Inspection) error {
	subject := repository(i.Image)
	s.began("inspect", subject)
	about := sarifProperties{Image: shown(i.Image), Digest: shown(i.Digest)}
	for _, e := range i.Evidence {
		if e.Counted {
			continue
		}
		about.Platform = shown(e.Platform)
		whole := Item{Text: e.Kind + " " + e.Format + ": " + e.Why}
		s.add(s.rules.notCounted(), sarifResult{
			Level: "note", Message: sarifText{Text: message(whole.Text, about.Platform)},
			Locations: []sarifLocation{s.location(whole, subject, "")}, Properties: about,
		}, fingerprint{subject: subject, platform: about.Platform, item: whole}, false)
	}
	for _, g := range i.Gaps {
		s.notes = append(s.notes, sarifNotification{"warning", sarifText{Text: plain("could not look: " + g)}})
	}
	return nil
}

func (s *sarif) Written(w Written) error {
	s.began("attest", repository(w.Image))
	what := "wrote " + w.Kind + " for " + w.Subject + " at " + w.Location
	if w.Skipped != "" {
		what = "kept " + w.Kind + " of " + w.Subject + ": " + w.Skipped
	}
	s.notes = append(s.notes, sarifNotification{"note", sarifText{Text: plain(what)}})
	return nil
}

func (s *sarif) Document(any, string) error { return fmt.Errorf("sarif: %w", ErrForm) }

// add files a result under its rule. onLine says that it points at a line of a
// file the reader has: code scanning then makes the fingerprint of that line
// itself, and complains about any other.
func (s *sarif) add(rule int, r sarifResult, f fingerprint, onLine bool) {
	r.RuleIndex, r.RuleID = rule, s.rules.list[rule].ID
	f.rule = r.RuleID
	if s.seen == nil {
		s.seen = map[string]int{}
	}
	sum := f.sum()
	s.seen[sum]++
	sum = fmt.Sprintf("%s:%d", sum, s.seen[sum])
	r.Fingerprints = map[string]string{"pratiqueFinding/v1": sum}
	if !onLine {
		r.Fingerprints["primaryLocationLineHash"] = sum
	}
	s.results = append(s.results, r)
}

// finish writes the document. A command that failed before it had anything to
// report leaves none: an empty one would read as "nothing found".
func (s *sarif) finish(end End) error {
	if s.messages == 0 && !end.decided() {
		return nil
	}
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{"pratique", s.version, list(s.rules.list)}},
		Automation: sarifAutomation{"pratique/" + s.category() + "/"},
		Invocations: []sarifInvocation{{
			Successful: end.decided(), ExitCode: end.Status, ExitMeaning: end.meaning(), Notifications: s.notes,
		}},
		Results: list(s.results),
	}
	if end.Problem != "" {
		i := &run.Invocations[0]
		i.Notifications = append(i.Notifications, sarifNotification{"error", sarifText{Text: plain(end.Problem)}})
	}
	if s.inLayer {
		run.BaseIDs = map[string]sarifArtifact{imageRoot: {URI: "file:///", Description: &sarifText{Text: "the root of the image's file system"}}}
	}
	enc := json.NewEncoder(printable{s.w})
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(sarifLog{sarifSchema, sarifVersion, []sarifRun{run}})
}

// meaning is the exit code in words.
func (e End) meaning() string {
	switch e.Status {
	case 0:
		return "allowed, or nothing found at the threshold"
	case 2:
		return "wrong usage, policy or input"
	case 3:
		return "denied, or findings at the threshold"
	}
	return "could not decide, or failed"
}

// message is a result's text. Viewers make links of [text](address), which is
// not for images to do.
func message(text, platform string) string {
	if platform != "" {
		text += " [" + platform + "]"
	}
	return plain(text)
}

func plain(s string) string { return strings.ReplaceAll(wire.Printable(s), "](", "] (") }

// shown is a short value from outside that stands for itself.
func shown(s string) string { return wire.Printable(s) }
