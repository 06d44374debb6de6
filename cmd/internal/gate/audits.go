package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
)

// ClaimTimes gives each audit and each scan result the time its signer claims
// for it, where nothing proves another, so that people see what its age is
// judged by.
func ClaimTimes(items []verify.Item) {
	for _, item := range items {
		c := item.Claim
		if c == nil || c.TimeProof != verify.TimeNone {
			continue
		}
		if t := claimedTime(c); !t.IsZero() {
			c.Time, c.TimeProof = t, verify.TimeClaimed
		}
	}
}

// claimedTime is when a statement says itself that it was made, the zero time
// where it does not or cannot be read.
func claimedTime(c *verify.Claim) time.Time {
	switch {
	case c.PredicateType == attest.PredicateType:
		if audit, err := attest.Parse(c.Predicate); err == nil {
			return audit.AuditedAt
		}
	case isScan(c.PredicateType):
		if report, err := vuln.Parse(c.PredicateType, c.Predicate); err == nil {
			return report.ScannedAt
		}
	}
	return time.Time{}
}

func isScan(predicateType string) bool {
	return predicateType == vuln.TypeCosignVuln || predicateType == vuln.TypeVulnsV01 || predicateType == vuln.TypeVulnsV02
}

// audits reads the CIS audits among the claims, and collects for each what the
// image's own config and history show, for the policy to compare (S15). A test
// result of something else is not an audit and is passed over.
func audits(ctx context.Context, r Registry, image verify.Image, e verify.Evidence) []policy.Audit {
	fresh := map[verify.Digest]freshFacts{}
	var out []policy.Audit
	for i, item := range e.Items {
		if item.Claim == nil || item.Claim.PredicateType != attest.PredicateType {
			continue
		}
		a := policy.Audit{Item: i}
		a.Audit, a.Err = attest.Parse(item.Claim.Predicate)
		if errors.Is(a.Err, attest.ErrNotAudit) {
			continue
		}
		if a.Err == nil && item.Claim.TimeProof == verify.TimeNone {
			item.Claim.Time, item.Claim.TimeProof = a.Audit.AuditedAt, verify.TimeClaimed
		}
		a.Platform = subjectPlatform(image, item.Claim)
		if a.Err == nil && a.Platform != "" {
			f, ok := fresh[a.Platform]
			if !ok {
				f = collect(ctx, r, image, a.Platform)
				fresh[a.Platform] = f
			}
			a.Err, a.Fresh, a.DiffIDs = f.err, f.facts, f.diffIDs
		}
		out = append(out, a)
	}
	return out
}

// freshFacts are nil where the config could not be had or read.
type freshFacts struct {
	facts   *cis.Facts
	diffIDs []string
	err     error
}

func collect(ctx context.Context, r Registry, image verify.Image, d verify.Digest) freshFacts {
	raw, err := r.ImageConfig(ctx, image, d)
	if err != nil {
		return freshFacts{err: err}
	}
	c, err := cis.ParseContents(raw)
	if err != nil {
		return freshFacts{err: fmt.Errorf("%w: image config: %v", verify.ErrInvalid, err)}
	}
	facts := cis.Collect(c)
	return freshFacts{facts: &facts, diffIDs: append([]string{}, c.DiffIDs...)}
}

// subjectPlatform is the platform manifest a claim speaks of, "" if it speaks
// only of the index (S20).
func subjectPlatform(image verify.Image, c *verify.Claim) verify.Digest {
	for _, s := range c.Subjects {
		for _, p := range image.Platforms {
			if s == p.Manifest {
				return s
			}
		}
	}
	return ""
}

// WithPlatform fills in the platform a manifest's config names, where the
// index did not say; an index that says something else is a lie about what
// would run.
func WithPlatform(ctx context.Context, r Registry, image verify.Image, p verify.PlatformImage) (verify.PlatformImage, error) {
	raw, err := r.ImageConfig(ctx, image, p.Manifest)
	if err != nil {
		return p, err
	}
	c, err := cis.ParseContents(raw)
	if err != nil {
		return p, fmt.Errorf("%w: image config: %v", verify.ErrInvalid, err)
	}
	if c.Platform() == "" {
		return p, nil // some builders name none; the index's word stands
	}
	named, err := verify.ParsePlatform(c.Platform())
	if err != nil {
		return p, fmt.Errorf("%w: image config: %v", verify.ErrInvalid, err)
	}
	if p.Platform == (verify.Platform{}) {
		p.Platform = named
		return p, nil
	}
	if named.OS != p.Platform.OS || named.Architecture != p.Platform.Architecture {
		return p, fmt.Errorf("%w: the index calls %s %s, its config says %s", verify.ErrInvalid, p.Manifest, p.Platform, named)
	}
	return p, nil
}
