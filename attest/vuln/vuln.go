// Package vuln reads the results of vulnerability scanners and OpenVEX
// statements. It has no database of its own, and looks nothing up.
//
// A scan that found nothing and a file that is no scan are easily taken for
// one another: both list no vulnerabilities. So a result counts only in a shape
// that is known, and anything else is ErrInvalid. What a scanner was told to
// leave out (by severity, by an ignore file) is not in its result; whoever
// signs it vouches for that.
package vuln

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pratique-dev/pratique/verify/wire"
)

// The predicate types of scan results, and of OpenVEX documents.
const (
	TypeVulnsV01   = "https://in-toto.io/attestation/vulns/v0.1"
	TypeVulnsV02   = "https://in-toto.io/attestation/vulns/v0.2"
	TypeCosignVuln = "https://cosign.sigstore.dev/attestation/vuln/v1"
	TypeOpenVEX    = "https://openvex.dev/ns/v0.2.0"
)

// MaxFindings is how many findings one result may have.
const MaxFindings = 20_000

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
	// Severity is the one the scanner settled on; where a report has several,
	// the highest that can be read.
	Severity Severity
	Package  string
	Version  string
	// PURL is the package URL, "" where there is none.
	PURL string
	// FixedIn is the version that fixes it, "" where there is none yet.
	FixedIn string
	// FixUnsaid says that reports of this form never tell of fixes.
	FixUnsaid bool
}

// ErrInvalid means a report that cannot be read as one.
var ErrInvalid = errors.New("invalid scan result")

// Parse reads the predicate of a scan result of one of the types above. It
// has at most wire.MaxBundle bytes and MaxFindings findings. Errors wrap
// ErrInvalid; with one, the report is empty.
func Parse(predicateType string, predicate []byte) (Report, error) {
	r, err := parse(predicateType, predicate)
	if err == nil && len(r.Findings) > MaxFindings {
		err = fmt.Errorf("%d findings, at most %d are read", len(r.Findings), MaxFindings)
	}
	if err != nil {
		return Report{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return r, nil
}

func parse(predicateType string, predicate []byte) (Report, error) {
	if err := checkSize(predicate); err != nil {
		return Report{}, err
	}
	switch predicateType {
	case TypeVulnsV01, TypeVulnsV02:
		return parseVulns(predicate)
	case TypeCosignVuln:
		return parseCosign(predicate)
	}
	return Report{}, fmt.Errorf("%q is no predicate type of scan results", predicateType)
}

func checkSize(doc []byte) error {
	if len(doc) > wire.MaxBundle {
		return fmt.Errorf("%d bytes, at most %d are read: %w", len(doc), wire.MaxBundle, wire.ErrTooLarge)
	}
	return nil
}

// Sorted returns the findings without duplicates, worst first: those whose
// severity is unknown, then from critical down, and by identifier, package and
// version among equals.
func (r Report) Sorted() []Finding {
	list := slices.Clone(r.Findings)
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b.Severity.rank(), a.Severity.rank()),
			cmp.Compare(a.ID, b.ID), cmp.Compare(a.Package, b.Package), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.PURL, b.PURL), cmp.Compare(a.FixedIn, b.FixedIn), slices.Compare(a.Aliases, b.Aliases),
		)
	})
	return slices.CompactFunc(list, func(a, b Finding) bool {
		sameNames := slices.Equal(a.Aliases, b.Aliases)
		a.Aliases, b.Aliases = nil, nil
		return sameNames && a.equal(b)
	})
}

// equal compares all but the aliases.
func (f Finding) equal(g Finding) bool {
	return f.ID == g.ID && f.Severity == g.Severity && f.Package == g.Package && f.Version == g.Version &&
		f.PURL == g.PURL && f.FixedIn == g.FixedIn && f.FixUnsaid == g.FixUnsaid
}

// parseTime reads a time of a report. None is the zero time; one that cannot
// be read is an error, for it would pass as none.
func parseTime(what, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is no RFC 3339 time", what)
	}
	return t.UTC(), nil
}
