package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

// maxSkew is how far ahead of our clock a signer's may be (S18).
const maxSkew = 5 * time.Minute

// statement is an attestation of an allowed signer.
type statement struct {
	vote
	claim *verify.Claim
	// time is zero if nothing we may believe says when it was made.
	time time.Time
	// audited is when an audit or a scan says itself that it was made. A log proves only
	// that it was not made later than that: anybody can log an old one again.
	audited time.Time
	// audit is set for CIS audits, scan for scan results.
	audit *Audit
	scan  *scan
}

// attestations judges one attestation entry on each platform.
func (e *evaluation) attestations(s scope, want *Attestation) {
	e.asked = true
	for _, p := range e.judged {
		s.platform = p
		e.attestedPlatform(s, want)
	}
}

// attestedPlatform takes the newest statement of each signer (S18). What those
// say is judged, all of it; those fresh enough are counted.
func (e *evaluation) attestedPlatform(s scope, want *Attestation) {
	found, misses := e.statements(s, want)
	newest := e.newest(found)
	unsupported := e.unsupported(want.signers())
	open := e.gaps() || len(unsupported) > 0 || slices.ContainsFunc(misses, func(m miss) bool { return m.code == AttestationFuture })
	var votes []vote
	for _, st := range newest {
		m := e.fresh(want, st)
		if m == nil {
			m = e.freshDatabase(want, st)
		}
		bad := e.content(s, want, st, open)
		switch {
		case m != nil:
			e.note(st.item, m.why)
			misses = append(misses, *m)
		case bad:
			e.note(st.item, "its content cannot be accepted")
		default:
			e.count(st.item)
			votes = append(votes, st.vote)
		}
	}
	e.unsupportedReasons(s, unsupported)
	e.gapReasons(s)
	met := want.Threshold > 0 && distinct(votes) >= want.Threshold
	e.step(s, want.describe(), met, votes)
	if want.Scan != nil {
		e.scannedPlatform(s, met, open)
	}
	if !met {
		e.lacksAttestations(s, want, open, votes, misses)
		return
	}
	for _, m := range misses {
		if m.code == AttestationFuture {
			e.reason(s, Undecided, m.code, "an attestation does not count: "+m.why, "check the clock here and where it was made")
		}
	}
}

// statements picks what the entry asks for, by a signer it names, of this
// platform.
func (e *evaluation) statements(s scope, want *Attestation) (found []statement, misses []miss) {
	for i, item := range e.in.Evidence.Items {
		st, m := e.statement(want, s.platform, i, item)
		switch {
		case m != nil:
			e.note(i, m.why)
			misses = append(misses, *m)
		case st != nil:
			found = append(found, *st)
		}
	}
	return found, misses
}

func (e *evaluation) statement(want *Attestation, p verify.PlatformImage, i int, item verify.Item) (*statement, *miss) {
	if !item.MayBe(verify.KindAttestation) || item.Unreachable() {
		return nil, nil
	}
	if item.Claim == nil {
		elsewhere := item.Subject != "" && item.Subject != e.in.Image.Index && item.Subject != p.Manifest
		if elsewhere || item.PredicateType != "" && !slices.Contains(want.Predicates, item.PredicateType) {
			return nil, nil
		}
		return nil, unverified(item, AttestationUntrusted, AttestationInvalid, AttestationWrongSubject)
	}
	c := item.Claim
	if !slices.Contains(want.Predicates, c.PredicateType) {
		return nil, nil
	}
	if m, other := e.aboutPlatform(want, p, c); m != nil || other {
		return nil, m
	}
	st := statement{claim: c}
	var m *miss
	if st.vote, m = e.usable(want.AnyOf, c); m != nil {
		if m.code == SignatureUntrustedKey {
			m.code = AttestationUntrusted
		}
		return nil, m
	}
	st.item = i
	if c.Repository != "" && c.Repository != e.in.Image.Repo {
		return nil, &miss{code: AttestationWrongRepo, why: "it was made for " + c.Repository}
	}
	if want.Audit != nil {
		if st.audit, m = e.auditOf(i); m != nil || st.audit == nil || e.ofSibling(st.audit, p) {
			return nil, m
		}
	}
	if isScan(c.PredicateType) {
		st.scan = e.scanOf(i, c)
	}
	return e.timed(want, st)
}

// aboutPlatform checks the subject. An audit counts only for a platform
// manifest it names (S20, threat 60); other statements may speak of the index.
func (e *evaluation) aboutPlatform(want *Attestation, p verify.PlatformImage, c *verify.Claim) (m *miss, other bool) {
	onIndex := slices.Contains(c.Subjects, e.in.Image.Index)
	switch {
	case slices.Contains(c.Subjects, p.Manifest), onIndex && want.Audit == nil:
		return nil, false
	case onIndex:
		return &miss{code: AttestationWrongSubject, why: "it names the index, and an audit must name the platform manifest"}, false
	case e.ofImage(c):
		return nil, true
	}
	return &miss{code: AttestationWrongSubject, why: fmt.Sprintf("it speaks of %s, which is not this image", c.Subject())}, false
}

