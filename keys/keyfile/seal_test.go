package keyfile

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

func x25519(t testing.TB) []byte {
	t.Helper()
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pkcs8Type, Bytes: der})
}

// A key file that makes scrypt take 128*N*r bytes must be refused from its
// parameters alone.
func TestHostileScryptParametersRefused(t *testing.T) {
	block, _ := pem.Decode(fixture(t, "cosign-2.6.5.key"))
	const was = `"params":{"N":65536,"r":8,"p":1}`
	if !strings.Contains(string(block.Bytes), was) {
		t.Fatalf("fixture without %s", was)
	}
	for _, params := range []string{
		`{"N":1073741824,"r":8,"p":1}`, `{"N":65536,"r":65536,"p":1}`, `{"N":65536,"r":8,"p":4096}`, `{"N":2,"r":8,"p":1}`,
		`{"N":65536,"r":8,"p":1,"R":1048576}`, `{"N":65536,"r":8,"p":1,"n":1073741824}`, `{"N":0,"r":0,"p":0}`, `{"N":-1,"r":8,"p":1}`, `{}`,
	} {
		box := strings.Replace(string(block.Bytes), was, `"params":`+params, 1)
		if err := checkBox([]byte(box)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", params, err)
		}
		_, err := Import(pem.EncodeToMemory(&pem.Block{Type: sealedType, Bytes: []byte(box)}), []byte("fixture"))
		if !errors.Is(err, ErrFormat) || errors.Is(err, ErrPassword) {
			t.Errorf("%s: %v", params, err)
		}
	}
	for from, to := range map[string]string{
		`"scrypt"`: `"argon2"`, `"nacl/secretbox"`: `"none"`, `"nonce":"`: `"nonce":"AAAA`, `"salt"`: `"sugar"`, `"ciphertext"`: `"text"`,
	} {
		box := strings.Replace(string(block.Bytes), from, to, 1)
		if err := checkBox([]byte(box)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s for %s: %v", to, from, err)
		}
	}
}

// FuzzLoadKeyPEM feeds foreign files to everything before the password is
// used, and whole plain keys.
func FuzzLoadKeyPEM(f *testing.F) {
	for _, name := range []string{"cosign-2.6.5.key", "openssl-ec.pem", "openssl-rsa.pem", "openssl-ed25519.pem", "weak-p224.pem",
		"old-encrypted.pem", "encrypted-pkcs8.pem", "cosign-2.6.5.pub"} {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		block, err := oneBlock(text)
		if err != nil {
			return
		}
		if sealed(block) {
			if checkBox(block.Bytes) == nil && len(block.Bytes) > maxDER {
				t.Fatal("a box over the limit")
			}
			return
		}
		key, err := plain(block)
		if err != nil {
			if key != nil {
				t.Fatal("an error and a key")
			}
			return
		}
		if key.Public() == nil {
			t.Fatal("a key without a public half")
		}
	})
}
