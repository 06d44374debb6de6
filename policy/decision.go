package policy

import (
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

// Verdict is the answer. The zero value refuses, and combining verdicts takes
// the lowest (S1).
type Verdict uint8

// The verdicts, lowest first. Undecided is a refusal at every door: a place
// that could not be looked at might still have changed the outcome.
const (
	Deny Verdict = iota
	Undecided
	Warn
	Allow
)

// String is the verdict as it appears in JSON; an undefined value is "deny".
func (v Verdict) String() string {
	switch v {
	case Undecided:
		return "undecided"
	case Warn:
		return "warn"
	case Allow:
		return "allow"
	default:
		return "deny"
	}
}

// Reason is one thing that pulled the verdict down, with what to do about it.
type Reason struct {
	// Code is stable, kebab-case, and listed in the docs.
	Code Code
	// Effect is the verdict this reason alone would give: Deny, Undecided or
	// Warn.
	Effect Verdict
	// Rule is the name of the rule that asked.
	Rule string
	// Platform is set where the reason concerns one platform only.
	Platform string
	// Text says what failed, Hint what to type about it.
	Text, Hint string
	// Who can do it: builder, operator, key holder or registry.
	Who string

	// group joins the reasons of one requirement: doing something about one of
	// them may be enough. Findings have none: each counts.
	group    string
	order    int
	control  string
	manifest verify.Digest
}

// Use says of one item of the evidence whether it counted, and why not.
type Use struct {
	// Item indexes Input.Evidence.Items.
	Item    int
	Counted bool
	// Why is the exact reason for an item that did not count.
	Why string
}

// Judged is a finding and what the policy's profile made of it.
type Judged struct {
	cis.Finding
	Effect cis.Effect
	// Source is where the finding comes from: attestation, image, request.
	Source string
	// Platform is the platform whose audit it is, Manifest its digest.
	Platform string
	Manifest verify.Digest
	// Exception is the reason of the exception that set the effect, or "".
	Exception string
}

// Decision is a verdict with everything it rests on.
type Decision struct {
	Verdict Verdict
	// Rule is the rule that applied, "" if none did.
	Rule string
	// Mode is the rule's mode at that instant: enforce or warn.
	Mode string
	// Policy names the document, and its digest covers every file it names.
	Policy Ref
	// Time is the instant that was judged.
	Time    time.Time
	Reasons []Reason
	Uses    []Use
	// Findings are the controls judged, in benchmark order per platform.
	Findings []Judged
	// Platforms are the manifests that were judged, each with its own verdict.
	Platforms []PlatformVerdict
	// Pin is the digest to run: the index only if every runnable child passed,
	// else the one platform manifest that was judged (S21). Empty on a refusal,
	// and where several platforms but not all were judged: the door then picks
	// from Platforms.
	Pin verify.Digest
	// ValidUntil is the last instant at which every comparison still gives the
	// same result. The zero time means that no comparison will flip.
	ValidUntil time.Time
}

// The modes of a rule, as decisions name them.
const (
	ModeEnforce = "enforce"
	ModeWarn    = "warn"
)

// PlatformVerdict is the verdict for one platform manifest: the lowest of the
// reasons that concern it.
type PlatformVerdict struct {
	Platform verify.Platform
	Manifest verify.Digest
	Verdict  Verdict
}

// Ref identifies a policy document.
type Ref struct {
	Name   string
	Serial int64
	Digest verify.Digest
}

// Audit is what the gate made of one CIS audit attestation.
type Audit struct {
	// Item indexes Input.Evidence.Items.
	Item int
	// Audit is the parsed predicate, if Err is nil.
	Audit attest.Audit
	Err   error
	// Platform is the manifest the audit was found to speak of.
	Platform verify.Digest
	// Fresh are the facts the gate collected from the image's own config and
	// history; an audit without them is undecided. They are compared with the attested ones and
	// judged in their stead (S15).
	Fresh *cis.Facts
	// DiffIDs are the digests of the image's uncompressed layers, lowest first,
	// as its config lists them. An audit that says which layers are the base's
	// is undecided without them.
	DiffIDs []string
	// Contradictions lists where the attested facts disagree with what the
	// image's own config and history show (S15).
	Contradictions []string
}

// Input is everything Evaluate sees.
type Input struct {
	Image    verify.Image
	Evidence verify.Evidence
	// Audits has an entry for each verified item that carries a CIS audit.
	Audits []Audit
	Now    time.Time
	// Host is the platform of the engine that will run the image, the zero
	// Platform if the door has none.
	Host verify.Platform
	// Only narrows what is judged to some platforms, as --platform does. What
	// is not judged is never pinned.
	Only []verify.Platform
}
