package lab

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// memoryLayer is a layer whose compressed bytes were made here.
type memoryLayer struct {
	packed    []byte
	diffID    v1.Hash
	size      int64
	mediaType types.MediaType
}

// Digest is the digest of the compressed bytes.
func (l *memoryLayer) Digest() (v1.Hash, error) {
	sum := sha256.Sum256(l.packed)
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}, nil
}

// DiffID is the digest of the tar.
func (l *memoryLayer) DiffID() (v1.Hash, error) { return l.diffID, nil }

// Compressed is what a registry stores.
func (l *memoryLayer) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(l.packed)), nil
}

// Uncompressed is not needed to push.
func (l *memoryLayer) Uncompressed() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }

// Size is the number of compressed bytes.
func (l *memoryLayer) Size() (int64, error) { return int64(len(l.packed)), nil }

// MediaType is the layer's type in the manifest.
func (l *memoryLayer) MediaType() (types.MediaType, error) { return l.mediaType, nil }

type digester struct{ hash.Hash }

func newDigester() digester { return digester{sha256.New()} }

func (d digester) hash() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(d.Sum(nil))}
}
