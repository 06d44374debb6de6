package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/vuln"
)

// maxVulnerabilityID is the longest identifier of a vulnerability, in bytes.
const maxVulnerabilityID = 128

// severities are the ceilings a policy may name. There is none above high: a
// ceiling that lets everything through is no ceiling.
func severities() map[string]vuln.Severity {
	return map[string]vuln.Severity{
		"none": vuln.SeverityUnknown, "negligible": vuln.SeverityNegligible, "low": vuln.SeverityLow,
		"medium": vuln.SeverityMedium, "high": vuln.SeverityHigh,
	}
}

// scan reads what a scan may find; nil where it does not matter.
func (c *compiler) scan(s *attestationShape, predicates []string) *ScanRule {
	scans := len(predicates) > 0 && !slices.ContainsFunc(predicates, func(p string) bool { return !isScan(p) })
	switch v := s.Vulnerabilities; {
	case v != nil && !scans && s.Predicate.set():
		c.add(v.At, "", "vulnerabilities is for predicate vuln, or the type of a scan result")
	case v != nil:
		return c.scanRule(v, s.VEX)
	case s.VEX != nil:
		c.add(s.VEX.At, "write vulnerabilities: {maxSeverity: high}", "vex is about what a scan found, and needs vulnerabilities beside it")
	}
	return nil
}

func (c *compiler) scanRule(s *scanShape, vex *vexShape) *ScanRule {
	out := &ScanRule{MaxSeverity: severities()[s.MaxSeverity.s], FixableOnly: s.FixableOnly.b}
	if s.MaxDatabaseAge.set() {
		var err error
		if out.MaxDatabaseAge, err = parseAge(s.MaxDatabaseAge.s); err != nil {
			c.add(s.MaxDatabaseAge.at, "", "%v", err)
		}
	}
	for i := range s.Ignore {
		one := c.ignored(&s.Ignore[i])
		if slices.ContainsFunc(out.Ignore, func(x Ignored) bool { return x.ID == one.ID }) && one.ID != "" {
			c.add(s.Ignore[i].At, "", "%s is there twice", one.ID)
		}
		out.Ignore = append(out.Ignore, one)
	}
	if vex != nil {
		out.VEX = c.anyOf(vex.AnyOf)
	}
	return out
}

func (c *compiler) ignored(s *ignoreShape) Ignored {
	out := Ignored{ID: s.ID.s, Reason: s.Reason.s, at: s.At}
	if err := checkVulnerabilityID(s.ID.s); s.ID.set() && err != nil {
		c.add(s.ID.at, "", "%v", err)
	}
	if s.Until.set() {
		var err error
		if out.Until, err = parseDay(s.Until.s); err != nil {
			c.add(s.Until.at, "", "%v", err)
		}
	}
	return out
}

// checkVulnerabilityID refuses what no scanner calls a vulnerability: a pattern
// or a list would never match one.
func checkVulnerabilityID(id string) error {
	if len(id) > maxVulnerabilityID || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`*?,"`, r) }) {
		return fmt.Errorf("id %q is not the identifier of one vulnerability, such as CVE-2026-1234", id)
	}
	return nil
}

// signers are all whose statements the entry looks at.
func (a *Attestation) signers() []string {
	if a.Scan == nil {
		return a.AnyOf
	}
	return sorted(append(slices.Clone(a.AnyOf), a.Scan.VEX...))
}

// describe says in one line what the entry asks for.
func (a *Attestation) describe() string {
	out := fmt.Sprintf("attestation %s: %d of %s", a.Name, a.Threshold, strings.Join(a.AnyOf, ", "))
	if a.MaxAge > 0 {
		out += ", at most " + age(a.MaxAge) + " old"
	}
	if a.Audit != nil {
		out += ", judged by " + a.Audit.ProfileName
		if a.Audit.Base != nil {
			out += ", the base by " + a.Audit.Base.ProfileName
		}
	}
	if a.Scan != nil {
		out += ", with " + a.Scan.describe()
	}
	return out
}

// describe says what a scan may not have found.
func (r *ScanRule) describe() string {
	out := "no vulnerability"
	if r.MaxSeverity != vuln.SeverityUnknown {
		out += " above " + r.MaxSeverity.String()
	}
	if r.FixableOnly {
		out += " that has a fix"
	}
	if r.MaxDatabaseAge > 0 {
		out += ", by a database at most " + age(r.MaxDatabaseAge) + " old"
	}
	if len(r.VEX) > 0 {
		out += ", unless VEX by " + orList(r.VEX) + " says it does not matter"
	}
	return out
}
