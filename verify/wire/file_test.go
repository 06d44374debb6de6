package wire

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// endless counts what is read from it.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.n += int64(len(p))
	return len(p), nil
}

func TestThreat88_ReadAllStops(t *testing.T) {
	var r endless
	if _, err := ReadAll(&r, 1000); !errors.Is(err, ErrTooLarge) || r.n != 1001 {
		t.Errorf("%v after %d bytes", err, r.n)
	}
	if b, err := ReadAll(strings.NewReader("12345"), 5); err != nil || string(b) != "12345" {
		t.Errorf("at the limit: %q, %v", b, err)
	}
	if _, err := ReadAll(strings.NewReader("12345"), 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one over the limit: %v", err)
	}
	if b, err := ReadAll(strings.NewReader(""), 0); err != nil || len(b) != 0 {
		t.Errorf("nothing: %q, %v", b, err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	write(t, path, "12345")
	link := filepath.Join(dir, "link")
	if err := os.Symlink("f", link); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		if b, err := ReadFile(p, 5); err != nil || string(b) != "12345" {
			t.Errorf("%s: %q, %v", p, b, err)
		}
	}
	if _, err := ReadFile(path, 4); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), path) {
		t.Errorf("too large: %v", err)
	}
	if _, err := ReadFile(filepath.Join(dir, "none"), 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	if _, err := ReadFile(dir, 4); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("directory: %v", err)
	}
}

func TestThreat146_WriteFileReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	write(t, path, "old content, longer")
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := WriteFile(path, []byte("new"), 0o666); err != nil {
		t.Fatal(err)
	}
	if old, err := ReadAll(reader, 100); err != nil || string(old) != "old content, longer" {
		t.Errorf("a reader of the old file saw %q, %v", old, err)
	}
	expect(t, path, "new", 0o666)
	onlyFiles(t, dir, "state")
}

func TestThreat146_WriteFileLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "d")
	write(t, filepath.Join(target, "child"), "x")
	if err := WriteFile(target, []byte("new"), 0o600); err == nil {
		t.Error("replaced a directory that is not empty")
	}
	if err := WriteFile(filepath.Join(dir, "none", "f"), nil, 0o600); err == nil {
		t.Error("wrote into a directory that is not there")
	}
	onlyFiles(t, dir, "d")
}

func TestThreat135_CreateFileNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if err := CreateFile(path, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CreateFile(path, []byte("other"), 0o644); !errors.Is(err, fs.ErrExist) {
		t.Errorf("again: %v", err)
	}
	expect(t, path, "secret", 0o600)
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	if err := CreateFile(filepath.Join(dir, "dangling"), []byte("x"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("dangling link: %v", err)
	}
	onlyFiles(t, dir, "key", "dangling")
}

func TestThreat146_CreateFileHasOneWinner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			switch err := CreateFile(path, []byte("x"), 0o600); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d winners", won.Load())
	}
}

// The way taken on file systems without hard links.
func TestCreateDirect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := createDirect(path, []byte("secret"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := createDirect(path, []byte("other"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("again: %v", err)
	}
	expect(t, path, "secret", 0o640)
}

func TestFillRemovesHalfWritten(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "half"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := fill(f, []byte("x"), 0o600); err == nil {
		t.Error("wrote to a closed file")
	}
	onlyFiles(t, dir)
}

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, path, data string, perm fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != data {
		t.Errorf("%s: %q, %v", path, got, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != perm {
		t.Errorf("%s: %v, %v", path, info.Mode(), err)
	}
}

func onlyFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Errorf("left in %s: %v", dir, entries)
	}
}
