package keyfile

import (
	"crypto"
	"errors"
	"fmt"
	"os"

	"github.com/pratique-dev/pratique/keys"
)

// Write stores a key pair as PREFIX.key (0600, sealed under the password) and
// PREFIX.pub (0644). Both files are new or nothing is written: an existing file
// is never touched, and no half of a pair is left behind. It wraps
// ErrEmptyPassword, ErrReference, keys.ErrWeak or fs.ErrExist.
func Write(prefix string, key crypto.Signer, password []byte) (privPath, pubPath string, err error) {
	if len(password) == 0 {
		return "", "", ErrEmptyPassword
	}
	return writePair(prefix, key, password)
}

// WriteUnprotected is Write under cosign's empty password: whoever can read the
// file has the key. It is for callers whose user asked for just that.
func WriteUnprotected(prefix string, key crypto.Signer) (privPath, pubPath string, err error) {
	return writePair(prefix, key, nil)
}

func writePair(prefix string, key crypto.Signer, password []byte) (privPath, pubPath string, err error) {
	if err := checkReference(prefix); err != nil {
		return "", "", err
	}
	if key == nil {
		return "", "", fmt.Errorf("%w: no key to write", ErrFormat)
	}
	private, err := seal(key, password)
	if err != nil {
		return "", "", err
	}
	public, err := keys.FromPublic(key.Public())
	if err != nil {
		return "", "", err
	}
	privPath, pubPath = prefix+".key", prefix+".pub"
	if err := create(privPath, private, 0o600); err != nil {
		return "", "", err
	}
	if err := create(pubPath, public.PEM(), 0o644); err != nil {
		return "", "", errors.Join(err, os.Remove(privPath))
	}
	return privPath, pubPath, nil
}

// create writes a new file to stable storage, or leaves none. O_EXCL does not
// follow a link that somebody put there first.
func create(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if exists(err) {
		return fmt.Errorf("%w; keys are never overwritten: choose another name", err)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
