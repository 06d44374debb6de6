package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify/wire"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, ".", "github.com/pratique-dev/pratique/keys", "github.com/pratique-dev/pratique/verify/wire",
		"github.com/secure-systems-lab/go-securesystemslib/encrypted", "golang.org/x/crypto")
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// place writes a file with exactly that mode.
func place(t testing.TB, name string, data []byte, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func answer(password string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(password), nil }
}

func identity(t testing.TB, s crypto.Signer) string {
	t.Helper()
	k, err := keys.FromPublic(s.Public())
	if err != nil {
		t.Fatal(err)
	}
	return k.Identity
}

func mustGenerate(t testing.TB, algorithm string) crypto.Signer {
	t.Helper()
	k, err := Generate(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestGenerate(t *testing.T) {
	for _, a := range append(Algorithms()[:5:5], "") {
		k, err := keys.FromPublic(mustGenerate(t, a).Public())
		if err != nil || k.Algorithm != a && (a != "" || k.Algorithm != "ecdsa-p256") {
			t.Errorf("%q: %s %v", a, k.Algorithm, err)
		}
	}
	for _, a := range []string{"rsa-1024", "rsa-2048", "dsa", "ecdsa-p224"} {
		if _, err := Generate(a); err == nil || !strings.Contains(err.Error(), "ecdsa-p256") {
			t.Errorf("%s: %v", a, err)
		}
	}
}

func TestReadsCosignsKeys(t *testing.T) {
	old := bytes.ReplaceAll(fixture(t, "cosign-2.6.5.key"), []byte("SIGSTORE"), []byte("COSIGN"))
	for _, c := range []struct {
		name, password string
		text           []byte
	}{
		{"cosign-2.6.5", "fixture", fixture(t, "cosign-2.6.5.key")},
		{"cosign-3.1.3", "fixture", fixture(t, "cosign-3.1.3.key")},
		{"empty password", "", fixture(t, "cosign-nopass.key")},
		{"cosign 1", "fixture", old},
	} {
		key, err := Load(place(t, "c.key", c.text, 0o600), answer(c.password))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.name == "cosign-2.6.5" {
			pub, err := LoadPublic("testdata/cosign-2.6.5.pub")
			if err != nil || pub.Identity != identity(t, key) {
				t.Errorf("%s: public half %v %v", c.name, pub, err)
			}
		}
	}
}

func TestImport(t *testing.T) {
	for name, c := range map[string]struct{ algorithm, password string }{
		"openssl-ec.pem":      {"ecdsa-p256", ""},
		"openssl-rsa.pem":     {"rsa-2048", ""},
		"openssl-ed25519.pem": {"ed25519", ""},
		"cosign-2.6.5.key":    {"ecdsa-p256", "fixture"},
	} {
		signer, err := Import(fixture(t, name), []byte(c.password))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if k, _ := keys.FromPublic(signer.Public()); k.Algorithm != c.algorithm {
			t.Errorf("%s: %s", name, k.Algorithm)
		}
	}
	ed := fixture(t, "openssl-ed25519.pem")
	for name, c := range map[string]struct {
		text []byte
		want string
		is   error
	}{
		"empty":         {nil, "no PEM", ErrFormat},
		"two keys":      {append(bytes.Clone(ed), ed...), "one key a file", ErrFormat},
		"pkcs8 sealed":  {fixture(t, "encrypted-pkcs8.pem"), "openssl pkcs8 -in", ErrFormat},
		"pem sealed":    {fixture(t, "old-encrypted.pem"), "-nocrypt", ErrFormat},
		"public":        {fixture(t, "cosign-2.6.5.pub"), "public key", ErrFormat},
		"openssh":       {pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY"}), "ssh-keygen", ErrFormat},
		"other":         {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE"}), "another type", ErrFormat},
		"damaged":       {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}), "does not hold", ErrFormat},
		"large block":   {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: make([]byte, maxDER+1)}), "more than", ErrFormat},
		"large file":    {make([]byte, wire.MaxKeyFile+1), "more than", ErrFormat},
		"X25519":        {x25519(t), "cannot sign", ErrFormat},
		"weak P-224":    {fixture(t, "weak-p224.pem"), "P-224", keys.ErrWeak},
		"weak RSA 1024": {fixture(t, "weak-rsa1024.pem"), "1024 bits", keys.ErrWeak},
	} {
		if _, err := Import(c.text, nil); !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestThreat42_WeakPrivateKeyIsNotStored(t *testing.T) {
	block, _ := pem.Decode(fixture(t, "weak-rsa1024.pem"))
	weak, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Write(filepath.Join(t.TempDir(), "k"), weak, []byte("x")); !errors.Is(err, keys.ErrWeak) {
		t.Errorf("%v", err)
	}
}

func TestWriteAndLoad(t *testing.T) {
	syscall.Umask(0o022)
	prefix := filepath.Join(t.TempDir(), "release")
	key := mustGenerate(t, "ed25519")
	priv, pub, err := Write(prefix, key, []byte("s3cret"))
	if err != nil || priv != prefix+".key" || pub != prefix+".pub" {
		t.Fatal(priv, pub, err)
	}
	for path, want := range map[string]os.FileMode{priv: 0o600, pub: 0o644} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	text, err := os.ReadFile(priv)
	if err != nil || !bytes.HasPrefix(text, []byte("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n")) {
		t.Errorf("%s %v", text, err)
	}
	again, err := Load(priv, answer("s3cret"))
	if err != nil || !key.(ed25519.PrivateKey).Equal(again) {
		t.Errorf("read back: %v", err)
	}
	public, err := LoadPublic(pub)
	if err != nil || public.Identity != identity(t, key) {
		t.Errorf("public half: %v %v", public, err)
	}
}

func TestWriteNeverOverwrites(t *testing.T) {
	key := mustGenerate(t, "")
	for _, there := range []string{"k.key", "k.pub"} {
		dir := t.TempDir()
		old := filepath.Join(dir, there)
		if err := os.WriteFile(old, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := Write(filepath.Join(dir, "k"), key, []byte("x"))
		if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "another name") {
			t.Errorf("%s there: %v", there, err)
		}
		if got, _ := os.ReadFile(old); string(got) != "precious" {
			t.Errorf("%s was overwritten", there)
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Errorf("%s there: half a pair left: %v", there, files)
		}
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), filepath.Join(dir, "k.key")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Write(filepath.Join(dir, "k"), key, []byte("x")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a link there: %v", err)
	}
}

func TestThreat136_EmptyPasswordOnlyWhenSaid(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "k")
	key := mustGenerate(t, "")
	for _, empty := range [][]byte{nil, {}} {
		if _, _, err := Write(prefix, key, empty); !errors.Is(err, ErrEmptyPassword) {
			t.Fatalf("%v", err)
		}
	}
	priv, _, err := WriteUnprotected(prefix, key)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Load(priv, answer("")); err != nil || identity(t, again) != identity(t, key) {
		t.Errorf("%v", err)
	}
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	put := func(name, from string, mode os.FileMode) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, fixture(t, from), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	put("a.key", "cosign-2.6.5.key", 0o600)
	put("a.pub", "cosign-2.6.5.pub", 0o644)
	put("b.key", "openssl-ed25519.pem", 0o600)
	put("c.key", "cosign-3.1.3.key", 0o644)
	put("d.pub", "README.md", 0o644)
	put("e.key", "weak-p224.pem", 0o600)
	put("ignored.txt", "README.md", 0o644)
	got, err := List(dir)
	if err != nil || len(got) != 6 {
		t.Fatalf("%v %v", got, err)
	}
	for i, want := range []struct {
		name, algorithm    string
		private, encrypted bool
		problem            error
	}{
		{"a.key", "ecdsa-p256", true, true, nil},
		{"a.pub", "ecdsa-p256", false, false, nil},
		{"b.key", "ed25519", true, false, nil},
		{"c.key", "", true, false, ErrPermissions},
		{"d.pub", "", false, false, keys.ErrFormat},
		{"e.key", "", true, false, keys.ErrWeak},
	} {
		e := got[i]
		if filepath.Base(e.Path) != want.name || e.Algorithm != want.algorithm || e.Private != want.private ||
			e.Encrypted != want.encrypted || !errors.Is(e.Problem, want.problem) || (want.problem == nil) != (e.Identity != "") {
			t.Errorf("%+v, want %+v", e, want)
		}
	}
	if _, err := List(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
