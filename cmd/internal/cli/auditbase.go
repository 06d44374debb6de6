package cli

import (
	"context"
	"fmt"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/cmd/internal/source"
	"github.com/pratique-dev/pratique/verify"
)

// The annotations by which an image says what it is built on (OCI image-spec).
const (
	annotationBaseName   = "org.opencontainers.image.base.name"
	annotationBaseDigest = "org.opencontainers.image.base.digest"
)

// base is one platform of an image that --base names.
type base struct {
	fact     cis.BaseFact
	platform verify.Platform
	contents cis.Contents
}

// bases reads the configs of the images that --base names. Their layers are
// not read: DiffIDs tell whether they are in the image.
func (x *auditor) bases(ctx context.Context, r source.Registry) ([]base, error) {
	var out []base
	for _, name := range x.flags.bases {
		fact := cis.BaseFact{Ref: name, How: cis.BaseGiven}
		if name == cis.Scratch {
			out = append(out, base{fact: fact})
			continue
		}
		targets, err := source.Open(ctx, name, source.Options{Registry: r, Platform: x.platform, LookupEnv: x.app.env.LookupEnv, ConfigOnly: true})
		if err != nil {
			return nil, failed(fmt.Errorf("--base %s: %w", name, err), "name an image that can be read, or leave out --base")
		}
		for _, t := range targets {
			c, err := cis.ParseContents(t.Config)
			if err != nil {
				return nil, failed(fmt.Errorf("--base %s: %w", name, err), "")
			}
			fact.Digest = string(t.Manifest)
			out = append(out, base{fact, t.Platform, c})
		}
	}
	return out, nil
}

// baseOf says what an image is built on: the given base with the most layers
// in it; else what was given and is not in it; else what the image or its
// Dockerfile claims (S16).
func (x *auditor) baseOf(c cis.Contents, t source.Target, bases []base) *cis.BaseFact {
	var best *cis.BaseFact
	for _, b := range bases {
		fact := b.fact
		if fact.Ref != cis.Scratch {
			if b.platform != t.Platform && len(bases) > 1 {
				continue
			}
			fact = cis.MatchBase(fact, c, b.contents)
		}
		if best == nil || fact.Layers > best.Layers || best.Mismatch != "" && fact.Mismatch == "" {
			best = &fact
		}
	}
	if best != nil {
		return best
	}
	return x.claimedBase(c, t)
}

func (x *auditor) claimedBase(c cis.Contents, t source.Target) *cis.BaseFact {
	for _, from := range []map[string]string{t.Annotations, c.Labels} {
		if from[annotationBaseName] != "" || from[annotationBaseDigest] != "" {
			return &cis.BaseFact{Ref: from[annotationBaseName], Digest: from[annotationBaseDigest], How: cis.BaseAnnotation}
		}
	}
	if x.file == nil {
		return nil
	}
	for _, b := range x.file.Bases {
		if b.Target && b.Ref == cis.Scratch {
			return &cis.BaseFact{Ref: cis.Scratch, How: cis.BaseDockerfile}
		}
	}
	return nil
}
