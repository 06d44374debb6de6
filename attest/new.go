package attest

import (
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
)

// Options is what an audit says beside what was found in the image.
type Options struct {
	// Profile is the profile named at attest time. It changes no status.
	Profile cis.Profile
	// Now is the wall clock, never SOURCE_DATE_EPOCH: a gate judges the age of
	// an audit by it (S14).
	Now time.Time
	// Tool and ToolVersion name the program.
	Tool, ToolVersion string
	// Manifest is the digest of the platform manifest, "" where the image is
	// in no registry's form.
	Manifest string
	Builder  Builder
}

// New audits an image under the default parameters. It is deterministic: only
// o.Now makes two audits of one image differ.
func New(c cis.Contents, o Options) Audit {
	facts, params := cis.Collect(c), cis.DefaultParameters()
	dockerfile := ""
	if facts.Dockerfile != nil {
		dockerfile = facts.Dockerfile.Digest
	}
	return Audit{
		Benchmark:        cis.Benchmark,
		RulesVersion:     facts.RulesVersion,
		AuditedAt:        o.Now.UTC().Round(0),
		Tool:             o.Tool,
		ToolVersion:      o.ToolVersion,
		Platform:         c.Platform(),
		Manifest:         o.Manifest,
		Config:           c.ConfigDigest,
		ParametersDigest: params.Digest(),
		Profile:          o.Profile.Name,
		ProfileDigest:    o.Profile.Digest(),
		Dockerfile:       dockerfile,
		Facts:            facts,
		Findings:         cis.Judge(facts, params),
		Builder:          o.Builder,
	}
}
