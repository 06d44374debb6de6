package vuln

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/verify/wire"
)

// frame is what the predicates of cosign and in-toto have in common. The
// Protocol Buffers definition of in-toto's v0.1 has other names for two of the
// fields than its document.
type frame struct {
	Scanner *struct {
		URI      string          `json:"uri"`
		Version  string          `json:"version"`
		DB       database        `json:"db"`
		Database database        `json:"database"`
		Result   json.RawMessage `json:"result"`
	} `json:"scanner"`
	Metadata     scanTimes `json:"metadata"`
	ScanMetadata scanTimes `json:"scanMetadata"`
}

type database struct {
	URI        string `json:"uri,omitempty"`
	Version    string `json:"version,omitempty"`
	LastUpdate string `json:"lastUpdate,omitempty"`
}

type scanTimes struct {
	Started  string `json:"scanStartedOn,omitempty"`
	Finished string `json:"scanFinishedOn,omitempty"`
}

// parseFrame reads all but the result, which is there.
func parseFrame(predicate []byte) (r Report, result []byte, err error) {
	var f frame
	if err := wire.Decode(predicate, &f); err != nil {
		return Report{}, nil, err
	}
	if f.Scanner == nil || isNull(f.Scanner.Result) {
		return Report{}, nil, errors.New("has no scanner.result")
	}
	r = Report{Scanner: f.Scanner.URI, Version: f.Scanner.Version}
	r.ScannedAt, err = oneTime("metadata.scanFinishedOn", f.Metadata.Finished, f.ScanMetadata.Finished)
	if err != nil {
		return Report{}, nil, err
	}
	r.Database, err = oneTime("scanner.db.lastUpdate", f.Scanner.DB.LastUpdate, f.Scanner.Database.LastUpdate)
	return r, f.Scanner.Result, err
}

// oneTime reads a time that a predicate may have at either of two places.
func oneTime(what, a, b string) (time.Time, error) {
	if a != "" && b != "" {
		return time.Time{}, fmt.Errorf("%s is there twice", what)
	}
	return parseTime(what, a+b)
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// parseCosign reads cosign's predicate, whose result is a scanner's own report.
func parseCosign(predicate []byte) (Report, error) {
	r, result, err := parseFrame(predicate)
	if err != nil {
		return Report{}, err
	}
	native, err := parseNative(result)
	if err != nil {
		return Report{}, fmt.Errorf("scanner.result: %w", err)
	}
	if r.Scanner == "" {
		r.Scanner = native.Scanner
	}
	if r.Version == "" {
		r.Version = native.Version
	}
	if r.ScannedAt.IsZero() {
		r.ScannedAt = native.ScannedAt
	}
	if r.Database.IsZero() {
		r.Database = native.Database
	}
	r.Findings = native.Findings
	return r, nil
}

// native is what tells the reports of scanners apart.
type native struct {
	SchemaVersion json.RawMessage `json:"SchemaVersion"`
	Matches       json.RawMessage `json:"matches"`
}

// parseNative reads trivy's or grype's JSON.
func parseNative(report []byte) (Report, error) {
	var n native
	if err := wire.Decode(report, &n); err != nil {
		return Report{}, err
	}
	switch {
	case n.SchemaVersion != nil && n.Matches == nil:
		return parseTrivy(report)
	case n.Matches != nil && n.SchemaVersion == nil:
		return parseGrype(report)
	}
	return Report{}, errors.New("neither trivy's nor grype's JSON")
}

// vulnerability is a finding of in-toto's predicates. The text of v0.1 has it
// inside another object, its example has not.
type vulnerability struct {
	ID       string         `json:"id"`
	Severity []scored       `json:"severity"`
	Nested   *vulnerability `json:"vulnerability"`
}

func parseVulns(predicate []byte) (Report, error) {
	r, result, err := parseFrame(predicate)
	if err != nil {
		return Report{}, err
	}
	if result, err = vulnsList(result); err != nil {
		return Report{}, fmt.Errorf("scanner.result: %w", err)
	}
	var list []vulnerability
	if err := wire.Decode(result, &list); err != nil {
		return Report{}, fmt.Errorf("scanner.result: %w", err)
	}
	for i, v := range list {
		if v.Nested != nil {
			if v.ID != "" || v.Severity != nil || v.Nested.Nested != nil {
				return Report{}, fmt.Errorf("scanner.result[%d]: two findings in one", i)
			}
			v = *v.Nested
		}
		if v.ID == "" {
			return Report{}, fmt.Errorf("scanner.result[%d]: has no id", i)
		}
		r.Findings = append(r.Findings, Finding{ID: v.ID, Severity: highest(v.Severity), FixUnsaid: true})
	}
	return r, nil
}

// vulnsList is the list of findings: the result, or what the Protocol Buffers
// definition of v0.1 has in it.
func vulnsList(result []byte) ([]byte, error) {
	if bytes.HasPrefix(result, []byte("[")) {
		return result, nil
	}
	var in struct {
		Vulnerabilities json.RawMessage `json:"vulnerabilities"`
	}
	if err := wire.Decode(result, &in); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(in.Vulnerabilities, []byte("[")) {
		return nil, errors.New("has no list of vulnerabilities")
	}
	return in.Vulnerabilities, nil
}
