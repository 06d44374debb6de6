// Package cis is the catalogue of CIS Docker Benchmark controls.
//
// Each control is two pure functions: Collect takes facts from an image, Judge
// makes a status from facts and parameters (S15). The facts travel in the
// attestation, so that a gate can judge again with its operator's parameters
// and need not trust the builder's.
//
// What an image's config and history show is collected from [Contents]; both
// are bound to the image by the config digest, so a gate can collect them
// again at no cost but the config and compare ([Contradictions]). Files in the
// layers are not read: a control that needs them is unknown and says so, and
// nothing here ever turns "not looked at" into a pass.
//
// Findings and facts never hold a secret's value. They say which rule matched,
// where, and how long the value is; history rows are redacted before they are
// kept. Redaction finds what the rules know, and what is shaped like a
// credential; a password that looks like an ordinary word in the middle of a
// command cannot be told from the command.
//
// Titles and remediation texts are our own. The numbers are those of the CIS
// Docker 1.13.0 benchmark; a number means nothing without its benchmark.
package cis

// Status is the outcome of one control. The zero value is Unknown.
type Status uint8

// The statuses. Unknown means that the input is missing or unreadable; it
// never passes.
const (
	Unknown Status = iota
	Pass
	Fail
	Warn
	Manual
	NotApplicable
)

// Origin says whose finding it is.
type Origin string

// The origins: the image's own layers, its base image's, or not known.
const (
	OriginOwn     Origin = "own"
	OriginBase    Origin = "base"
	OriginUnknown Origin = "unknown"
)

// Finding is the status of one control for one object.
type Finding struct {
	// Control is the CIS Docker 1.13.0 number, such as "4.1".
	Control string `json:"control"`
	// Key is our own stable name, such as "image.user".
	Key    string `json:"key"`
	Status Status `json:"status"`
	// Evidence is what a person can check, in words, without secrets. Text from
	// the image in it is quoted, so that it cannot drive a terminal.
	Evidence []string `json:"evidence"`
	Origin   Origin   `json:"origin"`
	// Items are the pieces the finding is made of, each with its own status,
	// origin and place. They are not attested: the facts are.
	Items []Item `json:"-"`
}

// Effect is what a profile makes of a finding.
type Effect uint8

// The effects. The zero value denies.
const (
	EffectDeny Effect = iota
	EffectWarn
	EffectNone
)

// Benchmark is the version whose numbers Finding.Control uses.
const Benchmark = "CIS Docker 1.13.0"

// RulesVersion is the version of the rules that collect facts. It changes
// whenever the same image would give other facts.
const RulesVersion = "2"
