package attest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify/wire"
)

var (
	// ErrNotAudit means a predicate that is not a CIS audit: a test-result
	// without our extension, or no test-result at all. It is not a bad audit.
	ErrNotAudit = errors.New("not a CIS audit")
	// ErrInvalid means an audit that contradicts itself or cannot be read.
	ErrInvalid = errors.New("invalid audit")
)

// Limits on an audit, beside wire.MaxBundle and wire.MaxJSONDepth.
const (
	maxLine  = 4 << 10 // bytes of one line of evidence or one builder field
	maxLines = 256     // lines of evidence of one control, count
	maxRows  = 16384   // rows of all lists of facts, count
)

// Parse reads the predicate of a CIS audit, at most wire.MaxBundle bytes.
//
// It is strict: an error wraps ErrNotAudit where the predicate is none of
// ours, and ErrInvalid where it is and cannot be trusted to mean one thing.
// Every control of section 4 must be there once, under its number, key and
// benchmark, with a known status (threats 62, 63), and the lists of
// test-result must say what the extension says. Text in the audit is the
// signer's: show it through wire.Printable.
func Parse(doc []byte) (Audit, error) {
	if len(doc) > wire.MaxBundle {
		return Audit{}, fmt.Errorf("%w: %d bytes, limit is %d", ErrInvalid, len(doc), wire.MaxBundle)
	}
	var p predicate
	if err := wire.Decode(doc, &p); err != nil {
		return Audit{}, fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	if len(p.Extension) == 0 || string(p.Extension) == "null" {
		return Audit{}, fmt.Errorf("%w: no field %q", ErrNotAudit, ExtensionType)
	}
	var ext extension
	if err := wire.DecodeKnown(p.Extension, &ext); err != nil {
		return Audit{}, fmt.Errorf("%w: extension: %v", ErrInvalid, err)
	}
	a, err := ext.audit()
	if err == nil {
		err = agree(p, a)
	}
	if err != nil {
		return Audit{}, fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	return a, nil
}

func (e extension) audit() (Audit, error) {
	if e.Benchmark != cis.Benchmark {
		return Audit{}, fmt.Errorf("the benchmark is %q, want %q", e.Benchmark, cis.Benchmark)
	}
	at, err := time.Parse(time.RFC3339Nano, e.AuditedAt)
	if err != nil || at.IsZero() {
		return Audit{}, fmt.Errorf("auditedAt %q is not an RFC 3339 time", e.AuditedAt)
	}
	findings, err := e.findings()
	if err != nil {
		return Audit{}, err
	}
	a := Audit{
		Benchmark:        e.Benchmark,
		RulesVersion:     e.RulesVersion,
		AuditedAt:        at.UTC(),
		Tool:             e.Tool.Name,
		ToolVersion:      e.Tool.Version,
		Platform:         e.Platform,
		Manifest:         e.Manifest,
		Config:           e.Config,
		ParametersDigest: e.ParametersDigest,
		Profile:          e.Profile.Name,
		ProfileDigest:    e.Profile.Digest,
		Dockerfile:       e.Dockerfile,
		Facts:            e.Facts,
		Findings:         findings,
		Builder:          e.Builder,
	}
	return a, a.check()
}

// findings reads the controls against the catalogue: number, key, level and
// scored flag together say which control is meant, the number alone does not.
func (e extension) findings() ([]cis.Finding, error) {
	catalogue := cis.Section4()
	if len(e.Controls) != len(catalogue) {
		return nil, fmt.Errorf("%d controls, section 4 has %d", len(e.Controls), len(catalogue))
	}
	out := make([]cis.Finding, 0, len(catalogue))
	for i, want := range catalogue {
		c := e.Controls[i]
		if c.ID != want.ID || c.Key != want.Key || c.Level != want.Level || c.Scored != want.Scored || !maps.Equal(c.IDs, want.IDs) {
			return nil, fmt.Errorf("control %q %q stands where %s %s belongs", c.ID, c.Key, want.ID, want.Key)
		}
		if c.Status == nil {
			return nil, fmt.Errorf("control %s has no status", want.ID)
		}
		if err := c.bounds(); err != nil {
			return nil, fmt.Errorf("control %s: %v", want.ID, err)
		}
		if c.Evidence == nil {
			c.Evidence = []string{}
		}
		out = append(out, cis.Finding{Control: c.ID, Key: c.Key, Status: *c.Status, Evidence: c.Evidence, Origin: c.Origin})
	}
	return out, nil
}

func (c control) bounds() error {
	switch c.Origin {
	case cis.OriginOwn, cis.OriginBase, cis.OriginUnknown:
	default:
		return fmt.Errorf("origin %q is not known", c.Origin)
	}
	if len(c.Evidence) > maxLines {
		return fmt.Errorf("%d lines of evidence, limit is %d", len(c.Evidence), maxLines)
	}
	for _, line := range c.Evidence {
		if len(line) > maxLine {
			return fmt.Errorf("a line of evidence of %d bytes, limit is %d", len(line), maxLine)
		}
	}
	return nil
}

// check compares the audit with itself.
func (a Audit) check() error {
	for _, d := range []struct {
		name, value string
		optional    bool
	}{
		{"config", a.Config, false},
		{"manifest", a.Manifest, true},
		{"parametersDigest", a.ParametersDigest, false},
		{"profile digest", a.ProfileDigest, false},
		{"dockerfile", a.Dockerfile, true},
	} {
		if !isDigest(d.value) && !(d.optional && d.value == "") {
			return fmt.Errorf("%s %q is no sha256 digest", d.name, d.value)
		}
	}
	if a.Facts.ConfigDigest != a.Config {
		return fmt.Errorf("the facts are of config %q, the audit of %q", a.Facts.ConfigDigest, a.Config)
	}
	if f := a.Facts.Dockerfile; a.Dockerfile != "" && f == nil || f != nil && f.Digest != a.Dockerfile {
		return fmt.Errorf("the facts are not of Dockerfile %q", a.Dockerfile)
	}
	if a.Facts.RulesVersion != a.RulesVersion || a.RulesVersion == "" {
		return fmt.Errorf("the facts are of rules %q, the audit of %q", a.Facts.RulesVersion, a.RulesVersion)
	}
	for _, s := range []string{
		a.Tool, a.ToolVersion, a.Platform, a.Profile, a.Builder.ID, a.Builder.Pipeline,
		a.Builder.SourceURI, a.Builder.SourceRevision, a.Builder.Reason,
	} {
		if len(s) > maxLine {
			return fmt.Errorf("a field of %d bytes, limit is %d", len(s), maxLine)
		}
	}
	if err := factBounds(a.Facts); err != nil {
		return err
	}
	return shape(a.Facts)
}

func factBounds(f cis.Facts) error {
	if n := f.Rows(); n > maxRows {
		return fmt.Errorf("%d rows of facts, limit is %d", n, maxRows)
	}
	return nil
}

// agree compares what other policy engines read with what we read.
func agree(p predicate, a Audit) error {
	passed, warned, failed, result := lists(a.Findings)
	if p.Result != result {
		return fmt.Errorf("the result is %q, the controls make it %s", p.Result, result)
	}
	for _, l := range []struct {
		name      string
		got, want []string
	}{
		{"passedTests", p.Passed, passed},
		{"warnedTests", p.Warned, warned},
		{"failedTests", p.Failed, failed},
	} {
		if !slices.Equal(slices.Sorted(slices.Values(l.got)), slices.Sorted(slices.Values(l.want))) {
			return fmt.Errorf("%s does not list what the controls say", l.name)
		}
	}
	for _, want := range a.configuration() {
		if !slices.ContainsFunc(p.Configuration, want.equal) {
			return fmt.Errorf("the configuration does not name %q as the extension does", want.Name)
		}
	}
	return nil
}

func (d descriptor) equal(other descriptor) bool {
	return d.Name == other.Name && maps.Equal(d.Digest, other.Digest)
}

func isDigest(s string) bool {
	hex, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}
