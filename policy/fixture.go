package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// FixtureSchema names the format of recorded evidence.
const FixtureSchema = "pratique.evidence/v1"

// maxFixture is the largest recorded evidence, in bytes.
const maxFixture = 16 << 20

// Fixture is evidence as it was found once, so that policy test can decide
// about it again without a registry. It is as good as whoever recorded it:
// nothing in it is verified again.
type Fixture struct {
	Schema string           `json:"schema"`
	Image  fixtureImage     `json:"image"`
	Items  []fixtureItem    `json:"items"`
	Gaps   []fixtureGap     `json:"gaps,omitempty"`
	Audits []fixtureCompare `json:"audits,omitempty"`
}

type fixtureImage struct {
	Asked     string            `json:"asked"`
	Repo      string            `json:"repository"`
	Tag       string            `json:"tag,omitempty"`
	Index     string            `json:"digest"`
	Platforms []fixturePlatform `json:"platforms"`
}

type fixturePlatform struct {
	Platform string `json:"platform"`
	Manifest string `json:"digest"`
	Config   string `json:"config,omitempty"`
}

type fixtureItem struct {
	Location      string        `json:"location"`
	Format        string        `json:"format"`
	Kind          string        `json:"kind"`
	Subject       string        `json:"subject,omitempty"`
	PredicateType string        `json:"predicateType,omitempty"`
	Claim         *fixtureClaim `json:"claim,omitempty"`
	Error         *fixtureError `json:"error,omitempty"`
}

type fixtureClaim struct {
	Subjects      []string          `json:"subjects"`
	Repository    string            `json:"repository,omitempty"`
	Identity      string            `json:"identity"`
	Time          *time.Time        `json:"time,omitempty"`
	TimeProof     string            `json:"timeProof,omitempty"`
	StatementType string            `json:"statementType,omitempty"`
	PredicateType string            `json:"predicateType,omitempty"`
	Predicate     json.RawMessage   `json:"predicate,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

type fixtureGap struct {
	Source string       `json:"source"`
	Error  fixtureError `json:"error"`
}

// fixtureError keeps what an error says and which of the three "no"s it is.
type fixtureError struct {
	// Is is invalid, unreadable, unknown-key, other-subject, truncated or
	// unreachable.
	Is   string `json:"is"`
	Text string `json:"text"`
}

// fixtureCompare is how an audit compared with the image's config.
type fixtureCompare struct {
	Item           int           `json:"item"`
	Platform       string        `json:"platform,omitempty"`
	Contradictions []string      `json:"contradictions,omitempty"`
	Fresh          *cis.Facts    `json:"fresh,omitempty"`
	DiffIDs        []string      `json:"diffIDs,omitempty"`
	Error          *fixtureError `json:"error,omitempty"`
}

// ParseFixture reads recorded evidence strictly.
func ParseFixture(src []byte) (*Fixture, error) {
	if len(src) > maxFixture {
		return nil, fmt.Errorf("recorded evidence is larger than %d bytes", maxFixture)
	}
	var f Fixture
	if err := wire.DecodeKnown(src, &f); err != nil {
		return nil, fmt.Errorf("recorded evidence: %w", err)
	}
	if f.Schema != FixtureSchema {
		return nil, fmt.Errorf("recorded evidence: schema is %q, want %q", f.Schema, FixtureSchema)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("recorded evidence: %w", err)
	}
	return &f, nil
}

func (f *Fixture) check() error {
	digests := []string{f.Image.Index}
	for _, p := range f.Image.Platforms {
		digests = append(digests, p.Manifest)
		if p.Config != "" {
			digests = append(digests, p.Config)
		}
		if _, err := verify.ParsePlatform(p.Platform); p.Platform != "" && err != nil {
			return err
		}
	}
	for i, item := range f.Items {
		if (item.Claim == nil) == (item.Error == nil) {
			return fmt.Errorf("item %d: want exactly one of claim and error", i)
		}
		if item.Claim != nil {
			digests = append(digests, item.Claim.Subjects...)
		}
	}
	for _, a := range f.Audits {
		if a.Item < 0 || a.Item >= len(f.Items) || f.Items[a.Item].Claim == nil {
			return fmt.Errorf("audit of item %d: no such claim", a.Item)
		}
	}
	for _, d := range digests {
		if _, err := verify.ParseDigest(d); err != nil {
			return err
		}
	}
	return nil
}

// Input is the evidence as a policy sees it at an instant: signers are named
// by that policy, so that a case shows what a change of names would do.
func (f *Fixture) Input(d *Document, at time.Time) Input {
	in := Input{Now: at, Image: f.Image.image()}
	names := map[string][]string{}
	for _, s := range d.Ring().Signers() {
		names[s.Key.Identity] = append(names[s.Key.Identity], s.Name)
	}
	for _, item := range f.Items {
		out := verify.Item{Location: item.Location, Format: verify.Format(item.Format), Kind: verify.Kind(item.Kind),
			Subject: verify.Digest(item.Subject), PredicateType: item.PredicateType, Err: item.Error.err()}
		if item.Claim != nil {
			out.Claim = item.Claim.claim()
			out.Claim.Signers = names[out.Claim.Identity]
		}
		in.Evidence.Items = append(in.Evidence.Items, out)
	}
	for _, g := range f.Gaps {
		in.Evidence.Gaps = append(in.Evidence.Gaps, verify.Gap{Source: g.Source, Err: g.Error.err()})
	}
	for _, c := range f.Audits {
		a := Audit{Item: c.Item, Platform: verify.Digest(c.Platform), Contradictions: c.Contradictions, Fresh: c.Fresh, DiffIDs: c.DiffIDs}
		a.Audit, a.Err = attest.Parse(f.Items[c.Item].Claim.Predicate)
		if errors.Is(a.Err, attest.ErrNotAudit) {
			continue
		}
		if a.Err == nil && c.Error != nil {
			a.Err = c.Error.err()
		}
		in.Audits = append(in.Audits, a)
	}
	return in
}
