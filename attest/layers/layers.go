// Package layers reads the layers of an image: one streaming pass each, for
// everything that the controls of section 4 ask of files.
//
// A layer is a tar archive, mostly compressed, of which the manifest names the
// digest and the config the digest of what is inside (the DiffID). [Read] goes
// through all of them at the same time, holds a few buffers for each, and
// writes no file: nothing is extracted, so no path in an archive can lead
// anywhere. A layer counts only when its last byte was read and both digests
// were the right ones; until then all that was found in it is a rumour.
//
// [Merge] puts the layers on top of each other as an engine does: a later
// layer replaces files, and deletes them with whiteouts (.wh.NAME) and opaque
// directories (.wh..wh..opq). Engines differ where an archive writes through a
// symbolic link of its own or of a lower layer, or holds one path as a
// directory and as something else. Builders do neither. In an image that has
// such an entry nothing counts as hidden, and names are not resolved.
// A device hides nothing, for engines without root leave it out, and neither
// does the whiteout of a directory that the same layer has.
//
// What is not looked at: files in text beyond 1 MiB for secrets, names of
// extended attributes other than file capabilities and those that steer
// overlay file systems, and what archives inside of layers hold.
package layers

import (
	"context"
	"io"

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
	// Open returns the bytes. It may be called from another goroutine, and what
	// it returns may be closed during a Read.
	Open func(context.Context) (io.ReadCloser, error)
}

// Options say how to read.
type Options struct {
	// Contents searches the contents of all text files for secrets; otherwise
	// only those of files whose names tell of credentials.
	Contents bool
	// Cache keeps what was found, by digest; nil for none.
	Cache *Cache
	// Progress is told how many more compressed bytes have been read; it may be
	// nil. Calls never overlap.
	Progress func(read int64)
}

// Layer is what one layer holds, as far as controls ask.
type Layer struct {
	// DiffID is the digest of the uncompressed bytes that were read, Digest
	// that of the bytes as they came.
	DiffID string
	Digest verify.Digest
	// Size and Compressed are the numbers of those bytes.
	Size, Compressed int64
	// Entries is the number of the archive's entries.
	Entries int
	// Contents says that text files were searched for secrets.
	Contents bool

	facts facts
}

// Cost is what the layer takes of the number of files and directories that one
// image may have; what is held of it is some hundred bytes for each.
func (l *Layer) Cost() int { return l.facts.Spent }

// Fits refuses an image that [Read] would for its number of files. It is for
// layers that were read by [Scan].
func Fits(list []*Layer) error {
	s, seen := newShared(Options{}), map[*Layer]bool{}
	for _, l := range list {
		if !seen[l] {
			seen[l] = true
			if err := s.spend(l.Cost()); err != nil {
				return err
			}
		}
	}
	return nil
}

// Scan reads one layer, compressed or not, from a stream whose digests nobody
// has named: it is for the caller to compare DiffID with the config's. An error
// wraps verify.ErrInvalid where the layer is at fault, verify.ErrUnreadable
// where its compression is unknown; others are the reader's own.
func Scan(ctx context.Context, r io.Reader, o Options) (*Layer, error) {
	s := newShared(o)
	return s.scan(ctx, stream{Reader: r, size: -1})
}
