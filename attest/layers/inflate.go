package layers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pratique-dev/pratique/verify"
)

// readAhead is what the decoder takes from the pipe at a time.
const readAhead = 64 << 10

// inflated decompresses what comes out of a pipe, and counts what that makes of
// it (threat 83).
type inflated struct {
	in        *pipe
	mediaType string
	decoders  *decoders

	decoder io.Reader
	close   func()
	n       int64
}

// Read ends with io.EOF only where the pipe does too.
func (i *inflated) Read(b []byte) (n int, err error) {
	defer func() {
		if recover() != nil {
			n, err = 0, refuse("the layer breaks its decoder")
		}
		if err != nil && i.close != nil {
			i.close()
			i.close = nil
		}
	}()
	if i.decoder == nil {
		err = i.open()
	}
	if err == nil {
		n, err = i.decoder.Read(b)
	}
	i.n += int64(n)
	return n, i.judge(err)
}

// judge says what a decoder's error stands for, and keeps the limits.
func (i *inflated) judge(err error) error {
	end := i.in.end
	switch {
	case i.n > MaxSize:
		return refuse("the layer is larger than %d bytes when decompressed", int64(MaxSize))
	case i.n > freeBytes+maxRatio*i.in.passed:
		return refuse("the layer decompresses to more than %d times its size", maxRatio)
	case err == nil || err == io.EOF && end == io.EOF:
		return err
	case end != nil && end != io.EOF:
		return end // why the bytes ended, not what the decoder made of that
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return refuse("the layer's compressed data ends too early or too late")
	}
	if errors.Is(err, verify.ErrInvalid) {
		return err
	}
	return refuse("decompress the layer: %v", err)
}

// open chooses the decoder by the first bytes, as engines do. The media type is
// only asked about encryption, which bytes do not show.
func (i *inflated) open() error {
	r := bufio.NewReaderSize(i.in, readAhead)
	head, err := r.Peek(8)
	if err != nil && err != io.EOF {
		return err
	}
	if strings.Contains(i.mediaType, "+encrypted") {
		return unreadable("the layer is encrypted")
	}
	switch name := compression(head); name {
	case "":
		i.decoder = r
		return nil
	case "gzip":
		i.decoder, err = gzip.NewReader(r)
		return err
	case "zstd":
		return i.openZstd(r)
	default:
		return unreadable("the layer is compressed with " + name)
	}
}

func (i *inflated) openZstd(r io.Reader) error {
	d, err := i.decoders.take(r)
	if err == nil {
		i.decoder, i.close = d, func() { i.decoders.put(d) }
	}
	return err
}

// decoders are zstd decoders to use again: each holds a window, which is most of
// the memory that reading takes.
type decoders struct {
	mu   sync.Mutex
	free []*zstd.Decoder
}

func (l *decoders) take(r io.Reader) (*zstd.Decoder, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.free); n > 0 {
		d := l.free[n-1]
		l.free = l.free[:n-1]
		return d, d.Reset(r)
	}
	// The DiffID is the checksum.
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.IgnoreChecksum(true), zstd.WithDecoderMaxWindow(maxWindow))
}

// put takes a decoder back, with nothing left in it to read.
func (l *decoders) put(d *zstd.Decoder) {
	if d.Reset(nil) != nil {
		d.Close()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, d)
}

// compression names a format by the bytes it begins with; "" is none. A frame
// of zstd may be preceded by others that decoders skip.
func compression(head []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"\x1f\x8b", "gzip"},
		{"\x28\xb5\x2f\xfd", "zstd"},
		{"BZh", "bzip2"},
		{"\xfd7zXZ\x00", "xz"},
		{"\x04\x22\x4d\x18", "lz4"},
		{"\x5d\x00\x00", "lzma"},
		{"\x1f\x9d", "compress"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.name
		}
	}
	if len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte("\x2a\x4d\x18")) {
		return "zstd"
	}
	return ""
}

func unreadable(what string) error {
	return fmt.Errorf("%s, which is not read here: %w", what, verify.ErrUnreadable)
}
