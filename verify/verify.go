// Package verify says who vouches for an image.
//
// A [Resolver] turns what the user wrote into an [Image]: digests, and nothing
// that can move. Each [Source] then lists every piece of evidence it can find
// for that image as [Item] values, and [Gather] collects them, together with
// the places that could not be looked at, as [Evidence].
//
// Three kinds of "no" stay apart everywhere. Nothing is there ([ErrNone]);
// something is there and does not verify ([ErrInvalid], of which
// [ErrUnreadable] is the part we cannot interpret); or we could not look (any
// other error). None of them is ever turned into another: an error is not an
// absence, and an absence is not a pass.
//
// This package decides nothing. Whether a claim is good enough for a
// repository at this moment is package policy's business alone.
package verify

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrNone means that the place was looked at and holds nothing.
	ErrNone = errors.New("nothing there")
	// ErrInvalid means that something is there and does not verify.
	ErrInvalid = errors.New("does not verify")
	// ErrUnreadable means that something is there in a form we do not
	// understand. It is a kind of ErrInvalid: it never counts, and it is never
	// reported as an absence.
	ErrUnreadable = fmt.Errorf("unreadable: %w", ErrInvalid)
	// ErrUntrusted means that no key of the ring verifies a signature. It is a
	// kind of ErrInvalid: a signature by a stranger, and most signatures whose
	// content was changed afterwards, look like this.
	ErrUntrusted = fmt.Errorf("not by a trusted key: %w", ErrInvalid)
	// ErrOtherSubject means that evidence speaks of something else than the
	// digest it was found at. It is a kind of ErrInvalid.
	ErrOtherSubject = fmt.Errorf("about something else: %w", ErrInvalid)
)

// Image is a resolved reference. Nothing past the resolver handles a tag to
// find content: Tag is kept because content trust and tag binding judge it.
type Image struct {
	// Asked is the reference exactly as the user wrote it.
	Asked string
	// Repo is the canonical repository, host/path, with Docker Hub as docker.io.
	Repo string
	// Tag is the tag the user asked for, or "" for a digest reference.
	Tag string
	// Index is the digest of what the reference named: an image index, or, for
	// a single-platform image, the manifest itself.
	Index Digest
	// Platforms are the runnable manifests: the index's children, or the one
	// manifest, whose digest then equals Index.
	Platforms []PlatformImage
}

// Digests lists every digest at which evidence for the image may be attached:
// the index first, then each platform manifest once.
func (i Image) Digests() []Digest {
	out := []Digest{i.Index}
	seen := map[Digest]bool{i.Index: true}
	for _, p := range i.Platforms {
		if !seen[p.Manifest] {
			seen[p.Manifest] = true
			out = append(out, p.Manifest)
		}
	}
	return out
}

// PlatformImage is one runnable manifest of an image.
type PlatformImage struct {
	// Platform is what the index says the manifest runs on; the zero Platform
	// for a single manifest whose config has not been read.
	Platform Platform
	// Manifest is the digest of the platform manifest.
	Manifest Digest
	// Config is the digest of its config, as the manifest names it; "" where
	// the manifest itself has not been read.
	Config Digest
}

// Kind says what sort of evidence an item is.
type Kind string

// The kinds of evidence, as they appear in JSON output.
const (
	KindSignature   Kind = "signature"
	KindAttestation Kind = "attestation"
	KindTrustData   Kind = "trust-data"
)

// Format says how an item is stored.
type Format string

// The formats of evidence, as they appear in JSON output.
const (
	FormatCosignTag    Format = "cosign-tag"
	FormatCosignBundle Format = "cosign-bundle"
	FormatCosignOCI11  Format = "cosign-oci11"
	FormatNotary       Format = "notary"
	FormatBuildKit     Format = "buildkit"
	FormatNotation     Format = "notation"
	// FormatUnknown is an attached artifact nobody here can read.
	FormatUnknown Format = "unknown"
)

// TimeProof says what stands behind a claim's time.
type TimeProof string

// The proofs of time. TimeClaimed is the signer's own clock and proves nothing
// to anyone who does not trust the signer with it.
const (
	TimeNone    TimeProof = ""
	TimeClaimed TimeProof = "claimed"
	TimeLog     TimeProof = "log"
	TimeTSA     TimeProof = "tsa"
)

// Item is one thing that was found, whether or not it verified. Users see all
// of them.
type Item struct {
	// Location is where it is stored: repository@digest of its manifest, with
	// "#n" for the n-th layer of a manifest that holds several.
	Location string
	Format   Format
	Kind     Kind
	// Subject is the digest the item was found at (Claim.Subject is what was
	// signed).
	Subject Digest
	// PredicateType is the type in the payload, verified or not, for display.
	PredicateType string
	// Claim is set if and only if the item verified.
	Claim *Claim
	// Err is the exact reason why it did not: it wraps ErrInvalid, or it is an
	// error of looking.
	Err error
}

// Unreachable reports whether the item is listed but could not be looked at.
func (i Item) Unreachable() bool {
	return i.Claim == nil && !errors.Is(i.Err, ErrInvalid)
}

// MayBe reports whether the item is of a kind, or could be: evidence that was
// found but not read says nothing of its kind, and must not pass for an absence.
func (i Item) MayBe(k Kind) bool {
	return i.Kind == k || i.Kind == "" && i.Claim == nil && i.Format != FormatUnknown
}

// Claim is a statement somebody signed. It exists only after its cryptography
// and its shape checked out against a key of the ring.
type Claim struct {
	// Subjects are the digests the signed payload speaks of, the matched one
	// first. A simple-signing payload has exactly one.
	Subjects []Digest
	// Repository is the repository named inside the signed payload, canonical,
	// or "" where the format carries none (bundles).
	Repository string
	// Identity is the canonical identity of the signer: "spki:sha256:<hex>".
	Identity string
	// Signers are the names in the key ring this identity satisfies.
	Signers []string
	// Time is when it was signed and TimeProof what proves it.
	Time      time.Time
	TimeProof TimeProof
	// StatementType and PredicateType come from the signed statement; empty
	// for a simple-signing payload.
	StatementType string
	PredicateType string
	// Predicate is the raw signed predicate, nil for an image signature.
	Predicate []byte
	// Annotations are the signed annotations of an image signature.
	Annotations map[string]string
}

// Subject is the digest that tied the claim to the image.
func (c Claim) Subject() Digest {
	if len(c.Subjects) == 0 {
		return ""
	}
	return c.Subjects[0]
}

// Gap is a place that could not be looked at, or not to its end.
type Gap struct {
	// Source is the name of the source that could not look.
	Source string
	Err    error
}

// Evidence is everything that was found for an image.
type Evidence struct {
	Items []Item
	Gaps  []Gap
}
