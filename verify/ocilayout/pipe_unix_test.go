//go:build unix

package ocilayout

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// A pipe among the blobs may not be waited for: the test would not end.
func TestPipeIsNoBlob(t *testing.T) {
	d := newDir(t)
	l := d.layout(d.image("one"))
	layer := verify.Descriptor{Digest: verify.DigestOf([]byte("layer")), Size: 5}
	path := filepath.Join(d.path, blobPath(layer.Digest))
	os.Remove(path)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Open(t.Context(), "", layer); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("opened: %v", err)
	}
	if _, err := l.Blob(t.Context(), "", layer, 100); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("read: %v", err)
	}
}
