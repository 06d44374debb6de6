package layers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pratique-dev/pratique/verify"
)

func TestThreat87_BytesThatWereNotAnnounced(t *testing.T) {
	plain := pack(t, dir("etc"), file("etc/passwd", accounts))
	raw := gzipped(t, plain)
	read := func(b Blob, served []byte) error {
		b.Open = blob(served, plain).Open
		_, err := Read(context.Background(), []Blob{b}, Options{})
		return err
	}
	if err := read(blob(raw, plain), raw); err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		other := bytes.Clone(raw)
		other[i] ^= 0x20
		refused(t, fmt.Sprintf("byte %d", i), read(blob(raw, plain), other), "")
	}
	for n := range raw {
		refused(t, fmt.Sprintf("first %d", n), read(blob(raw, plain), raw[:n]), "")
		cut := blob(raw[:n], plain)
		refused(t, fmt.Sprintf("announced first %d", n), read(cut, raw[:n]), "")
	}
	more := append(bytes.Clone(raw), gzipped(t, nil)...)
	refused(t, "more bytes", read(blob(raw, plain), more), "more than the")
	for name, change := range map[string]func(*Blob){
		"digest":      func(b *Blob) { b.Digest = verify.DigestOf(plain) },
		"DiffID":      func(b *Blob) { b.DiffID = string(verify.DigestOf(raw)) },
		"no DiffID":   func(b *Blob) { b.DiffID = "" },
		"bad DiffID":  func(b *Blob) { b.DiffID = strings.ToUpper(b.DiffID) },
		"larger":      func(b *Blob) { b.Size++ },
		"smaller":     func(b *Blob) { b.Size-- },
		"no size":     func(b *Blob) { b.Size = 0 },
		"other bytes": func(b *Blob) { *b = blob(zstandard(t, plain), plain) },
	} {
		b := blob(raw, plain)
		change(&b)
		refused(t, name, read(b, raw), "")
	}
	unsized := blob(raw, plain)
	unsized.Size = -1
	if err := read(unsized, raw); err != nil {
		t.Error(err)
	}
	refused(t, "unsized", read(unsized, more), "digest")
}

// What stands after the archive is part of the layer all the same.
func TestThreat87_TrailingData(t *testing.T) {
	plain := pack(t, file("a", "x"))
	zeros := append(bytes.Clone(plain), make([]byte, 1<<20)...)
	for name, b := range map[string][]byte{
		"members":       append(gzipped(t, plain[:512]), gzipped(t, plain[512:])...),
		"zeros":         gzipped(t, zeros),
		"no end mark":   gzipped(t, plain[:1024]),
		"uncompressed":  zeros,
		"empty":         {},
		"empty archive": make([]byte, 1024),
	} {
		if _, err := scanBytes(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{
		"gzip, zeros":     append(gzipped(t, plain), 0),
		"gzip, text":      append(gzipped(t, plain), "secret"...),
		"zstd, text":      append(zstandard(t, plain), "secret"...),
		"after the end":   append(bytes.Clone(plain), "secret"...),
		"gzip, after it":  gzipped(t, append(bytes.Clone(zeros), 1)),
		"second archive":  append(bytes.Clone(plain), plain...),
		"not an archive":  []byte(strings.Repeat("text ", 500)),
		"half a header":   plain[:100],
		"half a file":     pack(t, file("a", "xx"))[:513],
		"most of a file":  pack(t, file("a", strings.Repeat("x", 1<<20)))[:1<<20],
		"gzip of gzip":    gzipped(t, gzipped(t, plain)),
		"gzip, truncated": gzipped(t, plain)[:40],
		"zstd, truncated": zstandard(t, plain)[:40],
		"gzip, head only": []byte("\x1f\x8b"),
		"zstd, head only": []byte("\x28\xb5\x2f\xfd"),
	} {
		_, err := scanBytes(b)
		refused(t, name, err, "")
	}
}

func TestCompressionThatIsNotRead(t *testing.T) {
	for name, head := range map[string]string{
		"bzip2": "BZh91AY&SY", "xz": "\xfd7zXZ\x00\x00", "lz4": "\x04\x22\x4d\x18", "lzma": "\x5d\x00\x00\x80", "compress": "\x1f\x9d\x90",
	} {
		_, err := scanBytes([]byte(head + strings.Repeat("\x00", 100)))
		if !errors.Is(err, verify.ErrUnreadable) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := blob(nil, nil)
	b.MediaType = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"
	if _, err := Read(context.Background(), []Blob{b}, Options{}); !errors.Is(err, verify.ErrUnreadable) {
		t.Error(err)
	}
}

// A source that fails says nothing about the layer.
func TestErrorsOfTheSource(t *testing.T) {
	plain := pack(t, file("a", strings.Repeat("x", 1<<20)))
	down := errors.New("connection reset")
	for name, raw := range map[string][]byte{"tar": plain, "gzip": gzipped(t, plain), "zstd": zstandard(t, plain)} {
		b := blob(raw, plain)
		b.Open = func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(raw[:len(raw)-9]), iotest.ErrReader(down))), nil
		}
		if _, err := Read(context.Background(), []Blob{b}, Options{}); !errors.Is(err, down) || errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := blob(nil, nil)
	b.Open = func(context.Context) (io.ReadCloser, error) { return nil, down }
	if _, err := Read(context.Background(), []Blob{b}, Options{}); !errors.Is(err, down) || errors.Is(err, verify.ErrInvalid) {
		t.Error(err)
	}
}
