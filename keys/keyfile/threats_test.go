package keyfile

import (
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pratique-dev/pratique/verify/wire"
)

func TestThreat135_LooseKeyFileRefused(t *testing.T) {
	text := fixture(t, "cosign-2.6.5.key")
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o777} {
		asked := false
		_, err := Load(place(t, "c.key", text, mode), func() ([]byte, error) { asked = true; return []byte("fixture"), nil })
		if !errors.Is(err, ErrPermissions) || !strings.Contains(err.Error(), "chmod 600") || asked {
			t.Errorf("%04o: %v, password asked %v", mode, err, asked)
		}
	}
	link := filepath.Join(t.TempDir(), "link.key")
	if err := os.Symlink(place(t, "c.key", text, 0o644), link); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(link, answer("fixture")); !errors.Is(err, ErrPermissions) {
		t.Errorf("link to a loose file: %v", err)
	}
	if _, err := Load(place(t, "c.key", text, 0o400), answer("fixture")); err != nil {
		t.Errorf("0400: %v", err)
	}
}

func TestThreat135_StrangersKeyFileRefused(t *testing.T) {
	info, err := os.Stat(place(t, "c.key", nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	me := os.Getuid()
	if err := exposed(info, me); err != nil {
		t.Errorf("own file: %v", err)
	}
	if me == 0 {
		path := place(t, "c.key", fixture(t, "cosign-2.6.5.key"), 0o600)
		if err := os.Chown(path, 12345, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, answer("fixture")); !errors.Is(err, ErrPermissions) || !strings.Contains(err.Error(), "12345") {
			t.Errorf("stranger's file: %v", err)
		}
		return
	}
	if err := exposed(info, me+1); !errors.Is(err, ErrPermissions) {
		t.Errorf("stranger's file: %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ask := answer("fixture")
	good := fixture(t, "cosign-2.6.5.key")
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"missing":   {filepath.Join(dir, "none"), fs.ErrNotExist},
		"folder":    {dir, ErrReference},
		"pipe":      {fifo, ErrReference},
		"too large": {place(t, "k", make([]byte, wire.MaxKeyFile+1), 0o600), ErrFormat},
		"plain":     {place(t, "k", fixture(t, "openssl-ed25519.pem"), 0o600), ErrFormat},
		"not PEM":   {place(t, "k", []byte("hello"), 0o600), ErrFormat},
		"not JSON":  {place(t, "k", pem.EncodeToMemory(&pem.Block{Type: sealedType, Bytes: []byte("{")}), 0o600), ErrFormat},
	} {
		if _, err := Load(c.path, ask); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load(place(t, "k", good, 0o600), nil); !errors.Is(err, ErrPassword) {
		t.Errorf("no way to ask: %v", err)
	}
	broken := errors.New("no terminal")
	if _, err := Load(place(t, "k", good, 0o600), func() ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("no answer: %v", err)
	}
}

func TestThreat50_KeyReferencesRefused(t *testing.T) {
	for _, ref := range []string{"env://COSIGN_PRIVATE_KEY", "https://example.com/k", "http://example.com/k", "awskms:///alias/x",
		"gcpkms://projects/x", "k8s://ns/secret", "pkcs11:token=x", "gitlab://1", "hashivault://x", "-", ""} {
		if _, err := Load(ref, answer("x")); !errors.Is(err, ErrReference) {
			t.Errorf("Load %q: %v", ref, err)
		}
		if _, err := LoadPublic(ref); !errors.Is(err, ErrReference) {
			t.Errorf("LoadPublic %q: %v", ref, err)
		}
		if _, _, err := Write(ref, mustGenerate(t, ""), []byte("x")); !errors.Is(err, ErrReference) {
			t.Errorf("Write %q: %v", ref, err)
		}
	}
}

func TestThreat137_NoSecretsInErrors(t *testing.T) {
	const canary = "CANARY-7f3a"
	sealedKey := fixture(t, "cosign-2.6.5.key")
	_, wrong := Load(place(t, "k", sealedKey, 0o600), answer(canary))
	if !errors.Is(wrong, ErrPassword) {
		t.Errorf("wrong password: %v", wrong)
	}
	damaged := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte(canary)})
	_, parse := Import(damaged, []byte(canary))
	_, load := Load(place(t, "k", damaged, 0o600), answer(canary))
	_, box := Import(pem.EncodeToMemory(&pem.Block{Type: sealedType, Bytes: []byte(`{"kdf":"` + canary + `"}`)}), nil)
	_, kind := Import(pem.EncodeToMemory(&pem.Block{Type: canary, Bytes: []byte(canary)}), nil)
	for _, err := range []error{wrong, parse, load, box, kind} {
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%v", err)
		}
	}
}
