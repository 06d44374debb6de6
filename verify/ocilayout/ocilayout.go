// Package ocilayout reads an OCI image layout: a directory with the files
// oci-layout and index.json, and every blob at blobs/sha256/HEX (image-spec,
// image-layout.md).
//
// A layout is trusted with as little as a registry is. Every manifest and
// config is capped and hashed against the digest that led to it, layers are
// counted here and hashed by the caller, and no file outside the directory is
// ever opened, whatever links are in it: a layout may have come in an archive
// from anyone.
//
// [Layout] answers the same questions as a registry client, so that one reader
// serves both. It knows no repositories: where it takes one, it ignores it.
package ocilayout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

const (
	// version is the only layout version there is.
	version = "1.0.0"
	// maxMarker is how long the file oci-layout may be, in bytes.
	maxMarker = 4 << 10

	typeIndex = "application/vnd.oci.image.index.v1+json"
)

// Layout is an open image layout.
type Layout struct {
	root *os.Root
	// index is what index.json says.
	index verify.Manifest
}

var _ verify.Opener = (*Layout)(nil)

// Open opens the layout in a directory. A directory that is no layout is an
// error that wraps fs.ErrNotExist; one that is malformed wraps
// verify.ErrInvalid.
func Open(dir string) (*Layout, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	l := &Layout{root: root}
	if err := l.begin(); err != nil {
		root.Close()
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return l, nil
}

func (l *Layout) begin() error {
	raw, err := wire.ReadIn(l.root, "oci-layout", maxMarker)
	if err != nil {
		return failed("not an OCI image layout", err)
	}
	var marker struct {
		Version string `json:"imageLayoutVersion"`
	}
	if err := wire.Decode(raw, &marker); err != nil {
		return fmt.Errorf("oci-layout: %w: %w", verify.ErrInvalid, err)
	}
	if marker.Version != version {
		return fmt.Errorf("oci-layout: version %q: %w", wire.Printable(marker.Version), verify.ErrUnreadable)
	}
	if raw, err = wire.ReadIn(l.root, "index.json", wire.MaxManifest); err != nil {
		return failed("not an OCI image layout", err)
	}
	if l.index, err = verify.ParseManifest(raw, typeIndex); err != nil {
		return fmt.Errorf("index.json: %w", err)
	}
	return nil
}

// failed sorts a failure to read a file. What the system refuses could not be
// looked at; a file that is too large, no file, or a link out of the layout
// does not verify.
func failed(what string, err error) error {
	var system syscall.Errno
	if errors.As(err, &system) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w: %w", what, verify.ErrInvalid, err)
}

// Close ends the use of the directory.
func (l *Layout) Close() error { return l.root.Close() }

// Index is the file index.json, whose entries name the images by tag.
func (l *Layout) Index() verify.Manifest { return l.index }

// Manifest reads a manifest or an index by its digest. It wraps ErrNone where
// the layout does not have it.
func (l *Layout) Manifest(_ context.Context, _, ref string) (verify.Manifest, error) {
	d, err := verify.ParseDigest(ref)
	if err != nil {
		return verify.Manifest{}, err
	}
	raw, err := l.read(d, wire.MaxManifest)
	if err != nil {
		return verify.Manifest{}, err
	}
	m, err := verify.ParseStored(raw)
	if err != nil {
		return verify.Manifest{}, fmt.Errorf("%s: %w", d, err)
	}
	return m, nil
}

// read reads a blob of at most max bytes, hashed.
func (l *Layout) read(d verify.Digest, max int64) ([]byte, error) {
	raw, err := wire.ReadIn(l.root, blobPath(d), max)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", d, verify.ErrNone)
	}
	if err != nil {
		return nil, failed(string(d), err)
	}
	if got := verify.DigestOf(raw); got != d {
		return nil, fmt.Errorf("%s: %w: the content is %s", d, verify.ErrInvalid, got)
	}
	return raw, nil
}

func blobPath(d verify.Digest) string { return "blobs/sha256/" + d.Hex() }

// Blob reads a blob of at most max bytes.
func (l *Layout) Blob(_ context.Context, _ string, d verify.Descriptor, max int64) ([]byte, error) {
	if err := check(d); err != nil {
		return nil, err
	}
	if d.Size > max {
		return nil, fmt.Errorf("%s: %w: %d bytes, at most %d accepted", d.Digest, verify.ErrInvalid, d.Size, max)
	}
	raw, err := l.read(d.Digest, max)
	if err == nil && int64(len(raw)) != d.Size {
		err = fmt.Errorf("%s: %w: %d bytes, and its descriptor says %d", d.Digest, verify.ErrInvalid, len(raw), d.Size)
	}
	return raw, err
}

// check refuses what must not become a path, and content that is elsewhere.
func check(d verify.Descriptor) error {
	if _, err := verify.ParseDigest(string(d.Digest)); err != nil {
		return fmt.Errorf("%w: %w", verify.ErrInvalid, err)
	}
	if d.Foreign() {
		return fmt.Errorf("%s: %w: foreign content", d.Digest, verify.ErrInvalid)
	}
	return nil
}

// Open implements [verify.Opener].
func (l *Layout) Open(ctx context.Context, _ string, d verify.Descriptor) (io.ReadCloser, error) {
	if err := check(d); err != nil {
		return nil, err
	}
	f, size, err := wire.OpenIn(l.root, blobPath(d.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", d.Digest, verify.ErrNone)
	}
	if err != nil {
		return nil, failed(string(d.Digest), err)
	}
	if size != d.Size {
		f.Close()
		return nil, fmt.Errorf("%s: %w: %d bytes, and its descriptor says %d", d.Digest, verify.ErrInvalid, size, d.Size)
	}
	return &blob{ctx: ctx, file: f, left: size}, nil
}

// blob is a file that must not change its length while it is read.
type blob struct {
	ctx  context.Context
	file *os.File
	left int64
}

func (b *blob) Close() error { return b.file.Close() }

func (b *blob) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.file.Read(p)
	b.left -= int64(n)
	if b.left < 0 || err == io.EOF && b.left > 0 {
		return 0, fmt.Errorf("%s: %w: its length changed while it was read", b.file.Name(), verify.ErrInvalid)
	}
	return n, err
}
