// Package attest is what a signed audit says: the predicate of a CIS audit,
// its versions, and its strict reading.
//
// The predicate is in-toto's test-result/v0.1, which other policy engines can
// read, with one extension field under our own type URI that carries the facts
// (S14). A bare test-result without the extension is not an audit.
//
// The three lists of test-result name each control once, as CIS-DI-4.1 and so
// on: a pass in passedTests, a fail in failedTests, and warn, manual and
// unknown in warnedTests. A control that is not applicable was not run and is
// in no list; whether it is satisfied is for the gate to derive (S17), and a
// list of passed tests would hide that. [Parse] refuses a statement whose
// lists and extension disagree.
package attest

import (
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
)

const (
	// PredicateType is the type of a CIS audit's statement.
	PredicateType = "https://in-toto.io/attestation/test-result/v0.1"
	// ExtensionType is the key of our extension inside the predicate.
	ExtensionType = "https://pratique.dev/attestation/cis-docker-image/v2"
	// StatementV1 is the statement type we write; StatementV01 is read too,
	// since cosign writes it (S20).
	StatementV1  = "https://in-toto.io/Statement/v1"
	StatementV01 = "https://in-toto.io/Statement/v0.1"
	// CosignSignType is the predicate of a bundle that is an image signature.
	CosignSignType = "https://sigstore.dev/cosign/sign/v1"
	// PayloadType is the only DSSE payload type accepted.
	PayloadType = "application/vnd.in-toto+json"
)

// Audit is the content of a CIS audit attestation (S14): facts first, and the
// statuses they gave under the default parameters.
type Audit struct {
	// Benchmark is the benchmark and version, cis.Benchmark.
	Benchmark string
	// RulesVersion is the version of our rules that collected the facts.
	RulesVersion string
	// AuditedAt is the wall clock of the audit, never SOURCE_DATE_EPOCH.
	AuditedAt time.Time
	// Tool is "pratique" and its version.
	Tool, ToolVersion string
	// Platform is os/arch[/variant], Manifest and Config what was audited.
	Platform         string
	Manifest, Config string
	// ParametersDigest is the digest of the parameters behind Findings, Profile
	// the profile named at attest time and its digest.
	ParametersDigest       string
	Profile, ProfileDigest string
	// Dockerfile is the digest of the Dockerfile, if one was given.
	Dockerfile string
	Facts      cis.Facts
	Findings   []cis.Finding
	Builder    Builder
}

// Builder says who made the statement, where and why, as far as it was told.
type Builder struct {
	ID             string `json:"id,omitempty"`
	Pipeline       string `json:"pipeline,omitempty"`
	SourceURI      string `json:"sourceUri,omitempty"`
	SourceRevision string `json:"sourceRevision,omitempty"`
	Reason         string `json:"reason,omitempty"`
}
