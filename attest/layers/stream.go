package layers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"sync"

	"github.com/pratique-dev/pratique/verify"
)

const (
	compressedBuffer   = 128 << 10
	uncompressedBuffer = 256 << 10
)

// stream is a layer's bytes and what is known of them beforehand.
type stream struct {
	io.Reader
	digest    verify.Digest // "" where unknown
	diffID    string        // "" where unknown
	mediaType string
	size      int64 // -1 where unknown
	// abort ends a Read that waits; nil where that is left to the context.
	abort func()
}

// source counts and hashes what comes in, and gives the end of the stream only
// to bytes that are the announced ones.
type source struct {
	ctx    context.Context
	stream stream
	told   func(int64)
	sum    hash.Hash
	n      int64
}

func (s *source) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.stream.Read(b)
	s.n += int64(n)
	s.sum.Write(b[:n])
	s.told(int64(n))
	if size := s.stream.size; size >= 0 && s.n > size {
		return 0, refuse("the layer has more than the %d bytes that its descriptor says", size)
	}
	if err == io.EOF {
		err = s.end()
	}
	return n, err
}

func (s *source) end() error {
	if size := s.stream.size; size >= 0 && s.n != size {
		return refuse("the layer has %d bytes, its descriptor says %d", s.n, size)
	}
	if want := s.stream.digest; want != "" && digestOf(s.sum) != want {
		return refuse("the layer's digest is %s, its descriptor says %s", digestOf(s.sum), want)
	}
	return io.EOF
}

func digestOf(h hash.Hash) verify.Digest {
	return verify.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
}

// scan reads a stream to its end. Four goroutines work on it: one takes and
// hashes the bytes, one decompresses, one hashes the result, and this one walks
// the archive.
func (s *shared) scan(parent context.Context, in stream) (*Layer, error) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	src := &source{ctx: ctx, stream: in, told: s.told, sum: sha256.New()}
	compressed, plain := newPipe(compressedBuffer), newPipe(uncompressedBuffer)
	sum := sha256.New()
	hashing := plain.tap(sum)
	var all sync.WaitGroup
	all.Go(func() { compressed.fill(src) })
	all.Go(func() { plain.fill(&inflated{in: compressed, mediaType: in.mediaType, decoders: &s.decoders}) })
	all.Go(hashing)
	abort := func() {
		if in.abort != nil {
			in.abort()
		}
	}
	defer context.AfterFunc(ctx, abort)()

	w := newWalker(s, in)
	err := w.walk(plain)
	if err != nil {
		cancel()
		close(compressed.stop)
		close(plain.stop)
		abort()
	}
	all.Wait()
	if err != nil && parent.Err() != nil {
		return nil, context.Cause(parent)
	}
	if err != nil {
		return nil, err
	}
	if got := string(digestOf(sum)); in.diffID != "" && got != in.diffID {
		return nil, wrongDiffID(got, in.diffID)
	}
	return w.layer(&Layer{
		DiffID: string(digestOf(sum)), Digest: digestOf(src.sum),
		Size: plain.passed, Compressed: src.n, Contents: s.contents,
	})
}
