// Package layers reads the layers of an image: one streaming pass each, for
// everything that the controls of section 4 ask of files.
package layers

import (
	"context"
	"errors"
	"io"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

// Blob is one layer as a source has it.
type Blob struct {
	// Digest is the digest of the bytes Open returns, "" where the source does
	// not name it; DiffID is that of the uncompressed bytes, as the config
	// names it. Both are checked.
	Digest verify.Digest
	DiffID string
	// MediaType is a hint. Size is the number of bytes, -1 where unknown.
	MediaType string
	Size      int64
	Open      func(context.Context) (io.ReadCloser, error)
}

// Options say how to read.
type Options struct {
	// Contents searches the contents of text files for secrets.
	Contents bool
	// Cache keeps what was found, by digest; nil for none.
	Cache *Cache
	// Progress is told of compressed bytes read so far; it may be nil.
	Progress func(read int64)
}

// Cache keeps layers on disk.
type Cache struct{}

// Layer is what one layer holds, as far as controls ask.
type Layer struct {
	// DiffID is the digest of the uncompressed bytes that were read.
	DiffID string
}

// Read reads all layers, lowest first, in parallel.
func Read(ctx context.Context, blobs []Blob, o Options) ([]*Layer, error) {
	return nil, errors.New("not yet")
}

// Scan reads one layer, compressed or not, from a stream.
func Scan(ctx context.Context, r io.Reader, o Options) (*Layer, error) {
	return nil, errors.New("not yet")
}

// Merge puts layers on top of each other, lowest first; user is config.User.
func Merge(list []*Layer, user string) *cis.LayersFact { return nil }
