package policy

import (
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
)

// Document is a policy that was read strictly: every name in it resolves,
// every file it references was read. The zero Document and nil deny.
type Document struct {
	// Name and Serial are the policy's metadata.
	Name   string
	Serial int64
	// Digest covers the policy's bytes and every file it references (S5).
	Digest verify.Digest
	// Default is the verdict for images no rule matches.
	Default Verdict
	// Signers, Rules and Registries are in the order of the file.
	Signers    []Signer
	Rules      []Rule
	Registries []Registry
	// Floor applies to every image as well (S4); nil if there is none.
	Floor *Requirements

	source []byte
	file   string
	ring   keys.Ring
	at     map[string]pos
}

// Ref identifies the document in decisions.
func (d *Document) Ref() Ref {
	if d == nil {
		return Ref{}
	}
	return Ref{Name: d.Name, Serial: d.Serial, Digest: d.Digest}
}

// Ring lists the key signers, the revoked ones too, so that what they signed
// can be told from what nobody known signed.
func (d *Document) Ring() keys.Ring {
	if d == nil {
		return keys.Ring{}
	}
	return d.ring
}

// YAML is the text the document was read from.
func (d *Document) YAML() []byte { return append([]byte(nil), d.source...) }

// Match is the rule for a canonical repository (host/path): the most specific
// one. Two rules of equal specificity never match one name; Parse sees to it.
func (d *Document) Match(repo string) (*Rule, bool) {
	if d == nil {
		return nil, false
	}
	rule, _ := d.match(repo)
	return rule, rule != nil
}

func (d *Document) match(repo string) (best *Rule, by Pattern) {
	for i := range d.Rules {
		for _, p := range d.Rules[i].Images {
			if p.Match(repo) && (best == nil || p.compare(by) > 0) {
				best, by = &d.Rules[i], p
			}
		}
	}
	return best, by
}

// signer finds a signer by name; nil if there is none.
func (d *Document) signer(name string) *Signer {
	for i := range d.Signers {
		if d.Signers[i].Name == name {
			return &d.Signers[i]
		}
	}
	return nil
}

// SignerKind says what stands behind a signer's name.
type SignerKind string

// The kinds of signers. This build checks keys only; see Document.Unsupported.
const (
	SignerKey          SignerKind = "key"
	SignerKeyless      SignerKind = "keyless"
	SignerContentTrust SignerKind = "content trust"
)

// Signer is somebody who may vouch.
type Signer struct {
	Name string
	Kind SignerKind
	// File is the key file as written, Key what was in it; keys only.
	File string
	Key  keys.PublicKey
	// NotBefore and NotAfter bound the key's validity; zero is no bound.
	NotBefore, NotAfter time.Time
	// Revoked never counts (S12).
	Revoked bool
	// LogRequired counts only claims with a transparency log entry (S9).
	LogRequired bool
	// Keyless and ContentTrust are set for those kinds.
	Keyless      *Keyless
	ContentTrust *ContentTrust
}

// Keyless is a certificate identity (S10).
type Keyless struct {
	Issuer, Identity, IdentityRegexp, Repository string
	// TrustedRoot is the content of the trusted root file.
	TrustedRoot []byte
}

// ContentTrust is a pinned Notary server.
type ContentTrust struct {
	Server          string
	ServerCA        []byte
	CertificateID   string
	RootCA          []byte
	Roles           []string
	MaxTimestampAge time.Duration
}

// Registry says how to reach one registry.
type Registry struct {
	// Host is host[:port].
	Host string
	HTTP bool
	// CA is PEM, nil for the system's roots.
	CA []byte
	// TokenRealms are further hosts that may be sent credentials for a token.
	TokenRealms []string
}

// Rule says what images of some names need.
type Rule struct {
	Name   string
	Images []Pattern
	// WarnUntil is when mode warn ends: the zero time for mode enforce,
	// forever for a warn without until.
	WarnUntil time.Time
	Platforms Platforms
	Requirements
}

// Platforms is what of an image is judged: everything by default.
type Platforms struct {
	// Host means the engine's own platform only.
	Host bool
	// List means these only.
	List []verify.Platform
}

// Requirements are the evidence a rule or a floor asks for.
type Requirements struct {
	Signatures   *Signatures
	Attestations []Attestation
	Run          *Run
}

// Binds is what a signature must name (S11).
type Binds string

// What a signature may be bound to. No signer of this build binds tags.
const (
	BindsDigest     Binds = "digest"
	BindsRepository Binds = "repository"
	BindsTag        Binds = "tag"
)

// Signatures asks for image signatures.
type Signatures struct {
	AnyOf       []string
	Threshold   int
	Binds       Binds
	SignedAs    []string
	Annotations map[string]string
}

// Attestation asks for one kind of attestation.
type Attestation struct {
	// Predicates are the URIs of the types that are taken, Name is how the policy
	// wrote them.
	Predicates []string
	Name       string
	AnyOf      []string
	Threshold  int
	// MaxAge is zero for no limit.
	MaxAge time.Duration
	// TimeClaimed lets the signer's own clock count (S18).
	TimeClaimed bool
	// Audit is set for CIS audits only, Scan for scan results whose findings
	// matter.
	Audit *AuditRule
	Scan  *ScanRule
}

// ScanRule says what a vulnerability scanner may have found.
type ScanRule struct {
	// MaxSeverity is the highest severity let through; SeverityUnknown lets
	// nothing through. A finding of unknown severity is above all of them.
	MaxSeverity vuln.Severity
	// FixableOnly lets through what no version fixes yet.
	FixableOnly bool
	// MaxDatabaseAge bounds how old the scanner's database may be now; zero for
	// no limit.
	MaxDatabaseAge time.Duration
	Ignore         []Ignored
	// VEX names the signers whose OpenVEX statements count.
	VEX []string
}

// Ignored lets one vulnerability be for a while.
type Ignored struct {
	// ID is the scanner's identifier or an alias of it.
	ID, Reason string
	// Until is the last instant at which it holds.
	Until time.Time

	at pos
}

// AuditRule says how the facts of an audit are judged.
type AuditRule struct {
	Standard
	Parameters cis.Parameters
	// Base is the standard for what the image has from its base; nil where that
	// is judged as everything else is.
	Base *Standard
}

// Standard says what findings lead to, and which of them may be.
type Standard struct {
	Profile cis.Profile
	// ProfileName is starter, cis-l1 or cis-l2.
	ProfileName string
	Except      []Exception
}

// Run asks for section 5, which only a door with a request can judge.
type Run struct {
	ProfileName string
	// Controls are raised or lowered by the policy.
	Controls map[string]cis.Effect
	Except   []Exception
}

// Exception lets one control fail for a while (S6).
type Exception struct {
	Control, Reason string
	// Until is the last instant at which it holds.
	Until time.Time
	// Image narrows it to images, Evidence to pieces of evidence; both may be
	// unset.
	Image    *Pattern
	Evidence string

	at pos
}

// forever is the end of a mode warn without until.
func forever() time.Time { return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) }
