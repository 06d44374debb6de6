package keyfile

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify/wire"
)

// othersMask are the permission bits a private key file must not have: any for
// group or others (threat 135).
const othersMask = 0o077

// Load reads a private key in cosign's form. The password is asked for once,
// and only after the file proved to be one; an empty answer is a password too.
// It wraps ErrReference, ErrPermissions, ErrFormat, ErrPassword, keys.ErrWeak
// or fs.ErrNotExist.
func Load(path string, password func() ([]byte, error)) (crypto.Signer, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	block, err := oneBlock(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !sealed(block) {
		return nil, fmt.Errorf("%s: %w: it is not in cosign's form; convert it: pratique keys import --key %s", path, ErrFormat, path)
	}
	if password == nil {
		return nil, fmt.Errorf("%s: %w: none was given; set COSIGN_PASSWORD", path, ErrPassword)
	}
	pass, err := password()
	if err != nil {
		return nil, fmt.Errorf("%s: read password: %w", path, err)
	}
	key, err := open(block, pass)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// LoadPublic reads a public key file. It wraps ErrReference, keys.ErrFormat,
// keys.ErrWeak or fs.ErrNotExist.
func LoadPublic(path string) (keys.PublicKey, error) {
	if err := checkReference(path); err != nil {
		return keys.PublicKey{}, err
	}
	f, info, err := openRegular(path)
	if err != nil {
		return keys.PublicKey{}, err
	}
	defer f.Close()
	text, err := readCapped(f, info)
	if err != nil {
		return keys.PublicKey{}, fmt.Errorf("%s: %w", path, err)
	}
	key, err := keys.ParsePublic(text)
	if err != nil {
		return keys.PublicKey{}, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// read reads a private key file, having looked at the very file it opened: a
// link is as safe as what it leads to.
func read(path string) ([]byte, error) {
	if err := checkReference(path); err != nil {
		return nil, err
	}
	f, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := exposed(info, os.Getuid()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	text, err := readCapped(f, info)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

// openRegular opens without waiting, as a named pipe would make it.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w: not a regular file", path, ErrReference)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func readCapped(f io.Reader, info fs.FileInfo) ([]byte, error) {
	tooLarge := fmt.Errorf("%w: more than %d bytes", ErrFormat, wire.MaxKeyFile)
	if info.Size() > wire.MaxKeyFile {
		return nil, tooLarge
	}
	text, err := io.ReadAll(io.LimitReader(f, wire.MaxKeyFile+1))
	if err == nil && len(text) > wire.MaxKeyFile {
		err = tooLarge
	}
	return text, err
}

// exposed says why a private key file must not be used by the user me.
func exposed(info fs.FileInfo, me int) error {
	if mode := info.Mode().Perm(); permissions && mode&othersMask != 0 {
		return fmt.Errorf("%w: mode %04o lets others at it; chmod 600", ErrPermissions, mode)
	}
	owner, known := ownerOf(info)
	if known && owner != me && owner != 0 {
		return fmt.Errorf("%w: it belongs to user %d, not to you (%d) or root", ErrPermissions, owner, me)
	}
	return nil
}

// exists reports whether err says that a file was in the way.
func exists(err error) bool { return errors.Is(err, fs.ErrExist) }
