package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/dockerfile"
	"github.com/pratique-dev/pratique/attest/layers"
	"github.com/pratique-dev/pratique/cmd/internal/source"
	"github.com/pratique-dev/pratique/verify"
)

// maxCache is how large the cache of layers may grow, in bytes.
const maxCache = 512 << 20

// auditor audits the platforms of one image, or a Dockerfile alone.
type auditor struct {
	app     *app
	flags   auditFlags
	profile cis.Profile
	// platform is the one asked for, nil for all.
	platform *verify.Platform
	// file is the Dockerfile, nil without one.
	file       *cis.Dockerfile
	exceptions []dockerfile.Exception
}

// auditor checks the flags and reads the Dockerfile.
func (a *app) auditor(f auditFlags) (*auditor, error) {
	x := &auditor{app: a, flags: f}
	var err error
	if x.profile, err = cis.LookupProfile(f.profile); err != nil {
		return nil, usage(err, "--profile starter")
	}
	if x.platform, err = platformFlag(f.platform); err != nil {
		return nil, err
	}
	x.file, x.exceptions, err = f.dockerfile.read(a.env, f.platform)
	for _, e := range x.exceptions {
		if ended(e, a.env.Now()) {
			a.note("%s: line %d: the exception from %s ended with %s", f.dockerfile.file, e.Line, e.Control, e.Until)
		}
	}
	return x, err
}

// alone audits the Dockerfile without an image.
func (x *auditor) alone() audited {
	return audited{audit: x.new(cis.Contents{Dockerfile: x.file}, ""), inputs: x}
}

// image audits every platform asked for.
func (x *auditor) image(ctx context.Context, r source.Registry, asked string) ([]audited, error) {
	bases, err := x.bases(ctx, r)
	if err != nil {
		return nil, err
	}
	read, stop := x.app.progressBytes("reading the layers of "+asked, 0)
	defer stop()
	targets, err := source.Open(ctx, asked, x.options(r, read))
	if err != nil {
		return nil, unopened(asked, err)
	}
	var out []audited
	for _, t := range targets {
		one, err := x.target(ctx, t, bases)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		return nil, usage(fmt.Errorf("%s has no platform %s", asked, x.flags.platform), "pratique inspect "+asked)
	}
	return out, nil
}

func (x *auditor) options(r source.Registry, read func(int64)) source.Options {
	o := source.Options{
		Registry: r, Platform: x.platform, LookupEnv: x.app.env.LookupEnv,
		Layers: layers.Options{Contents: x.flags.secrets == secretsContents, Progress: read},
	}
	if !x.flags.noCache {
		o.Layers.Cache = x.app.layerCache()
	}
	return o
}

// layerCache is where facts about layers are kept; without a place for it
// every layer is read.
func (a *app) layerCache() *layers.Cache {
	dir := a.env.getenv("XDG_CACHE_HOME")
	if !filepath.IsAbs(dir) {
		home := a.env.getenv("HOME")
		if home == "" {
			return nil
		}
		dir = filepath.Join(home, ".cache")
	}
	c, err := layers.OpenCache(filepath.Join(dir, "pratique", "layers"), maxCache)
	if err != nil {
		a.detail("layers are read anew each time: %v", err)
		return nil
	}
	return c
}

// target audits one platform of an image.
func (x *auditor) target(ctx context.Context, t source.Target, bases []base) (audited, error) {
	c, err := cis.ParseContents(t.Config)
	if err != nil {
		return audited{}, failed(fmt.Errorf("%s: %w", t.Asked, err), "")
	}
	if c.Layers, err = t.Layers(ctx, c.User); err != nil {
		return audited{}, failed(fmt.Errorf("%s: %w", t.Asked, err), layerHint(err))
	}
	c.Dockerfile = x.file
	c.Base = x.baseOf(c, t, bases)
	return audited{asked: t.Asked, audit: x.new(c, t.Manifest), inputs: x, diffIDs: c.DiffIDs}, nil
}

// unopened is the failure to find an image; logins are for registries alone.
func unopened(asked string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return failed(err, layerHint(err))
	}
	scheme, _ := source.Split(asked)
	form := map[string]string{source.SchemeOCI: "oci:DIR:TAG", source.SchemeArchive: "docker-archive:FILE:NAME"}[scheme]
	if form == "" || source.Hint(err) != "" {
		return unreachable(err)
	}
	return failed(err, "name an image that is there: "+form)
}

// layerHint is what to do about a layer that could not be read.
func layerHint(err error) string {
	switch {
	case errors.Is(err, verify.ErrInvalid):
		return "the image is not what its manifest says, or is made to harm who reads it; ask whoever pushed it"
	case errors.Is(err, context.DeadlineExceeded):
		return "give it more time with --timeout 1h"
	}
	return "run the command again"
}

func (x *auditor) new(c cis.Contents, manifest verify.Digest) attest.Audit {
	return attest.New(c, attest.Options{
		Manifest: string(manifest), Profile: x.profile, Now: x.app.env.Now(),
		Tool: "pratique", ToolVersion: x.app.env.version(),
	})
}
