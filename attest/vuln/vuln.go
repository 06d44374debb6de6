// Package vuln reads the results of vulnerability scanners and OpenVEX
// statements. It has no database of its own.
package vuln

import (
	"errors"
	"time"
)

// The predicate types of scan results.
const (
	TypeVulnsV01   = "https://in-toto.io/attestation/vulns/v0.1"
	TypeVulnsV02   = "https://in-toto.io/attestation/vulns/v0.2"
	TypeCosignVuln = "https://cosign.sigstore.dev/attestation/vuln/v1"
	TypeOpenVEX    = "https://openvex.dev/ns/v0.2.0"
)

// Severity orders what scanners say; the zero value is unknown.
type Severity uint8

// The severities, lowest first.
const (
	SeverityUnknown Severity = iota
	SeverityNegligible
	SeverityLow
	SeverityMedium
	SeverityHigh
	SeverityCritical
)

// Report is the result of one scan.
type Report struct {
	// Scanner is its name or URI, Version its version.
	Scanner, Version string
	// ScannedAt is when the scan finished, Database how old the scanner's
	// database was; zero times where the report does not say.
	ScannedAt, Database time.Time
	Findings            []Finding
}

// Finding is one vulnerability in one package.
type Finding struct {
	// ID is the identifier the scanner uses, Aliases others for the same.
	ID      string
	Aliases []string
	// Severity is the highest any source in the report names.
	Severity Severity
	Package  string
	Version  string
	// PURL is the package URL, "" where there is none.
	PURL string
	// FixedIn is the version that fixes it, "" where there is none yet.
	FixedIn string
}

// ErrInvalid means a report that cannot be read as one.
var ErrInvalid = errors.New("invalid scan result")

// Parse reads the predicate of a scan result of one of the types above.
func Parse(predicateType string, predicate []byte) (Report, error) {
	return Report{}, ErrInvalid
}

// VEX is an OpenVEX document.
type VEX struct {
	Author     string
	Timestamp  time.Time
	Statements []VEXStatement
}

// VEXStatement says of one vulnerability whether it affects some products.
type VEXStatement struct {
	// ID is the vulnerability, Aliases other names of it.
	ID      string
	Aliases []string
	// Status is not_affected, affected, fixed or under_investigation.
	Status        string
	Justification string
	// Products are what it is about: identifiers and hashes of the image, or
	// package URLs.
	Products []VEXProduct
	// Timestamp is the statement's own, or the document's.
	Timestamp time.Time
}

// VEXProduct is a product of a statement.
type VEXProduct struct {
	// IDs are its identifiers: @id, package URLs.
	IDs []string
	// SHA256 are its digests, in hex.
	SHA256 []string
	// Subcomponents are the identifiers of the parts meant; empty for all.
	Subcomponents []string
}

// ParseVEX reads an OpenVEX predicate.
func ParseVEX(predicate []byte) (VEX, error) { return VEX{}, ErrInvalid }

// Wrap makes the predicate of a statement of a scanner's own report: trivy's
// or grype's JSON becomes the result in a cosign vuln/v1 predicate; one that is
// a predicate already is returned as it is.
func Wrap(report []byte) (predicateType string, predicate []byte, err error) {
	return "", nil, ErrInvalid
}
