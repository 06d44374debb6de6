package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

// vote is a claim that counts for a requirement: who made it.
type vote struct {
	item     int
	identity string
	names    []string
}

// usable decides whether a claim may count at all for a requirement that names
// these signers: it must be by one of them, and that signer's key must be good
// for it (S12). A claim of a revoked signer never counts.
func (e *evaluation) usable(anyOf []string, c *verify.Claim) (vote, *miss) {
	if len(c.Subjects) > maxSubjects {
		return vote{}, &miss{code: TooManySubjects, why: fmt.Sprintf("it speaks of %d subjects, and more than %d are not accepted", len(c.Subjects), maxSubjects)}
	}
	v := vote{identity: c.Identity}
	var bad *miss
	for _, name := range sorted(c.Signers) {
		s := e.doc.signer(name)
		if !slices.Contains(anyOf, name) || s == nil || s.Kind != SignerKey || s.Key.Identity == "" || s.Key.Identity != c.Identity {
			continue
		}
		if m := e.window(s, c); m != nil {
			bad = m
			continue
		}
		v.names = append(v.names, name)
	}
	switch {
	case len(v.names) > 0:
		return v, nil
	case bad != nil:
		return vote{}, bad
	case e.revokedSigner(c) != nil:
		return vote{}, e.window(e.revokedSigner(c), c)
	case len(c.Signers) > 0:
		return vote{}, &miss{SignatureUntrustedKey, fmt.Sprintf("it is by %s, and the rule asks for %s", strings.Join(sorted(c.Signers), ", "), orList(anyOf)), true}
	}
	return vote{}, &miss{SignatureUntrustedKey, "its key has no name in the policy; the rule asks for " + orList(anyOf), true}
}

// revokedSigner is the revoked signer a claim is by, whatever the requirement
// names: what a lost key signed is never a mere lack of evidence (S2).
func (e *evaluation) revokedSigner(c *verify.Claim) *Signer {
	for _, name := range sorted(c.Signers) {
		if s := e.doc.signer(name); s != nil && s.Revoked && s.Key.Identity == c.Identity {
			return s
		}
	}
	return nil
}

// window checks a claim against the signer's own limits, at the instant that
// is judged.
func (e *evaluation) window(s *Signer, c *verify.Claim) *miss {
	now := e.in.Now
	proven := !c.Time.IsZero() && (c.TimeProof == verify.TimeLog || c.TimeProof == verify.TimeTSA)
	if !s.NotBefore.IsZero() {
		e.flipsAfter(s.NotBefore.Add(-time.Nanosecond))
	}
	switch {
	case s.Revoked:
		return &miss{code: SignerRevoked, why: fmt.Sprintf("signer %s is revoked, and nothing it signed counts", s.Name)}
	case s.LogRequired && (c.TimeProof != verify.TimeLog || !proven):
		return &miss{code: LogMissing, why: fmt.Sprintf("signer %s must be logged, and it has no log entry", s.Name)}
	case now.Before(s.NotBefore), proven && c.Time.Before(s.NotBefore):
		return &miss{code: SignerNotYetValid, why: fmt.Sprintf("the key of %s is valid from %s", s.Name, stamp(s.NotBefore))}
	case s.NotAfter.IsZero(), proven && !c.Time.After(s.NotAfter):
		return nil
	case proven:
		return &miss{code: SignerExpired, why: fmt.Sprintf("the key of %s ended %s, and it was signed %s", s.Name, stamp(s.NotAfter), stamp(c.Time))}
	case now.After(s.NotAfter):
		return &miss{code: SignerExpired, why: fmt.Sprintf("the key of %s ended %s, and nothing proves that it was signed before", s.Name, stamp(s.NotAfter))}
	}
	e.flipsAfter(s.NotAfter)
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// orList is "a, b or c".
func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// unsupported are the names of a requirement this build cannot check.
func (e *evaluation) unsupported(anyOf []string) []*Signer {
	var out []*Signer
	for _, name := range anyOf {
		if s := e.doc.signer(name); s != nil && s.Kind != SignerKey && !s.Revoked {
			out = append(out, s)
		}
	}
	return out
}

func (e *evaluation) unsupportedReasons(s scope, list []*Signer) {
	for _, signer := range list {
		e.reason(s, Undecided, UnsupportedSigner, fmt.Sprintf("this build cannot check %s signers, and %s is one", signer.Kind, signer.Name),
			"name a signer with a key, or use a build that checks "+string(signer.Kind))
	}
}

// distinct is the largest number of votes that differ both in the signer's name
// and in its identity (S8): a matching between the two, so that one identity
// under two names, or two under one, count once.
func distinct(votes []vote) int {
	edges := map[string][]string{}
	for _, v := range votes {
		edges[v.identity] = append(edges[v.identity], v.names...)
	}
	taken := map[string]string{}
	var place func(id string, tried map[string]bool) bool
	place = func(id string, tried map[string]bool) bool {
		for _, name := range edges[id] {
			if tried[name] {
				continue
			}
			tried[name] = true
			if other, ok := taken[name]; !ok || place(other, tried) {
				taken[name] = id
				return true
			}
		}
		return false
	}
	n := 0
	for id := range edges {
		if place(id, map[string]bool{}) {
			n++
		}
	}
	return n
}

// unverified says why an item that carries no claim did not count. What does
// not verify is never mere absence.
func unverified(item verify.Item, untrusted, invalid, elsewhere Code) *miss {
	why := "it does not verify"
	if item.Err != nil {
		why = item.Err.Error()
	}
	switch {
	case item.Format == verify.FormatBuildKit:
		return &miss{AttestationUnsigned, "an attestation nobody signed is no evidence: " + why, true}
	case errors.Is(item.Err, verify.ErrUnreadable):
		return &miss{code: EvidenceUnreadable, why: why}
	case errors.Is(item.Err, verify.ErrOtherSubject):
		return &miss{code: elsewhere, why: why}
	case errors.Is(item.Err, verify.ErrUntrusted):
		return &miss{code: untrusted, why: why}
	}
	return &miss{code: invalid, why: why}
}
