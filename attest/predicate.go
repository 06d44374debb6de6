package attest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
)

// TestPrefix precedes a control's number in the names of tests.
const TestPrefix = "CIS-DI-"

// The results of test-result/v0.1.
const (
	ResultPassed = "PASSED"
	ResultWarned = "WARNED"
	ResultFailed = "FAILED"
)

// predicate is test-result/v0.1 with our extension. Other fields are allowed
// by in-toto's parsing rules, and ignored.
type predicate struct {
	Result        string          `json:"result"`
	Configuration []descriptor    `json:"configuration"`
	Passed        []string        `json:"passedTests"`
	Warned        []string        `json:"warnedTests"`
	Failed        []string        `json:"failedTests"`
	Extension     json.RawMessage `json:"https://pratique.dev/attestation/cis-docker-image/v2"`
}

// descriptor is the part of in-toto's ResourceDescriptor that we write.
type descriptor struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// extension carries the audit itself. Inside it an unknown field is an error:
// the type URI has the version.
type extension struct {
	Benchmark        string    `json:"benchmark"`
	RulesVersion     string    `json:"rulesVersion"`
	AuditedAt        string    `json:"auditedAt"`
	Tool             tool      `json:"tool"`
	Platform         string    `json:"platform"`
	Manifest         string    `json:"manifest,omitempty"`
	Config           string    `json:"config"`
	ParametersDigest string    `json:"parametersDigest"`
	Profile          profile   `json:"profile"`
	Dockerfile       string    `json:"dockerfile,omitempty"`
	Builder          Builder   `json:"builder"`
	Facts            cis.Facts `json:"facts"`
	Controls         []control `json:"controls"`
}

type tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type profile struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// control is a finding with what a reader without the catalogue needs.
type control struct {
	ID       string            `json:"id"`
	Key      string            `json:"key"`
	IDs      map[string]string `json:"ids"`
	Level    int               `json:"level"`
	Scored   bool              `json:"scored"`
	Status   *cis.Status       `json:"status"`
	Origin   cis.Origin        `json:"origin"`
	Evidence []string          `json:"evidence"`
}

// Predicate is the audit as the predicate of a statement. The bytes are
// deterministic. An audit that Parse would refuse is an error: nothing is
// signed that no gate can read.
func (a Audit) Predicate() (json.RawMessage, error) {
	ext, err := json.Marshal(a.extension())
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	p := predicate{Configuration: a.configuration(), Extension: ext}
	p.Passed, p.Warned, p.Failed, p.Result = lists(a.Findings)
	doc, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if _, err := Parse(doc); err != nil {
		return nil, err
	}
	return doc, nil
}

func (a Audit) extension() extension {
	return extension{
		Benchmark:        a.Benchmark,
		RulesVersion:     a.RulesVersion,
		AuditedAt:        a.AuditedAt.UTC().Format(time.RFC3339Nano),
		Tool:             tool{a.Tool, a.ToolVersion},
		Platform:         a.Platform,
		Manifest:         a.Manifest,
		Config:           a.Config,
		ParametersDigest: a.ParametersDigest,
		Profile:          profile{a.Profile, a.ProfileDigest},
		Dockerfile:       a.Dockerfile,
		Builder:          a.Builder,
		Facts:            a.Facts,
		Controls:         controls(a.Findings),
	}
}

// controls joins findings with the catalogue; one that is not in it is left
// bare, for Parse to refuse.
func controls(findings []cis.Finding) []control {
	catalogue := map[string]cis.Control{}
	for _, c := range cis.Section4() {
		catalogue[c.ID] = c
	}
	out := make([]control, 0, len(findings))
	for _, f := range findings {
		c := catalogue[f.Control]
		out = append(out, control{
			ID: f.Control, Key: f.Key, IDs: c.IDs, Level: c.Level, Scored: c.Scored,
			Status: &f.Status, Origin: f.Origin, Evidence: f.Evidence,
		})
	}
	return out
}

// configuration names what the audit was run with.
func (a Audit) configuration() []descriptor {
	out := []descriptor{
		named(a.Profile, a.ProfileDigest),
		named("parameters", a.ParametersDigest),
	}
	if a.Dockerfile != "" {
		out = append(out, named("Dockerfile", a.Dockerfile))
	}
	return out
}

func named(name, digest string) descriptor {
	return descriptor{name, map[string]string{"sha256": strings.TrimPrefix(digest, "sha256:")}}
}

// lists sorts findings into the lists of test-result; the result is the worst.
func lists(findings []cis.Finding) (passed, warned, failed []string, result string) {
	passed, warned, failed = []string{}, []string{}, []string{}
	for _, f := range findings {
		name := TestPrefix + f.Control
		switch f.Status {
		case cis.Pass:
			passed = append(passed, name)
		case cis.Fail:
			failed = append(failed, name)
		case cis.NotApplicable:
		default:
			warned = append(warned, name)
		}
	}
	switch {
	case len(failed) > 0:
		return passed, warned, failed, ResultFailed
	case len(warned) > 0:
		return passed, warned, failed, ResultWarned
	}
	return passed, warned, failed, ResultPassed
}
