package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/attest"
)

// longException is the longest an exception should last (S6).
const longException = 90 * 24 * time.Hour

// Finding is something that may be read and still cannot mean well.
type Finding struct {
	// Line is where in the file, 1 for the whole.
	Line int
	// Code is kebab-case; lint's codes are its own, not those of decisions.
	Code string
	// Text says what it leads to, Hint what to write instead.
	Text, Hint string
}

// Lint looks for what parses and cannot mean well, at an instant. The findings
// are in the order of the file; none of them changes a decision.
func Lint(d *Document, now time.Time) []Finding {
	l := &linter{doc: d, now: now, used: map[string]bool{}}
	l.head()
	if d.Floor != nil {
		l.requirements(d.Floor, "floor", d.at["floor"])
	}
	for i := range d.Rules {
		l.rule(&d.Rules[i])
	}
	for i := range d.Signers {
		l.signer(&d.Signers[i])
	}
	for _, r := range d.Registries {
		if r.HTTP {
			l.add(d.at["registry "+r.Host], "registry-http", "use https, with ca: FILE for a private CA",
				"%s is spoken to without encryption: anybody on the way sees credentials and can hide evidence", r.Host)
		}
	}
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text))
	})
	return l.found
}

type linter struct {
	doc   *Document
	now   time.Time
	used  map[string]bool
	found []Finding
}

