//go:build unix

package wire

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Neither may wait for the other end of a pipe: the test would not end.
func TestReadFileRefusesPipesAndDevices(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero"} {
		if _, err := ReadFile(path, 10); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("ReadFile %s: %v", path, err)
		}
		if _, err := Lock(path); err == nil {
			t.Errorf("Lock %s: locked", path)
		}
	}
}

func TestThreat146_LockExcludes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	try := func() error { return syscall.Flock(int(other.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
	if err := try(); err != syscall.EWOULDBLOCK {
		t.Errorf("while locked: %v", err)
	}
	unlock()
	if err := try(); err != nil {
		t.Errorf("after unlock: %v", err)
	}
	expect(t, path, "", 0o600)
}

// Lock waits for its turn: every holder sees what the one before it wrote.
func TestThreat146_LockSerialises(t *testing.T) {
	dir := t.TempDir()
	const holders = 8
	done := make(chan error, holders)
	for range holders {
		go func() { done <- appendLocked(dir) }()
	}
	for range holders {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	expect(t, filepath.Join(dir, "state"), strings.Repeat("x", holders), 0o600)
}

func appendLocked(dir string) error {
	unlock, err := Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	path := filepath.Join(dir, "state")
	old, err := ReadFile(path, 100)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return WriteFile(path, append(old, 'x'), 0o600)
}
