package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxNamed is how many vulnerabilities are named; the rest is counted.
const maxNamed = 10

// maxShown is how much of a name out of a report is shown, in bytes.
const maxShown = 128

// scannedControl is the control that asks for a scan and its fixes.
const scannedControl = "4.4"

// scan is a scan result as it was read.
type scan struct {
	report vuln.Report
	err    error
}

// scanned is what the scans asked for gave on one platform.
type scanned struct {
	met, open bool
	// found are the vulnerabilities that are too severe, notes what is worth
	// knowing all the same.
	found, notes []string
}

// scanOf reads the scan result of an item, once.
func (e *evaluation) scanOf(i int, c *verify.Claim) *scan {
	if e.scans[i] == nil {
		s := &scan{}
		s.report, s.err = vuln.Parse(c.PredicateType, c.Predicate)
		e.scans[i] = s
	}
	return e.scans[i]
}

// scanContent judges what a scan found. A result that cannot be read is no
// clean one.
func (e *evaluation) scanContent(s scope, want *Attestation, st statement, open bool) (bad bool) {
	by, again := strings.Join(st.names, ", "), "pratique attest --type vuln --predicate FILE --key KEY "+e.asName()
	if st.scan.err != nil {
		e.unmet(s, open, miss{code: ScanInvalid, why: fmt.Sprintf("a scan result signed by %s cannot be used: %v", by, st.scan.err)},
			"give the scanner's own JSON report to "+again)
		return true
	}
	left, ended := e.above(s, want.Scan, st.scan.report)
	if len(left) == 0 {
		return false
	}
	lines := vulnerabilityLines(left)
	text := fmt.Sprintf("a scan signed by %s found %s where the rule wants %s: %s", by, plural(len(lines), "vulnerability", "vulnerabilities"),
		want.Scan.ceiling(), someOf(lines, maxNamed))
	e.note(st.item, fmt.Sprintf("it found %s the rule does not let through", plural(len(lines), "vulnerability", "vulnerabilities")))
	e.unmet(s, open, miss{VulnerabilityFound, text, true}, "rebuild with --pull --no-cache"+upgrades(left)+"; scan the new image, then "+again)
	for _, x := range ended {
		e.unmet(s, open, miss{ExceptExpired, fmt.Sprintf("the exception for %s ended %s (%s)", x.ID, stamp(x.Until), x.Reason), true},
			"fix the vulnerability, or give the exception another until")
	}
	on := e.scannedOn(s.platform.Manifest)
	for _, l := range lines {
		if !slices.Contains(on.found[:min(len(on.found), maxNamed)], l) {
			on.found = append(on.found, l)
		}
	}
	return true
}

// scannedOn is what is known of the scans of a platform.
func (e *evaluation) scannedOn(d verify.Digest) *scanned {
	if e.scanned[d] == nil {
		e.scanned[d] = &scanned{met: true}
	}
	return e.scanned[d]
}

// scannedPlatform notes whether an entry for scans is met.
func (e *evaluation) scannedPlatform(s scope, met, open bool) {
	on := e.scannedOn(s.platform.Manifest)
	on.met = on.met && met
	on.open = on.open || open
}

// above are the findings the rule does not let through. ended are exceptions
// that would have helped.
func (e *evaluation) above(s scope, want *ScanRule, r vuln.Report) (left []vuln.Finding, ended []Ignored) {
	on := e.scannedOn(s.platform.Manifest)
	vex := e.vexOf(s, want)
	for _, f := range r.Findings {
		if f.Severity != vuln.SeverityUnknown && f.Severity <= want.MaxSeverity || want.FixableOnly && f.FixedIn == "" && !f.FixUnsaid {
			continue
		}
		x := ignores(want.Ignore, f)
		switch {
		case x != nil && !e.in.Now.After(x.Until):
			e.flipsAfter(x.Until)
			on.notes = append(on.notes, fmt.Sprintf("%s is let through until %s: %s", shown(f.ID), x.Until.Format("2006-01-02"), x.Reason))
			continue
		case e.suppressed(vex, f, on):
			continue
		case x != nil && !slices.Contains(ended, *x):
			ended = append(ended, *x)
		}
		left = append(left, f)
	}
	return left, ended
}

// ignores is the exception for a finding, by its identifier or its other name.
// An advisory that stands for several vulnerabilities is not let through for
// one of them.
func ignores(list []Ignored, f vuln.Finding) *Ignored {
	for i := range list {
		if list[i].ID == f.ID || len(f.Aliases) == 1 && f.Aliases[0] == list[i].ID {
			return &list[i]
		}
	}
	return nil
}

