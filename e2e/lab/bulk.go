package lab

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/stream"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
)

// Bulk is an image of some weight, for measurements: its layers are tar streams, lowest first.
type Bulk struct {
	Layers []func(io.Writer) error
	// Zstd compresses with zstd instead of gzip.
	Zstd bool
}

// Push builds the image layer by layer while it uploads, so that no layer is ever held whole.
func (b Bulk) Push(reference string) error {
	tag, err := name.NewTag(reference, name.Insecure)
	if err != nil {
		return err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	for i, write := range b.Layers {
		layer, err := b.layer(write)
		if err != nil {
			return err
		}
		mediaType := types.OCILayer
		if b.Zstd {
			mediaType = types.OCILayerZStd
		}
		image, err = mutate.Append(image, mutate.Addendum{
			Layer: layer, MediaType: mediaType, History: v1.History{CreatedBy: fmt.Sprintf("COPY layer%d / # buildkit", i)},
		})
		if err != nil {
			return err
		}
		if err := remote.WriteLayer(tag.Context(), layer); err != nil {
			return err
		}
	}
	return remote.Write(tag, image)
}

func (b Bulk) layer(write func(io.Writer) error) (v1.Layer, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(write(w)) }()
	if !b.Zstd {
		return stream.NewLayer(r, stream.WithMediaType(types.OCILayer)), nil
	}
	return zstdLayer(r)
}

// FileLayer is the content of a tar file.
func FileLayer(path string) func(io.Writer) error {
	return func(w io.Writer) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	}
}

// SmallFiles is a layer of n files of size bytes each, some of them set-uid. About half of the content
// does not compress.
func SmallFiles(seed uint64, n, size, setuid int) func(io.Writer) error {
	return func(w io.Writer) error {
		random := rand.New(rand.NewPCG(seed, 0))
		t := tar.NewWriter(w)
		for i := range n {
			header := &tar.Header{Name: fmt.Sprintf("data/%d/%d.bin", i/256, i), Mode: 0o644, Size: int64(size), Typeflag: tar.TypeReg}
			if i < setuid {
				header.Mode = 0o4755
			}
			if err := t.WriteHeader(header); err != nil {
				return err
			}
			if _, err := t.Write(content(random, size)); err != nil {
				return err
			}
		}
		return t.Close()
	}
}

// content is half text, half noise.
func content(random *rand.Rand, size int) []byte {
	var b bytes.Buffer
	for b.Len() < size {
		fmt.Fprintf(&b, "line %d of a file that says little, and says it again\n", random.IntN(1000))
		for range 12 {
			_ = b.WriteByte(byte(random.Uint32()))
			_ = b.WriteByte(byte(random.Uint32() >> 8))
			_ = b.WriteByte(byte(random.Uint32() >> 16))
		}
	}
	return b.Bytes()[:size]
}

// zstdLayer compresses into memory: go-containerregistry can stream gzip only.
func zstdLayer(r io.Reader) (v1.Layer, error) {
	var packed bytes.Buffer
	w, err := zstd.NewWriter(&packed)
	if err != nil {
		return nil, err
	}
	sum, size := newDigester(), int64(0)
	if size, err = io.Copy(io.MultiWriter(w, sum), r); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &memoryLayer{packed: packed.Bytes(), diffID: sum.hash(), size: size, mediaType: types.OCILayerZStd}, nil
}
