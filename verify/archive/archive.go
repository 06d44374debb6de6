// Package archive reads the tar archives that docker save writes, in one pass
// and without a temporary file.
//
// Engines have written three forms. The classic one has a directory for each
// layer, ID/layer.tar, where a layer that comes twice is a link to the first,
// and names the order in manifest.json, which comes last. Since 25 the archive
// is also an OCI image layout, with blobs/sha256/HEX and index.json, and keeps
// manifest.json beside it. Other tools write manifest.json over names of their
// own, and layers that are compressed.
//
// What an entry is for is known only at the end, so everything that is not a
// short JSON document is offered as a layer while it streams by, under its
// name, and [Read] says afterwards which names make up which image, lowest
// first. A name offered that no image lists is nobody's; one that is listed and
// was not offered is an error.
//
// Where an archive has both index.json and manifest.json, engines differ in
// which of them they load, so what either lists is an image of the archive, and
// a name that they use for two images names neither.
//
// Names are compared, never opened: ".." in one leads nowhere. A name that
// comes twice is refused, and so is one below a link, because an engine that
// unpacks the archive first may read another file there.
package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// Limits on an archive, in bytes unless said.
const (
	maxEntries = 1 << 14 // count
	maxName    = 4096
	maxDepth   = 16 // components of a name, count
	// maxKept is how much of JSON documents is kept until their use is known.
	maxKept = 64 << 20
	// maxTotal is how long an archive may be, inflated.
	maxTotal = 1 << 38
	// maxImages is how many images an archive may hold, count.
	maxImages = 1024
	// peeked is how much of an entry is looked at to tell JSON from a layer.
	peeked = 512
)

// LayerFunc is offered everything that may be a layer, as it streams by. It
// need not read to the end. Its error ends the reading of the archive.
type LayerFunc func(name string, r io.Reader) error

// Read reads an archive, inflated where it is compressed with gzip, and
// returns the images in it, each with its config. An error wraps
// verify.ErrInvalid where the archive is at fault; others are those of r and of
// layer.
func Read(r io.Reader, layer LayerFunc) ([]Image, error) {
	source := &source{r: r}
	c := &contents{
		names: map[string]bool{}, dirs: map[string]bool{}, kept: map[string][]byte{},
		offered: map[string]bool{}, links: map[string]string{}, layer: layer,
	}
	err := c.read(source)
	switch {
	case source.err != nil:
		// What came of a stream that broke says nothing of the archive.
		return nil, source.err
	case err == nil:
		return c.images()
	}
	return nil, err
}

// source remembers an error of the reader below, to tell a stream that broke
// from an archive that is cut short.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// invalid is an archive at fault.
func invalid(format string, args ...any) error {
	return fmt.Errorf("archive: %w: %w", verify.ErrInvalid, fmt.Errorf(format, args...))
}

// contents is what an archive holds, by cleaned name.
type contents struct {
	// names are those of everything but directories.
	names, dirs map[string]bool
	kept        map[string][]byte
	offered     map[string]bool
	// links lead from a name to another.
	links map[string]string
	layer LayerFunc
	count int
	bytes int
}

func (c *contents) read(r io.Reader) error {
	r, err := inflate(r)
	if err != nil {
		return err
	}
	limited := &io.LimitedReader{R: r, N: maxTotal}
	archive := tar.NewReader(limited)
	for {
		h, err := archive.Next()
		switch {
		case limited.N <= 0:
			return invalid("longer than %d bytes", int64(maxTotal))
		case err == io.EOF:
			return nil
		case err != nil:
			return invalid("%w", err)
		}
		if err := c.entry(h, archive); err != nil {
			return err
		}
	}
}

// inflate looks at the first bytes to see whether an archive is compressed.
func inflate(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, _ := b.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, invalid("%w", err)
		}
		return z, nil
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}), bytes.HasPrefix(head, []byte("BZh")), bytes.Equal(head, []byte("\xfd7zX")):
		return nil, fmt.Errorf("archive: compressed, and not with gzip: %w", verify.ErrUnreadable)
	case len(head) == 0:
		return nil, invalid("empty")
	}
	return b, nil
}

// clean is the one spelling of a name. A path out of the archive has none.
func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func (c *contents) entry(h *tar.Header, r io.Reader) error {
	if c.count++; c.count > maxEntries {
		return invalid("more than %d entries", maxEntries)
	}
	if len(h.Name) > maxName || len(h.Linkname) > maxName || strings.Count(h.Name, "/") > maxDepth {
		return invalid("a name of more than %d bytes or %d components", maxName, maxDepth)
	}
	name := clean(h.Name)
	if err := c.claim(name, h.Typeflag == tar.TypeDir); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeReg:
		if sparse(h) {
			return invalid("%q is a sparse file", name)
		}
		return c.file(name, h.Size, r)
	case tar.TypeSymlink:
		to := h.Linkname
		if !strings.HasPrefix(to, "/") {
			to = path.Join(path.Dir(name), to)
		}
		c.links[name] = clean(to)
	case tar.TypeLink:
		c.links[name] = clean(h.Linkname)
	}
	return nil
}

// sparse files can be far longer than what stands for them.
func sparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// claim makes sure that a name means one thing: nothing had it before, nothing
// is above it but directories, and nothing below it if it is none.
func (c *contents) claim(name string, dir bool) error {
	if c.names[name] || c.dirs[name] && !dir {
		return invalid("%q comes twice", name)
	}
	if dir {
		c.dirs[name] = true
	} else {
		c.names[name] = true
	}
	for up := path.Dir(name); up != "."; up = path.Dir(up) {
		if c.names[up] {
			return invalid("%q is below something that is no directory", name)
		}
		c.dirs[up] = true
	}
	return nil
}

// file keeps what looks like a JSON document, and offers everything else.
func (c *contents) file(name string, size int64, r io.Reader) error {
	if path.Base(name) == "VERSION" && size < peeked {
		return nil // of the classic form, beside each layer
	}
	b := bufio.NewReaderSize(r, 64<<10)
	if size <= wire.MaxConfig && int64(c.bytes)+size <= maxKept && looksLikeJSON(b) {
		raw, err := wire.ReadAll(b, wire.MaxConfig)
		if err != nil {
			return invalid("%q: %w", name, err)
		}
		c.kept[name] = raw
		c.bytes += len(raw)
		return nil
	}
	c.offered[name] = true
	w := &watched{r: b}
	err := c.layer(name, w)
	if w.err != nil {
		return invalid("%q: %w", name, w.err)
	}
	return err
}

// looksLikeJSON is a guess. A layer that is taken for a document is offered
// when it turns out to be one.
func looksLikeJSON(b *bufio.Reader) bool {
	head, _ := b.Peek(peeked)
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// watched remembers that an entry was cut short, which is not for whoever
// reads the layer to judge.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
