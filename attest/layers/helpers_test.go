package layers

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// entry is one header of an archive, and its content.
type entry struct {
	tar.Header
	body string
}

func file(name, body string) entry { return with(name, 0o644, body) }

func with(name string, mode int64, body string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode, Size: int64(len(body))}, body}
}

func dir(name string) entry {
	return entry{Header: tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755}}
}

func symlink(name, target string) entry {
	return entry{Header: tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}}
}

func hardlink(name, target string, mode int64) entry {
	return entry{Header: tar.Header{Name: name, Typeflag: tar.TypeLink, Linkname: target, Mode: mode}}
}

func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// blob announces raw as the layer whose uncompressed bytes are plain.
func blob(raw, plain []byte) Blob {
	return Blob{
		Digest: verify.DigestOf(raw), DiffID: string(verify.DigestOf(plain)), Size: int64(len(raw)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil },
	}
}

// image reads layers made of entries.
func image(t testing.TB, o Options, list ...[]entry) []*Layer {
	t.Helper()
	var blobs []Blob
	for _, entries := range list {
		plain := pack(t, entries...)
		blobs = append(blobs, blob(gzipped(t, plain), plain))
	}
	out, err := Read(context.Background(), blobs, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func dirMode(name string, mode int64) tar.Header {
	return tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: mode}
}
