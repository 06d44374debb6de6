// Package keyfile keeps private signing keys in files that cosign can read, and
// reads the ones cosign wrote: PKCS#8 inside a NaCl secretbox under a key that
// scrypt derives from a password, in PEM.
//
// A private key is only as good as the file it lies in. [Write] makes the file
// readable by its owner alone and never replaces one that is there; [Load]
// refuses a file that others can read or could have put there (threat 135). An
// empty password is cosign's way of leaving a key unprotected: it is accepted
// where somebody says so, with [WriteUnprotected] or by answering the password
// question with nothing, and never by default (threat 136).
//
// No error of this package carries a password or any part of a key (threat
// 137). Key references that are no files (env://, https://, KMS schemes) are
// refused: an environment variable or a web server could otherwise swap the
// key under a command line that looks the same (threat 50).
//
// Limitations: nothing is locked in memory, and a key that was decrypted is
// not wiped; Go gives no way to do so dependably.
package keyfile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrPassword means that the password does not open the key file. A file
	// damaged inside its sealed part gives the same error: the seal cannot tell.
	ErrPassword = errors.New("wrong password for the key")
	// ErrEmptyPassword means that a key was to be written under no password
	// without saying so.
	ErrEmptyPassword = errors.New("empty password: the key would be readable by whoever reads the file")
	// ErrPermissions means that others can read the key file or could have
	// put it there.
	ErrPermissions = errors.New("private key file is not safe")
	// ErrFormat means that the bytes are no private key in a form read here.
	ErrFormat = errors.New("not a usable private key file")
	// ErrReference means that a key was named by something other than a file.
	ErrReference = errors.New("key is not a file")
)

// Algorithms lists what [Generate] makes, the default first.
func Algorithms() []string {
	return []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-3072", "rsa-4096"}
}

// Generate makes a key; "" is ecdsa-p256, what cosign makes and verifies with
// no further flags.
func Generate(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "", "ecdsa-p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ecdsa-p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ecdsa-p521":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	case "rsa-3072":
		return rsa.GenerateKey(rand.Reader, 3072)
	case "rsa-4096":
		return rsa.GenerateKey(rand.Reader, 4096)
	}
	return nil, fmt.Errorf("algorithm %q: want one of %s", algorithm, strings.Join(Algorithms(), ", "))
}

// checkReference refuses what cosign would fetch from elsewhere.
func checkReference(path string) error {
	scheme, _, found := strings.Cut(path, "://")
	if !found && strings.HasPrefix(path, "pkcs11:") {
		scheme, found = "pkcs11", true
	}
	switch {
	case path == "":
		return fmt.Errorf("%w: no name given", ErrReference)
	case path == "-":
		return fmt.Errorf("%w: a key is not read from standard input; name its file", ErrReference)
	case found && (scheme == "http" || scheme == "https"):
		return fmt.Errorf("%w: %s is not accepted; fetch it, compare it with what you expect, and name the file", ErrReference, scheme)
	case found && scheme == "env":
		return fmt.Errorf("%w: env is not accepted; write it to a file with mode 0600 and name the file", ErrReference)
	case found && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+.-") == "":
		return fmt.Errorf("%w: %s keys are not supported; name a key file", ErrReference, scheme)
	}
	return nil
}
