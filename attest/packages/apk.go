package packages

import (
	"errors"
	"fmt"
	"strconv"
)

// apkReader reads apk's database of installed packages: lines of a letter, a
// colon and a value.
type apkReader struct {
	inventory
	now  Package
	seen map[byte]bool
}

func parseApk(content []byte) ([]Package, error) {
	r := apkReader{seen: map[byte]bool{}}
	if err := readStanzas(content, &r); err != nil {
		return nil, err
	}
	return r.list, nil
}

func (r *apkReader) line(text []byte) error {
	if len(text) < 2 || text[1] != ':' {
		// What it is may be anything, and a secret too.
		return fmt.Errorf("%d bytes that are no field", len(text))
	}
	letter, value := text[0], text[2:]
	switch letter {
	case 'P', 'V', 'A', 'I':
	default:
		return nil
	}
	if r.seen[letter] {
		return fmt.Errorf("field %c is there twice", letter)
	}
	if len(value) > MaxWord {
		return fmt.Errorf("field %c has %d bytes, at most %d are read", letter, len(value), MaxWord)
	}
	r.seen[letter] = true
	return r.set(letter, string(value))
}

func (r *apkReader) set(letter byte, value string) error {
	switch letter {
	case 'P':
		r.now.Name = value
	case 'V':
		r.now.Version = value
	case 'A':
		r.now.Arch = value
	case 'I':
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil {
			return fmt.Errorf("%s is no size", excerpt(value))
		}
		r.now.Bytes = int64(n)
	}
	return nil
}

func (r *apkReader) end() error {
	p := r.now
	r.now = Package{}
	clear(r.seen)
	if p.Name == "" {
		return errors.New("an entry without a package")
	}
	p.Manager = kindApk
	return r.add(p)
}
