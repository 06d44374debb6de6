package vuln

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/verify/wire"
)

// MaxStatements is how many statements one OpenVEX document may have.
const MaxStatements = 10_000

// The statuses of a statement.
const (
	VEXNotAffected        = "not_affected"
	VEXAffected           = "affected"
	VEXFixed              = "fixed"
	VEXUnderInvestigation = "under_investigation"
)

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
	Status string
	// Justification is the label of one that is not_affected, or its impact
	// statement where there is no label.
	Justification string
	// Products are what it is about: identifiers and hashes of the image, or
	// package URLs. Without any it is about nothing.
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
	// Subcomponents are the identifiers of the parts meant; empty for all. ""
	// stands for a part without identifier, which is none we can find.
	Subcomponents []string
}

// vexDocument is an OpenVEX document as it is written.
type vexDocument struct {
	Context    string         `json:"@context"`
	Author     string         `json:"author"`
	Timestamp  string         `json:"timestamp"`
	Statements []vexStatement `json:"statements"`
}

type vexStatement struct {
	Vulnerability vexVulnerability `json:"vulnerability"`
	Timestamp     string           `json:"timestamp"`
	Products      []vexComponent   `json:"products"`
	// Subcomponents are of all products, in documents before v0.2.0.
	Subcomponents []vexComponent `json:"subcomponents"`
	Status        string         `json:"status"`
	Justification string         `json:"justification"`
	Impact        string         `json:"impact_statement"`
}

// ParseVEX reads an OpenVEX predicate, of v0.2.0 or before. It has at most
// wire.MaxBundle bytes and MaxStatements statements. Errors wrap ErrInvalid.
func ParseVEX(predicate []byte) (VEX, error) {
	v, err := parseVEX(predicate)
	if err != nil {
		return VEX{}, fmt.Errorf("%w: openvex: %w", ErrInvalid, err)
	}
	return v, nil
}

func parseVEX(predicate []byte) (VEX, error) {
	if err := checkSize(predicate); err != nil {
		return VEX{}, err
	}
	var d vexDocument
	if err := wire.Decode(predicate, &d); err != nil {
		return VEX{}, err
	}
	const context = "https://openvex.dev/ns"
	switch {
	case d.Context != context && !strings.HasPrefix(d.Context, context+"/v0."):
		return VEX{}, errors.New("@context is not that of a known version")
	case d.Statements == nil:
		return VEX{}, errors.New("has no statements")
	case len(d.Statements) > MaxStatements:
		return VEX{}, fmt.Errorf("%d statements, at most %d are read", len(d.Statements), MaxStatements)
	}
	at, err := parseTime("timestamp", d.Timestamp)
	if err != nil {
		return VEX{}, err
	}
	v := VEX{Author: d.Author, Timestamp: at}
	for i, s := range d.Statements {
		statement, err := s.statement(at)
		if err != nil {
			return VEX{}, fmt.Errorf("statements[%d]: %w", i, err)
		}
		v.Statements = append(v.Statements, statement)
	}
	return v, nil
}

// statement makes a statement; at is the document's timestamp.
func (s vexStatement) statement(at time.Time) (VEXStatement, error) {
	if s.Timestamp != "" {
		own, err := parseTime("timestamp", s.Timestamp)
		if err != nil {
			return VEXStatement{}, err
		}
		at = own
	}
	if at.IsZero() {
		return VEXStatement{}, errors.New("has no timestamp")
	}
	if s.Vulnerability.Name == "" {
		return VEXStatement{}, errors.New("names no vulnerability")
	}
	why, err := s.why()
	if err != nil {
		return VEXStatement{}, err
	}
	statement := VEXStatement{
		ID: s.Vulnerability.Name, Aliases: s.Vulnerability.Aliases,
		Status: s.Status, Justification: why, Timestamp: at,
	}
	for _, c := range s.Products {
		p, err := c.product(s.Subcomponents)
		if err != nil {
			return VEXStatement{}, err
		}
		statement.Products = append(statement.Products, p)
	}
	return statement, nil
}

// why checks the status and what a status needs.
func (s vexStatement) why() (string, error) {
	switch s.Status {
	case VEXAffected, VEXFixed, VEXUnderInvestigation:
		return s.Justification, nil
	case VEXNotAffected:
	default:
		return "", fmt.Errorf("%q is no status", s.Status)
	}
	switch s.Justification {
	case "":
		if strings.TrimSpace(s.Impact) == "" {
			return "", errors.New("is not_affected without justification")
		}
		return s.Impact, nil
	case "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist":
		return s.Justification, nil
	}
	return "", fmt.Errorf("%q is no justification", s.Justification)
}

// vexVulnerability is an object, or a name in documents before v0.2.0.
type vexVulnerability struct {
	Name    string
	Aliases []string
}

func (v *vexVulnerability) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, &v.Name)
	}
	var object struct {
		IRI     string   `json:"@id"`
		Name    string   `json:"name"`
		Aliases []string `json:"aliases"`
	}
	if err := wire.Decode(raw, &object); err != nil {
		return err
	}
	if v.Name, v.Aliases = object.Name, object.Aliases; v.Name == "" {
		v.Name = object.IRI
	}
	return nil
}