// auditOf finds the audit an item carries. A test-result without our extension
// is no audit (S14), and one of another benchmark is not this one (threat 63).
func (e *evaluation) auditOf(item int) (*Audit, *miss) {
	for i := range e.in.Audits {
		a := &e.in.Audits[i]
		if a.Item != item {
			continue
		}
		if a.Err == nil && a.Audit.Benchmark != cis.Benchmark {
			return nil, &miss{AuditOtherBenchmark, fmt.Sprintf("it is an audit by %q, not by %s", a.Audit.Benchmark, cis.Benchmark), true}
		}
		return a, nil
	}
	e.note(item, "a test result without an audit in it")
	return nil, nil
}

// ofSibling reports whether an audit that names several platforms says itself
// that it is of another one of them.
func (e *evaluation) ofSibling(a *Audit, p verify.PlatformImage) bool {
	return a.Err == nil && a.Audit.Manifest != string(p.Manifest) && slices.ContainsFunc(e.in.Image.Platforms, func(q verify.PlatformImage) bool {
		return a.Audit.Manifest == string(q.Manifest)
	})
}

// timed finds when a statement was made: a proven time, else the signer's own
// clock where the entry says so. A time in the future is a gap (S18).
func (e *evaluation) timed(want *Attestation, st statement) (*statement, *miss) {
	c := st.claim
	switch {
	case st.audit != nil && st.audit.Err == nil:
		st.audited = st.audit.Audit.AuditedAt
	case st.scan != nil && st.scan.err == nil:
		st.audited = st.scan.report.ScannedAt
	}
	switch {
	case st.scan != nil && st.scan.err == nil && st.audited.IsZero():
		// Anybody can have an old one logged again, and this does not say that it is one.
	case c.TimeProof == verify.TimeLog || c.TimeProof == verify.TimeTSA:
		st.time = c.Time
	case want.TimeClaimed && !st.audited.IsZero():
		st.time = st.audited
	case want.TimeClaimed && st.audit == nil && c.TimeProof == verify.TimeClaimed:
		st.time = c.Time
	}
	if st.time.After(e.in.Now.Add(maxSkew)) {
		e.flipsAfter(st.time.Add(-maxSkew - time.Nanosecond))
		return nil, &miss{AttestationFuture, fmt.Sprintf("it was made at %s, which is later than now", stamp(st.time)), true}
	}
	return &st, nil
}

// newest keeps the newest statement of each signer. Statements of the same
// instant all count, and so do those without a time: nothing says that another
// replaced them.
func (e *evaluation) newest(found []statement) []statement {
	var out []statement
	for _, st := range found {
		i := slices.IndexFunc(found, st.replacedBy)
		if i < 0 {
			out = append(out, st)
			continue
		}
		e.note(st.item, fmt.Sprintf("%s made a newer statement at %s", strings.Join(st.names, ", "), stamp(found[i].time)))
	}
	return out
}

// replacedBy reports whether another statement of the same signer is newer. An
// audit that says itself that it is the older one, and was only logged later,
// replaces nothing.
func (st statement) replacedBy(other statement) bool {
	return st.identity == other.identity && !st.time.IsZero() && other.time.After(st.time) &&
		!other.audited.Before(st.audited.Add(-maxSkew))
}

// fresh checks the age (threat 59).
func (e *evaluation) fresh(want *Attestation, st statement) *miss {
	if want.MaxAge == 0 {
		return nil
	}
	if st.time.IsZero() {
		why := "nothing proves when it was made, and the rule limits its age"
		if st.scan != nil && st.scan.err == nil && st.audited.IsZero() {
			why = "it does not say when the scan was made, and the rule limits its age"
		}
		return &miss{AttestationNoTime, why, true}
	}
	made := st.time
	if !st.audited.IsZero() && st.audited.Before(made) {
		made = st.audited
	}
	limit := made.Add(want.MaxAge)
	if e.in.Now.After(limit) {
		return &miss{AttestationStale, fmt.Sprintf("made %s, it is %s old, and the limit is %s", stamp(made), age(e.in.Now.Sub(made)), age(want.MaxAge)), true}
	}
	e.flipsAfter(limit)
	return nil
}

// age is a duration a person can compare: days where it is days.
func age(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
	}
	return d.Round(time.Second).String()
}

// lacksAttestations says why too few statements count.
func (e *evaluation) lacksAttestations(s scope, want *Attestation, open bool, votes []vote, misses []miss) {
	hint := "pratique attest " + e.asName() + " --key KEY"
	if want.Audit == nil {
		hint = "pratique attest --type " + want.Name + " --predicate FILE --key KEY " + e.asName()
	}
	switch {
	case len(votes) > 0:
		e.unmet(s, open, miss{AttestationThreshold, fmt.Sprintf("%s attested by %d of the %d different signers asked for, out of %s (so far: %s)",
			want.Name, distinct(votes), want.Threshold, strings.Join(want.AnyOf, ", "), strings.Join(namesOf(votes), ", ")), true}, hint)
	case len(misses) == 0 && !e.refused(s):
		e.unmet(s, open, miss{AttestationMissing, "no " + want.Name + " attestation by " + orList(want.AnyOf), true}, hint)
	}
	e.missReasons(s, open, "attestation", misses, hint)
}

// refused reports whether the requirement has a reason on this platform
// already, so that a bad audit is not called a missing one.
func (e *evaluation) refused(s scope) bool {
	return slices.ContainsFunc(e.reasons, func(r Reason) bool {
		return r.group == s.group && r.manifest == s.platform.Manifest && slices.Contains([]Code{AuditInvalid, AuditContradicts, RegistryUnreachable, ScanInvalid, VulnerabilityFound}, r.Code)
	})
}