func (l *linter) add(at pos, code, hint, format string, args ...any) {
	l.found = append(l.found, Finding{Line: max(at.line, 1), Code: code, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (l *linter) head() {
	switch l.doc.Default {
	case Allow:
		l.add(l.doc.at["default"], "default-allow", "write default: deny and a rule for what may run",
			"every image no rule matches is allowed")
	case Warn:
		l.add(l.doc.at["default"], "default-warn", "write default: deny once the rules cover what runs",
			"every image no rule matches is let through with a warning")
	}
	if l.doc.Serial == 0 {
		l.add(pos{}, "serial-missing", "write metadata.serial and raise it with every change",
			"without a serial nothing notices when an older policy comes back")
	}
	if len(l.doc.Rules) == 0 {
		l.add(pos{}, "no-rules", "add a rule", "the policy has no rules")
	}
}

func (l *linter) rule(r *Rule) {
	at := l.doc.at["rule "+r.Name]
	switch {
	case r.WarnUntil.Equal(forever()):
		l.add(at, "warn-without-until", "write until: with the day it will be enforced", "rule %s only warns, and nothing says until when", r.Name)
	case !r.WarnUntil.IsZero() && l.now.After(r.WarnUntil):
		l.add(at, "warn-ended", "write mode: enforce", "mode warn of rule %s ended %s, and the rule is enforced", r.Name, stamp(r.WarnUntil))
	}
	if !l.reachable(r) {
		l.add(at, "rule-shadowed", "remove it, or make its patterns more specific", "every name that rule %s matches has a more specific rule", r.Name)
	}
	for i, p := range r.Images {
		for j, q := range r.Images {
			if i != j && (p.text == q.text && j < i || p.text != q.text && q.covers(p)) {
				l.add(at, "pattern-redundant", "remove it", "pattern %q of rule %s is covered by %q", p, r.Name, q)
			}
		}
	}
	l.requirements(&r.Requirements, "rule "+r.Name, at)
}

// covers reports whether q, a literal prefix and "**", or a literal, covers p.
func (p Pattern) covers(q Pattern) bool {
	prefix, ok := strings.CutSuffix(p.text, "/**")
	return p.text == "**" || ok && !strings.Contains(prefix, "*") && strings.HasPrefix(q.text, prefix+"/")
}

// reachable tries names that a pattern matches and no sane name is equal to,
// and reports whether any of them falls to the rule.
func (l *linter) reachable(r *Rule) bool {
	for _, p := range r.Images {
		for _, deep := range []string{"zq7", "zq7/zq8", "zq7/zq8/zq9"} {
			for _, star := range []string{"zq6", ""} {
				if hit, ok := l.doc.Match(sample(p, star, deep)); ok && hit.Name == r.Name {
					return true
				}
			}
		}
	}
	return false
}

func sample(p Pattern, star, deep string) string {
	host := strings.ReplaceAll(strings.Join(p.host, "."), "*", "zq6")
	if host == "" {
		host = "zq6.example"
	}
	out := []string{host}
	for _, segment := range p.path {
		switch segment {
		case "**":
			segment = deep
		case "*":
			segment = "zq6"
		}
		out = append(out, strings.ReplaceAll(segment, "*", star))
	}
	return strings.Join(out, "/")
}

func (l *linter) requirements(r *Requirements, what string, at pos) {
	if s := r.Signatures; s != nil {
		l.names(s.AnyOf, s.Threshold, what, at)
		if s.Binds == BindsTag {
			l.add(at, "tag-binding-unsupported", "write binds: repository", "%s binds signatures to tags, which this build cannot check: it will never allow", what)
		}
	}
	for _, a := range r.Attestations {
		l.names(a.AnyOf, a.Threshold, what, at)
		if a.MaxAge == 0 {
			l.add(at, "max-age-missing", "write maxAge: 168h",
				"%s accepts a %s attestation of any age: a newer one that was deleted is not missed", what, a.Name)
		}
		if a.Audit != nil {
			l.exceptions(a.Audit.Except, what, at)
			if a.Audit.Base != nil {
				l.exceptions(a.Audit.Base.Except, what, at)
			}
			if slices.Contains(a.Audit.Parameters.AllowedBases, "docker.io/**") {
				l.add(at, "allowed-bases-anybody", "write docker.io/library/*, or the namespaces you trust",
					"%s allows every image on Docker Hub for a base, and anybody can push one", what)
			}
		} else if slices.Contains(a.Predicates, attest.PredicateType) {
			l.add(at, "audit-not-judged", "write predicate: "+AuditPredicate,
				"%s asks for a test result by its type, and one that failed is as good: only %s is judged", what, AuditPredicate)
		}
		l.scan(&a, what, at)
	}
	if r.Run != nil {
		l.exceptions(r.Run.Except, what, at)
	}
}

// scan looks at what is asked of scan results.
func (l *linter) scan(a *Attestation, what string, at pos) {
	switch {
	case a.Scan == nil && slices.ContainsFunc(a.Predicates, isScan):
		l.add(at, "scan-not-judged", "write vulnerabilities: {maxSeverity: high}",
			"%s asks for a scan result, and one that found anything is as good: what it holds is not judged", what)
		return
	case a.Scan == nil:
		return
	case a.Scan.MaxDatabaseAge == 0:
		l.add(at, "max-database-age-missing", "write maxDatabaseAge: 7d",
			"%s accepts scans by a database of any age: an old one knows nothing of what was found since", what)
	}
	l.names(a.Scan.VEX, 0, what, at)
	for _, x := range a.Scan.Ignore {
		l.ends(x.at, x.Until, what, x.ID)
	}
}

// names checks a list of signers against what is known of them.
func (l *linter) names(anyOf []string, threshold int, what string, at pos) {
	usable := 0
	for _, name := range anyOf {
		l.used[name] = true
		s := l.doc.signer(name)
		switch {
		case s.Revoked:
			l.add(at, "signer-revoked-used", "remove it from anyOf", "%s names %s, which is revoked and never counts", what, name)
			continue
		case !s.NotAfter.IsZero() && l.now.After(s.NotAfter):
			l.add(at, "signer-expired-used", "name the key that replaced it",
				"%s names %s, whose key ended %s: only what is proven to be older counts", what, name, stamp(s.NotAfter))
		}
		usable++
	}
	if usable < threshold {
		l.add(at, "threshold-unreachable", "name another signer", "%s asks for %d signers and can have %d", what, threshold, usable)
	}
	if threshold == 1 && usable > 2 {
		l.add(at, "threshold-one-of-many", "write threshold: 2, or name fewer signers", "%s is satisfied by any one of %d signers: one lost key is enough", what, usable)
	}
}

func (l *linter) exceptions(list []Exception, what string, at pos) {
	for _, x := range list {
		line := at
		if x.at.line > 0 {
			line = x.at
		}
		l.ends(line, x.Until, what, x.Control)
	}
}

// ends looks at how long an exception lasts (S6).
func (l *linter) ends(at pos, until time.Time, what, of string) {
	switch {
	case l.now.After(until):
		l.add(at, "except-expired", "remove it", "%s: the exception for %s ended %s", what, of, stamp(until))
	case until.After(l.now.Add(longException + 24*time.Hour)):
		l.add(at, "except-endless", "give it at most 90 days", "%s: the exception for %s lasts until %s", what, of, stamp(until))
	}
}
