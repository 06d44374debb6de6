package layers

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

func cacheIn(t *testing.T, max int64) (*Cache, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a", "layers")
	c, err := OpenCache(dir, max)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

// counted counts how often a blob is opened.
func counted(b Blob, n *int) Blob {
	open := b.Open
	b.Open = func(ctx context.Context) (io.ReadCloser, error) {
		*n++
		return open(ctx)
	}
	return b
}

func onlyEntry(t *testing.T, dir string) string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"+cacheSuffix))
	if err != nil || len(list) != 1 {
		t.Fatalf("%q, %v", list, err)
	}
	return list[0]
}

func sample(t *testing.T) (Blob, []byte) {
	plain := pack(t, dir("etc"), file("etc/passwd", accounts), with("usr/bin/su", 0o4755, "su"),
		hardlink("x", "usr/bin/su", 0o4755), symlink("bin", "usr/bin"), file("a/\xff", ""), file("usr/bin/sh", ""))
	return blob(gzipped(t, plain), plain), plain
}

func TestCacheHit(t *testing.T) {
	c, folder := cacheIn(t, 1<<20)
	b, _ := sample(t)
	opened := 0
	read := func(o Options, blobs ...Blob) []*Layer {
		t.Helper()
		out, err := Read(context.Background(), blobs, o)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	cold := read(Options{Cache: c}, counted(b, &opened))
	warm := read(Options{Cache: c}, counted(b, &opened))
	if opened != 1 {
		t.Errorf("opened %d times", opened)
	}
	if !reflect.DeepEqual(cold, warm) {
		t.Errorf("\n%+v\n%+v", cold[0], warm[0])
	}
	if info, err := os.Stat(onlyEntry(t, folder)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	read(Options{Cache: c, Contents: true}, counted(b, &opened))
	if opened != 2 {
		t.Error("names alone stood in for contents")
	}
	b.Digest = ""
	if l := read(Options{Cache: c}, counted(b, &opened)); opened != 3 || l[0].Compressed != 0 {
		t.Errorf("opened %d times, %d bytes pulled", opened, l[0].Compressed)
	}
}

// What the manifest and the config say is checked warm too.
func TestThreat10_CachedLayerUnderAnotherName(t *testing.T) {
	c, _ := cacheIn(t, 1<<20)
	b, _ := sample(t)
	if _, err := Read(context.Background(), []Blob{b}, Options{Cache: c}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Blob){
		"another DiffID": func(b *Blob) { b.DiffID = string(verify.DigestOf(nil)) },
		"no DiffID":      func(b *Blob) { b.DiffID = "" },
		"another size":   func(b *Blob) { b.Size++ },
	} {
		other := b
		other.Open = func(context.Context) (io.ReadCloser, error) { return nil, errors.New("opened") }
		change(&other)
		if _, err := Read(context.Background(), []Blob{other}, Options{Cache: c}); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nothing that happened to a cache changes a result (threat 142).
func TestThreat142_BrokenCache(t *testing.T) {
	b, _ := sample(t)
	change := func(f func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			old, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f(old), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, harm := range map[string]func(*testing.T, string){
		"empty":       change(func([]byte) []byte { return nil }),
		"truncated":   change(func(b []byte) []byte { return b[:len(b)-1] }),
		"header only": change(func(b []byte) []byte { return b[:len(cacheMagic)+5] }),
		"one bit":     change(func(b []byte) []byte { b[len(b)-3] ^= 1; return b }),
		"its sum":     change(func(b []byte) []byte { b[len(cacheMagic)] ^= 1; return b }),
		"no magic":    change(func(b []byte) []byte { return b[1:] }),
		"too large":   change(func(b []byte) []byte { return make([]byte, maxCached+1) }),
		"for others to write": func(t *testing.T, path string) {
			if err := os.Chmod(path, 0o666); err != nil {
				t.Fatal(err)
			}
		},
		"a link": func(t *testing.T, path string) {
			if err := os.Rename(path, path+".x"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path+".x", path); err != nil {
				t.Fatal(err)
			}
		},
		"a folder": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"another layer's": func(t *testing.T, path string) {
			plain := pack(t, file("x", ""))
			l := image(t, Options{}, []entry{file("x", "")})[0]
			l.Digest = verify.DigestOf(plain)
			e := encode(t, newCached(l))
			change(func([]byte) []byte { return e })(t, path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, folder := cacheIn(t, 1<<20)
			if _, err := Read(context.Background(), []Blob{b}, Options{Cache: c}); err != nil {
				t.Fatal(err)
			}
			harm(t, onlyEntry(t, folder))
			opened := 0
			out, err := Read(context.Background(), []Blob{counted(b, &opened)}, Options{Cache: c})
			if err != nil || opened != 1 || out[0].Entries != 7 {
				t.Errorf("opened %d times, %v", opened, err)
			}
		})
	}
	t.Run("gone", func(t *testing.T) {
		c, folder := cacheIn(t, 1<<20)
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(context.Background(), []Blob{b}, Options{Cache: c}); err != nil {
			t.Error(err)
		}
	})
}

func TestCacheOfOtherRulesIsAMiss(t *testing.T) {
	b, _ := sample(t)
	c, folder := cacheIn(t, 1<<20)
	if _, err := Read(context.Background(), []Blob{b}, Options{Cache: c}); err != nil {
		t.Fatal(err)
	}
	path := onlyEntry(t, folder)
	e, err := readCached(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(e.Version, cis.RulesVersion+" "+cacheVersion) || c.path(b.Digest, true) == path {
		t.Errorf("%q at %s", e.Version, path)
	}
	e.Version = "1"
	old := encode(t, e)
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	if c.get(b.Digest, false) != nil {
		t.Error("took what other rules found")
	}
}

func encode(t *testing.T, e *cached) []byte {
	t.Helper()
	b, err := e.encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
