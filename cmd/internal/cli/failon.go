package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/cmd/internal/report"
)

// The terms of --fail-on beside statuses and controls.
const (
	failOnDeny   = "deny"
	failOnNone   = "none"
	failOnScored = "scored"
	failOnLevel1 = "level-1"
	failOnLevel2 = "level-2"
)

// failOnUsage explains --fail-on; the help text of a flag.
const failOnUsage = "`term` that makes the exit code 3; may be repeated, or several with commas: a status (fail, warn, manual, unknown), " +
	"a failure of a kind (level-1, level-2, scored), a control that neither passes nor does not apply (4.1 or image.user), " +
	"deny (what the profile denies, the default), none (never); what an exception covers never counts"

// failOn is the threshold of an audit: the findings that make it exit 3.
type failOn struct{ terms []string }

// parseFailOn reads the values of --fail-on, each one term or several with
// commas between. Without any it is deny.
func parseFailOn(list []string) (failOn, error) {
	var f failOn
	for _, value := range list {
		for term := range strings.SplitSeq(value, ",") {
			term = strings.TrimSpace(term)
			if !slices.Contains(failOnTerms(), term) {
				return f, usage(fmt.Errorf("--fail-on %q: not one of %s", term, strings.Join(failOnTerms(), ", ")), "--fail-on fail")
			}
			f.terms = append(f.terms, term)
		}
	}
	if len(f.terms) > 1 && slices.Contains(f.terms, failOnNone) {
		return f, usage(errors.New("--fail-on none stands alone"), "--fail-on none")
	}
	if len(f.terms) == 0 {
		f.terms = []string{failOnDeny}
	}
	return f, nil
}

// failOnTerms are all terms there are.
func failOnTerms() []string {
	out := []string{
		failOnDeny, cis.Fail.String(), cis.Warn.String(), cis.Manual.String(), cis.Unknown.String(),
		failOnLevel1, failOnLevel2, failOnScored, failOnNone,
	}
	for _, c := range cis.Section4() {
		out = append(out, c.ID)
	}
	for _, c := range cis.Section4() {
		out = append(out, c.Key)
	}
	return out
}

// never tells that nothing is at the threshold.
func (f failOn) never() bool { return slices.Contains(f.terms, failOnNone) }

// matches tells whether a control is at or above the threshold. Nothing is
// that an exception makes up for.
func (f failOn) matches(c report.Control) bool {
	return !c.Excepted() && slices.ContainsFunc(f.terms, func(term string) bool { return reaches(term, c) })
}

func reaches(term string, c report.Control) bool {
	status, err := cis.ParseStatus(c.Status)
	if err != nil {
		status = cis.Unknown
	}
	switch term {
	case failOnDeny:
		return c.Denies()
	case failOnNone:
		return false
	case failOnScored:
		return status == cis.Fail && c.Scored
	case failOnLevel1:
		return status == cis.Fail && c.Level == 1
	case failOnLevel2:
		return status == cis.Fail && c.Level == 2
	case c.ID, c.Key:
		return status != cis.Pass && status != cis.NotApplicable
	}
	return term == status.String()
}
