package layers

import (
	"archive/tar"
	"bytes"
	stdgzip "compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// synthetic is a layer of about n bytes that compresses as programs and texts
// do, to two fifths: half words, half noise.
func synthetic(b *testing.B, seed uint64, n int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var entries []entry
	for size, i := 0, 0; size < n; i++ {
		body := make([]byte, 1<<rnd.IntN(19))
		for j := 0; j < len(body); {
			if rnd.IntN(3) == 0 {
				for k := range min(24, len(body)-j) {
					body[j+k] = byte(rnd.Uint32())
				}
				j += 24
			} else {
				j += copy(body[j:], fmt.Sprintf("word%d symbol_%d ", rnd.IntN(500), rnd.IntN(50)))
			}
		}
		entries = append(entries, file(fmt.Sprintf("usr/lib/d%d/file%d.so", i/50, i), string(body)))
		size += len(body)
	}
	return pack(b, entries...)
}

func benchmarkRead(b *testing.B, compress func(io.Writer) (io.WriteCloser, error)) {
	var blobs []Blob
	size := 0
	for i := range 3 {
		plain := synthetic(b, uint64(i), 32<<20>>i)
		var raw bytes.Buffer
		w, err := compress(&raw)
		if err == nil {
			_, err = w.Write(plain)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
		blobs = append(blobs, blob(raw.Bytes(), plain))
		size += len(plain)
	}
	b.Run("layers", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			if _, err := Read(context.Background(), blobs, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, l := range blobs {
				inSeries(b, l)
			}
		}
	})
}

// inSeries is the plain way: the standard library, one layer after another,
// without digests.
func inSeries(b *testing.B, l Blob) {
	body, err := l.Open(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	defer body.Close()
	var r io.Reader
	if r, err = stdgzip.NewReader(body); err != nil {
		b.Skip("the standard library does not read it")
	}
	for t := tar.NewReader(r); ; {
		if _, err := t.Next(); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScanGzip(b *testing.B) {
	benchmarkRead(b, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

func BenchmarkScanZstd(b *testing.B) {
	benchmarkRead(b, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
}
