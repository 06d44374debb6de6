package policy

import (
	"encoding/json"
	"errors"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/verify"
)

// Record keeps what an evaluation saw of the image, for policy test.
func Record(in Input) *Fixture {
	f := &Fixture{Schema: FixtureSchema, Items: []fixtureItem{}, Image: fixtureImage{
		Asked: in.Image.Asked, Repo: in.Image.Repo, Tag: in.Image.Tag, Index: string(in.Image.Index), Platforms: []fixturePlatform{}}}
	for _, p := range in.Image.Platforms {
		f.Image.Platforms = append(f.Image.Platforms, fixturePlatform{p.Platform.String(), string(p.Manifest), string(p.Config)})
	}
	for _, item := range in.Evidence.Items {
		one := fixtureItem{Location: item.Location, Format: string(item.Format), Kind: string(item.Kind),
			Subject: string(item.Subject), PredicateType: item.PredicateType}
		if item.Claim != nil {
			one.Claim = recordClaim(item.Claim)
		} else {
			one.Error = recordError(item.Err)
		}
		f.Items = append(f.Items, one)
	}
	for _, g := range in.Evidence.Gaps {
		f.Gaps = append(f.Gaps, fixtureGap{g.Source, *recordError(g.Err)})
	}
	for _, a := range in.Audits {
		c := fixtureCompare{Item: a.Item, Platform: string(a.Platform), Contradictions: a.Contradictions, Fresh: a.Fresh, DiffIDs: a.DiffIDs}
		if a.Err != nil {
			c.Error = recordError(a.Err)
		}
		f.Audits = append(f.Audits, c)
	}
	return f
}

// JSON is the fixture as ParseFixture reads it.
func (f *Fixture) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}

func recordClaim(c *verify.Claim) *fixtureClaim {
	out := &fixtureClaim{Repository: c.Repository, Identity: c.Identity, TimeProof: string(c.TimeProof), Subjects: []string{},
		StatementType: c.StatementType, PredicateType: c.PredicateType, Predicate: c.Predicate, Annotations: c.Annotations}
	if !c.Time.IsZero() {
		t := c.Time.UTC()
		out.Time = &t
	}
	for _, d := range c.Subjects {
		out.Subjects = append(out.Subjects, string(d))
	}
	return out
}

func (c *fixtureClaim) claim() *verify.Claim {
	out := &verify.Claim{Repository: c.Repository, Identity: c.Identity, TimeProof: verify.TimeProof(c.TimeProof),
		StatementType: c.StatementType, PredicateType: c.PredicateType, Predicate: c.Predicate, Annotations: c.Annotations}
	if c.Time != nil {
		out.Time = c.Time.UTC()
	}
	for _, d := range c.Subjects {
		out.Subjects = append(out.Subjects, verify.Digest(d))
	}
	return out
}

func (i fixtureImage) image() verify.Image {
	out := verify.Image{Asked: i.Asked, Repo: i.Repo, Tag: i.Tag, Index: verify.Digest(i.Index)}
	for _, p := range i.Platforms {
		platform, _ := verify.ParsePlatform(p.Platform) // check has read it; "" is the zero Platform
		out.Platforms = append(out.Platforms, verify.PlatformImage{Platform: platform, Manifest: verify.Digest(p.Manifest), Config: verify.Digest(p.Config)})
	}
	return out
}

// The kinds of error a fixture keeps.
const (
	isInvalid      = "invalid"
	isUnreadable   = "unreadable"
	isUnknownKey   = "unknown-key"
	isOtherSubject = "other-subject"
	isTruncated    = "truncated"
	isUnreachable  = "unreachable"
)

func recordError(err error) *fixtureError {
	out := &fixtureError{Is: isUnreachable, Text: errNoReason.Error()}
	if err == nil {
		return out
	}
	out.Text = err.Error()
	switch {
	case errors.Is(err, verify.ErrOtherSubject):
		out.Is = isOtherSubject
	case errors.Is(err, verify.ErrUntrusted):
		out.Is = isUnknownKey
	case errors.Is(err, verify.ErrUnreadable):
		out.Is = isUnreadable
	case errors.Is(err, verify.ErrInvalid), errors.Is(err, attest.ErrInvalid):
		out.Is = isInvalid
	case errors.Is(err, verify.ErrTruncated):
		out.Is = isTruncated
	}
	return out
}

// err is an error that says and is what was recorded. A kind nobody knows is
// unreachable, which never helps.
func (e *fixtureError) err() error {
	if e == nil {
		return nil
	}
	return recorded(*e)
}

type recorded fixtureError

func (r recorded) Error() string { return r.Text }

// Unwrap is the sentinel of the kind.
func (r recorded) Unwrap() error {
	switch r.Is {
	case isOtherSubject:
		return verify.ErrOtherSubject
	case isUnknownKey:
		return verify.ErrUntrusted
	case isInvalid:
		return verify.ErrInvalid
	case isUnreadable:
		return verify.ErrUnreadable
	case isTruncated:
		return verify.ErrTruncated
	}
	return nil
}
