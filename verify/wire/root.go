package wire

import (
	"errors"
	"fmt"
	"os"
)

// OpenIn opens a regular file below root and returns its size in bytes. Links
// are followed as far as root allows, which is not out of it; a pipe, a device
// or a directory behind the name is refused: reading one could block for ever.
func OpenIn(root *os.Root, name string) (*os.File, int64, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|noBlock, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(name)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// ReadIn is [ReadFile] for a file below root.
func ReadIn(root *os.Root, name string, max int64) ([]byte, error) {
	f, _, err := OpenIn(root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := ReadAll(f, max)
	if errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, err
}
