// Package cis is the catalogue of CIS Docker Benchmark controls.
//
// Each control is two pure functions: Collect takes facts from an image, Judge
// makes a status from facts and parameters (S15). The facts travel in the
// attestation, so that a gate can judge again with its operator's parameters
// and need not trust the builder's.
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
	Control string
	// Key is our own stable name, such as "image.user".
	Key    string
	Status Status
	// Evidence is what a person can check, in words, without secrets.
	Evidence []string
	Origin   Origin
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

// Facts is everything the controls of section 4 judge. A nil field was not
// collected, and its control is unknown. It is part of the attestation: its
// JSON names are stable.
type Facts struct{}
