package source

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/layers"
	"github.com/pratique-dev/pratique/cmd/internal/source/engine"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/archive"
)

// Limits on what is kept of an archive before it is known whose it is.
const (
	// maxScanned is how many layers are kept, count.
	maxScanned = 4 * layers.MaxLayers
	// maxFiles is how many files and directories they may hold together, count.
	maxFiles = 4_000_000
)

// openArchive reads FILE or FILE:NAME.
func openArchive(ctx context.Context, asked, rest string, o Options) ([]Target, error) {
	file, name := split(rest)
	if file == "" {
		return nil, fmt.Errorf("%s: names no file; want docker-archive:FILE or docker-archive:FILE:NAME", asked)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	targets, err := stream(ctx, f, asked, name, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return targets, nil
}

// openDaemon reads an image that an engine has. It was asked for one image, so
// what it sends is that one, under whatever name.
func openDaemon(ctx context.Context, asked, name string, o Options) ([]Target, error) {
	r, err := engine.Save(ctx, name, o.LookupEnv)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return stream(ctx, r, asked, "", o)
}

// stream reads an archive, its layers included, and picks an image.
func stream(ctx context.Context, r io.Reader, asked, name string, o Options) ([]Target, error) {
	s := &scanner{ctx: ctx, options: o, found: map[string]scanned{}}
	images, err := archive.Read(until{ctx, r}, s.layer)
	if err != nil {
		return nil, err
	}
	if images, err = archive.Choose(images, name); err != nil {
		return nil, err
	}
	var out []Target
	for _, i := range images {
		t := Target{Asked: asked, Config: i.Config, Annotations: i.Annotations}
		if err := t.named(); err != nil {
			return nil, err
		}
		t.Layers = func(_ context.Context, user string) (*cis.LayersFact, error) { return s.merge(i, user) }
		if o.wants(t.Platform) {
			out = append(out, t)
		}
	}
	return out, nil
}

// until ends a stream with its context.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}

// scanned is what came of one entry of an archive that may be a layer.
type scanned struct {
	layer *layers.Layer
	err   error
}

// scanner reads the layers of an archive as they pass.
type scanner struct {
	ctx     context.Context
	options Options
	found   map[string]scanned
	files   int
}

// layer reads one entry. What is no layer is only a failure if it turns out
// that an image lists it.
func (s *scanner) layer(name string, r io.Reader) error {
	if s.options.ConfigOnly {
		s.found[name] = scanned{err: errConfigOnly}
		return nil
	}
	l, err := layers.Scan(s.ctx, r, s.options.Layers)
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	if err == nil {
		// Nobody pulls it.
		l.Compressed = 0
		s.files += l.Cost()
	}
	s.found[name] = scanned{l, err}
	if len(s.found) > maxScanned || s.files > maxFiles {
		return fmt.Errorf("%w: more than %d layers, or %d files in them", verify.ErrInvalid, maxScanned, maxFiles)
	}
	return nil
}

// merge puts the layers of an image together, each of which must be the one
// that the config names at its place.
func (s *scanner) merge(i archive.Image, user string) (*cis.LayersFact, error) {
	c, err := parse(i.Config)
	if err != nil {
		return nil, err
	}
	if err := counted(len(i.Layers), c.DiffIDs); err != nil {
		return nil, err
	}
	if len(i.Layers) > layers.MaxLayers {
		return nil, fmt.Errorf("%w: %d layers, the limit is %d", verify.ErrInvalid, len(i.Layers), layers.MaxLayers)
	}
	list := make([]*layers.Layer, len(i.Layers))
	for n, name := range i.Layers {
		found, ok := s.found[name]
		switch {
		case !ok:
			return nil, fmt.Errorf("layer %d: %w: it is not in the archive", n+1, verify.ErrInvalid)
		case found.err != nil:
			return nil, fmt.Errorf("layer %d: %w", n+1, found.err)
		case found.layer.DiffID != c.DiffIDs[n]:
			return nil, fmt.Errorf("layer %d: %w: its content is %s, and the config names another", n+1, verify.ErrInvalid, found.layer.DiffID)
		}
		list[n] = found.layer
	}
	if err := layers.Fits(list); err != nil {
		return nil, err
	}
	return layers.Merge(list, user), nil
}
