package wire

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ReadAll reads at most max bytes; more is an error wrapping ErrTooLarge. It
// never holds more than one byte beyond max (threats 87-89). Other errors are
// the reader's own.
func ReadAll(r io.Reader, max int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > max {
		return nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, max)
	}
	return b, nil
}

// ReadFile reads a regular file of at most max bytes; a larger one is an error
// wrapping ErrTooLarge. Links are followed, but a pipe, a device or a directory
// behind the name is refused unread: reading one could block for ever.
func ReadFile(path string, max int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noBlock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, notRegular(path)
	}
	b, err := ReadAll(f, max)
	if errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, err
}

func notRegular(path string) error { return fmt.Errorf("%s: not a regular file", path) }

// WriteFile writes data to a temporary name beside path and renames it, so
// that a reader or a crash sees the old file or the new one, whole (threat
// 146). The new file has exactly the permissions perm. Where path is a link,
// the link is replaced.
func WriteFile(path string, data []byte, perm uint32) error {
	tmp, err := writeTemp(path, data, perm)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		os.Remove(tmp)
		return err
	}
	return syncDir(filepath.Dir(path))
}

// CreateFile writes data to path, which must not exist yet (fs.ErrExist), not
// even as a dangling link. The file appears whole or not at all, with exactly
// the permissions perm (threat 135).
func CreateFile(path string, data []byte, perm uint32) error {
	tmp, err := writeTemp(path, data, perm)
	if err != nil {
		return err
	}
	err = os.Link(tmp, path)
	os.Remove(tmp)
	switch {
	case errors.Is(err, fs.ErrExist):
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	case err != nil:
		// Some file systems have no hard links.
		err = createDirect(path, data, perm)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func createDirect(path string, data []byte, perm uint32) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(perm)&fs.ModePerm)
	if err != nil {
		return err
	}
	return fill(f, data, perm)
}

// writeTemp returns the name of a new file beside path that holds data.
func writeTemp(path string, data []byte, perm uint32) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp-*")
	if err != nil {
		return "", err
	}
	return f.Name(), fill(f, data, perm)
}

// fill writes and closes a file that was just created, and removes it if that
// does not work to the end.
func fill(f *os.File, data []byte, perm uint32) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(fs.FileMode(perm) & fs.ModePerm)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
