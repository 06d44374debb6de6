package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/verify"
)

// signatures judges a signature requirement on each platform; the lowest
// decides (S8).
func (e *evaluation) signatures(s scope, want *Signatures) {
	e.asked = true
	s.group = s.rule + " signatures"
	for _, p := range e.judged {
		s.platform = p
		met := e.signedPlatform(s, want)
		before, asked := e.signed[p.Manifest]
		e.signed[p.Manifest] = met && (before || !asked)
	}
}

func (e *evaluation) signedPlatform(s scope, want *Signatures) bool {
	if want.Binds == BindsTag {
		e.reason(s, Undecided, TagBindingUnsupported, "the rule binds signatures to tags, and this build cannot check that",
			"write binds: repository, or binds: digest")
		return false
	}
	var votes []vote
	var misses []miss
	for i, item := range e.in.Evidence.Items {
		v, m := e.signature(want, s.platform, item)
		switch {
		case m != nil:
			e.note(i, m.why)
			misses = append(misses, *m)
		case v != nil:
			e.count(i)
			v.item = i
			votes = append(votes, *v)
		}
	}
	met := want.Threshold > 0 && distinct(votes) >= want.Threshold
	e.step(s, fmt.Sprintf("signatures: %d of %s", want.Threshold, strings.Join(want.AnyOf, ", ")), met, votes)
	if met {
		return true
	}
	e.lacksSignatures(s, want, votes, misses)
	return false
}

// signature looks at one item: a vote, a reason why not, or neither where the
// item has nothing to do with the requirement.
func (e *evaluation) signature(want *Signatures, p verify.PlatformImage, item verify.Item) (*vote, *miss) {
	if !item.MayBe(verify.KindSignature) || item.Unreachable() {
		return nil, nil
	}
	if item.Claim == nil {
		if item.Subject != "" && item.Subject != e.in.Image.Index && item.Subject != p.Manifest {
			return nil, nil
		}
		return nil, unverified(item, SignatureUntrustedKey, SignatureInvalid, SignatureWrongSubject)
	}
	c := item.Claim
	if c.PredicateType != "" && c.PredicateType != attest.CosignSignType {
		return nil, nil
	}
	if !slices.Contains(c.Subjects, e.in.Image.Index) && !slices.Contains(c.Subjects, p.Manifest) {
		if e.ofImage(c) {
			return nil, nil
		}
		return nil, &miss{code: SignatureWrongSubject, why: fmt.Sprintf("it signs %s, which is not this image", c.Subject())}
	}
	v, m := e.usable(want.AnyOf, c)
	if m == nil {
		m = e.bound(want, c)
	}
	if m != nil {
		return nil, m
	}
	return &v, nil
}

// ofImage reports whether a claim speaks of any part of the image.
func (e *evaluation) ofImage(c *verify.Claim) bool {
	return slices.ContainsFunc(e.in.Image.Digests(), func(d verify.Digest) bool { return slices.Contains(c.Subjects, d) })
}

// bound checks what else the signature must say (S11): the repository it was
// made for, and annotations.
func (e *evaluation) bound(want *Signatures, c *verify.Claim) *miss {
	if c.Repository != "" && c.Repository != e.in.Image.Repo && !slices.Contains(want.SignedAs, c.Repository) {
		return &miss{code: SignatureWrongRepo, why: fmt.Sprintf("it was made for %s, and signedAs does not list that", c.Repository)}
	}
	if c.Repository == "" && want.Binds == BindsRepository {
		return &miss{code: SignatureWrongRepo, why: "it names no repository, and the rule binds signatures to one"}
	}
	for _, key := range slices.Sorted(maps.Keys(want.Annotations)) {
		if got, ok := c.Annotations[key]; !ok || got != want.Annotations[key] {
			return &miss{code: SignatureNoAnnotation, why: fmt.Sprintf("its annotation %s is not %q", key, want.Annotations[key])}
		}
	}
	return nil
}

// lacksSignatures says why a signature requirement is not met. It is open as
// long as something that could not be looked at might meet it.
func (e *evaluation) lacksSignatures(s scope, want *Signatures, votes []vote, misses []miss) {
	unsupported := e.unsupported(want.AnyOf)
	have := distinct(votes)
	helped := len(unsupported) > 0 && have+len(unsupported) >= want.Threshold
	open := e.gaps() || helped
	if helped {
		e.unsupportedReasons(s, unsupported)
	}
	e.gapReasons(s)
	sign := "pratique sign " + e.asName() + " --key KEY"
	for _, key := range slices.Sorted(maps.Keys(want.Annotations)) {
		sign += fmt.Sprintf(" -a %q", key+"="+want.Annotations[key])
	}
	switch {
	case have > 0:
		e.unmet(s, open, miss{SignatureThreshold, fmt.Sprintf("signed by %d of the %d different signers asked for, out of %s (so far: %s)",
			have, want.Threshold, strings.Join(want.AnyOf, ", "), strings.Join(namesOf(votes), ", ")), true}, sign)
	case len(misses) == 0:
		e.unmet(s, open, miss{SignatureMissing, "no signature by " + orList(want.AnyOf) + "; nothing is signed", true}, sign)
		if e.attested(want.AnyOf) {
			e.unmet(s, open, miss{SignatureOnlyAttested, "an attestation is there, but an attestation is no signature", true}, sign)
		}
	}
	e.missReasons(s, open, "signature", misses, sign)
}

// missReasons adds one reason for each code among the misses.
func (e *evaluation) missReasons(s scope, open bool, what string, misses []miss, hint string) {
	byCode := map[Code][]string{}
	missing := map[Code]bool{}
	for _, m := range misses {
		if _, ok := byCode[m.code]; !ok {
			missing[m.code] = true
		}
		byCode[m.code] = append(byCode[m.code], m.why)
		missing[m.code] = missing[m.code] && m.missing
	}
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		text := fmt.Sprintf("a %s does not count: %s", what, someOf(sorted(byCode[code]), 3))
		if what == "attestation" {
			text = "an" + text[1:]
		}
		e.unmet(s, open, miss{code, text, missing[code]}, hintFor(code, hint, e.asName()))
	}
}

// hintFor is what to type about evidence that is there and does not count.
func hintFor(code Code, make, name string) string {
	switch code {
	case SignatureUntrustedKey, AttestationUntrusted:
		return "add the signer's key to signers and its name to anyOf, or " + make
	case SignerRevoked, SignerExpired, SignerNotYetValid:
		return "with another signer's key: " + make
	case SignatureWrongRepo:
		return "list the repository in signedAs, or " + make
	case LogMissing:
		return "sign with a log entry, as cosign sign --tlog-upload=true --key KEY " + name + " does"
	case AttestationNoTime:
		return "write time: claimed in the rule, and the signer's own clock counts"
	case SignatureInvalid, AttestationInvalid, EvidenceUnreadable, SignatureWrongSubject, AttestationWrongSubject, AuditInvalid:
		return "pratique inspect " + name + ", then " + make
	}
	return make
}

func namesOf(votes []vote) []string {
	var out []string
	for _, v := range votes {
		out = append(out, v.names...)
	}
	return sorted(out)
}

// attested reports whether one of the signers attested something of the image.
func (e *evaluation) attested(anyOf []string) bool {
	return slices.ContainsFunc(e.in.Evidence.Items, func(item verify.Item) bool {
		if item.Kind != verify.KindAttestation || item.Claim == nil || !e.ofImage(item.Claim) {
			return false
		}
		return slices.ContainsFunc(item.Claim.Signers, func(n string) bool { return slices.Contains(anyOf, n) })
	})
}