// freshDatabase checks how old the scanner's database is by now: an old one
// knows nothing of what was found since.
func (e *evaluation) freshDatabase(want *Attestation, st statement) *miss {
	if want.Scan == nil || want.Scan.MaxDatabaseAge == 0 || st.scan.err != nil {
		return nil
	}
	made := st.scan.report.Database
	limit := made.Add(want.Scan.MaxDatabaseAge)
	switch {
	case made.IsZero():
		return &miss{ScanDatabaseStale, "it does not say how old the scanner's database was, and the rule limits that", true}
	case made.After(e.in.Now.Add(maxSkew)):
		return &miss{ScanDatabaseStale, fmt.Sprintf("its scanner's database is of %s, which is later than now", stamp(made)), true}
	case e.in.Now.After(limit):
		return &miss{ScanDatabaseStale, fmt.Sprintf("its scanner's database is of %s, %s old, and the limit is %s",
			stamp(made), age(e.in.Now.Sub(made)), age(want.Scan.MaxDatabaseAge)), true}
	}
	e.flipsAfter(limit)
	return nil
}

// scannedFinding answers control 4.4 from the scans that were asked for; where
// none was, it is as the audit has it.
func (e *evaluation) scannedFinding(f cis.Finding, p verify.PlatformImage) cis.Finding {
	on, asked := e.scanned[p.Manifest]
	if !asked {
		return f
	}
	f.Origin, f.Items = cis.OriginUnknown, nil
	switch {
	case len(on.found) > 0:
		f.Status, f.Evidence = cis.Fail, shorten(on.found)
	case on.met:
		f.Status, f.Evidence = cis.Pass, []string{"the scan results the policy asks for are there, with nothing in them it does not let through"}
	case on.open:
		f.Status, f.Evidence = cis.Unknown, []string{"not every place could be looked at for the scan results the policy asks for"}
	default:
		f.Status, f.Evidence = cis.Fail, []string{"the scan results the policy asks for are not all there"}
	}
	f.Evidence = append(f.Evidence, shorten(sorted(on.notes))...)
	return f
}

// shorten keeps the first lines and counts the rest.
func shorten(lines []string) []string {
	if len(lines) <= maxNamed {
		return lines
	}
	return append(slices.Clone(lines[:maxNamed]), fmt.Sprintf("and %d more", len(lines)-maxNamed))
}

// vulnerabilityLines name findings, the worst first; one that is found in many
// files of a package is named once.
func vulnerabilityLines(list []vuln.Finding) []string {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b vuln.Finding) int {
		return cmp.Or(-cmp.Compare(badness(a.Severity), badness(b.Severity)), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Package, b.Package),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.FixedIn, b.FixedIn))
	})
	var out []string
	for _, f := range list {
		out = append(out, vulnerabilityLine(f))
	}
	return slices.Compact(out)
}

// badness puts what nobody rated right behind high: it may be anything.
func badness(s vuln.Severity) int {
	if s == vuln.SeverityUnknown {
		return 2*int(vuln.SeverityHigh) - 1
	}
	return 2 * int(s)
}

func vulnerabilityLine(f vuln.Finding) string {
	out := fmt.Sprintf("%s (%s)", shown(f.ID), f.Severity)
	if f.Package != "" {
		out += " in " + strings.TrimSpace(shown(f.Package)+" "+shown(f.Version))
	}
	switch {
	case f.FixUnsaid:
		return out + ", and the report tells of no fixes"
	case f.FixedIn == "":
		return out + ", no fix known"
	}
	return out + ", fixed in " + shown(f.FixedIn)
}

// upgrades says which packages to upgrade, where fixes are known.
func upgrades(list []vuln.Finding) string {
	var names []string
	for _, f := range list {
		if f.FixedIn != "" && f.Package != "" {
			names = append(names, shown(f.Package))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ", and upgrade " + someOf(sorted(names), 3)
}

// ceiling says what the rule lets through.
func (r *ScanRule) ceiling() string {
	out := "none"
	if r.MaxSeverity != vuln.SeverityUnknown {
		out = "none above " + r.MaxSeverity.String()
	}
	if r.FixableOnly {
		out += " that has a fix"
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// shown is a name out of a report that a terminal can print.
func shown(s string) string {
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return wire.Printable(s)
}
