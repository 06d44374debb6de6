package layers

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCacheIsBounded(t *testing.T) {
	c, folder := cacheIn(t, 1<<20)
	var blobs []Blob
	for _, name := range []string{"a", "b", "c", "d"} {
		plain := pack(t, file(name, ""))
		blobs = append(blobs, blob(plain, plain))
	}
	keep := func(i int) {
		t.Helper()
		if _, err := Read(context.Background(), blobs[i:i+1], Options{Cache: c}); err != nil {
			t.Fatal(err)
		}
	}
	age := func(i int, d time.Duration) {
		t.Helper()
		when := time.Now().Add(-d)
		if err := os.Chtimes(c.path(blobs[i].Digest, false), when, when); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(folder, "notes")
	left := filepath.Join(folder, ".x"+cacheSuffix+".tmp-1")
	for _, path := range []string{other, left} {
		if err := os.WriteFile(path, make([]byte, 1<<19), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(left, time.Time{}, time.Now().Add(-2*staleTemp)); err != nil {
		t.Fatal(err)
	}
	keep(0)
	info, err := os.Stat(onlyEntry(t, folder))
	if err != nil {
		t.Fatal(err)
	}
	c.max = info.Size()*3 + 16
	keep(1)
	keep(2)
	age(0, 3*time.Hour)
	age(1, 2*time.Hour)
	age(2, time.Hour)
	keep(0) // used, so no longer the oldest
	keep(3)
	for i, want := range []bool{true, false, true, true} {
		if got := c.get(blobs[i].Digest, false) != nil; got != want {
			t.Errorf("layer %d kept: %t", i, got)
		}
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("removed what is not the cache's")
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("left what a crash left")
	}
	c.max = 10
	plain := pack(t, file("e", ""))
	e := blob(plain, plain)
	if _, err := Read(context.Background(), []Blob{e}, Options{Cache: c}); err != nil || c.get(e.Digest, false) != nil {
		t.Errorf("kept more than there is room for, %v", err)
	}
}

func TestCacheFolderOfOthers(t *testing.T) {
	open := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{open, plain, filepath.Join(plain, "x")} {
		if _, err := OpenCache(dir, 1<<20); err == nil {
			t.Errorf("opened %s", dir)
		}
	}
	if os.Geteuid() == 0 {
		foreign := t.TempDir()
		if err := os.Chown(foreign, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCache(foreign, 1<<20); err == nil {
			t.Error("opened another user's folder")
		}
	}
}

// Processes share a folder.
func TestThreat146_CachesOnOneFolder(t *testing.T) {
	_, folder := cacheIn(t, 1<<20)
	b, _ := sample(t)
	done := make(chan error)
	for range 4 {
		go func() {
			c, err := OpenCache(folder, 2000)
			for range 5 {
				if err == nil {
					_, err = Read(context.Background(), []Blob{b}, Options{Cache: c})
				}
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
