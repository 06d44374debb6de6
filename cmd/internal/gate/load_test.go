package gate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
)

const testPolicy = `apiVersion: pratique.dev/v1
kind: Policy
metadata: {name: test, serial: 3}
default: deny
signers:
  release: {key: release.pub}
rules:
  - name: all
    images: ["**"]
    signatures: {anyOf: [release]}
`

const testKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
`

func policyDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"policy.yaml": testPolicy, "release.pub": testKey} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLoadPolicyReadsWhatItNames(t *testing.T) {
	doc, err := LoadPolicy(filepath.Join(policyDir(t), "policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if doc.Name != "test" || len(doc.Ring().Signers()) != 1 {
		t.Fatalf("got %s with %d signers", doc.Name, len(doc.Ring().Signers()))
	}
}

func TestThreat133_PolicyThatOthersCanChange(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(dir string) error
		want string
	}{
		{"group may write the policy", func(d string) error { return os.Chmod(filepath.Join(d, "policy.yaml"), 0o660) }, "chmod go-w"},
		{"anyone may write the policy", func(d string) error { return os.Chmod(filepath.Join(d, "policy.yaml"), 0o602) }, "chmod go-w"},
		{"anyone may write the key", func(d string) error { return os.Chmod(filepath.Join(d, "release.pub"), 0o666) }, "release.pub"},
		{"anyone may replace the files", func(d string) error { return os.Chmod(d, 0o777) }, "chmod go-w"},
		{"policy is a link to elsewhere", func(d string) error { return relink(d, "policy.yaml") }, "is a link to"},
		{"key is a link to elsewhere", func(d string) error { return relink(d, "release.pub") }, "is a link to"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := policyDir(t)
			if err := c.make(dir); err != nil {
				t.Fatal(err)
			}
			_, err := LoadPolicy(filepath.Join(dir, "policy.yaml"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// relink moves a file into another folder and leaves a link to it.
func relink(dir, name string) error {
	elsewhere, err := os.MkdirTemp(filepath.Dir(dir), "elsewhere")
	if err != nil {
		return err
	}
	moved := filepath.Join(elsewhere, name)
	if err := os.Rename(filepath.Join(dir, name), moved); err != nil {
		return err
	}
	return os.Symlink(moved, filepath.Join(dir, name))
}

func TestLinkInsideItsOwnFolder(t *testing.T) {
	// A mounted ConfigMap: policy.yaml -> ..data/policy.yaml (S37).
	dir := policyDir(t)
	data := filepath.Join(dir, "..data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"policy.yaml", "release.pub"} {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := LoadPolicy(filepath.Join(dir, "policy.yaml")); err != nil {
		t.Fatal(err)
	}
}

func TestThreat134_PolicyRollback(t *testing.T) {
	state := t.TempDir()
	at := func(serial int64, digest string) error {
		return CheckSerial(state, "/etc/p.yaml", policy.Ref{Name: "p", Serial: serial, Digest: policyDigest(digest)})
	}
	for _, c := range []struct {
		name   string
		serial int64
		digest string
		refuse bool
	}{
		{"first seen", 3, "a", false},
		{"again", 3, "a", false},
		{"newer", 5, "b", false},
		{"older", 4, "c", true},
		{"the first again", 3, "a", true},
		{"same serial, other content", 5, "c", true},
		{"without a serial", 0, "d", false},
		{"still the newest", 5, "b", false},
	} {
		err := at(c.serial, c.digest)
		if errors.Is(err, ErrRollback) != c.refuse {
			t.Errorf("%s: got %v, want refusal %v", c.name, err, c.refuse)
		}
	}
	if err := CheckSerial(state, "/other/p.yaml", policy.Ref{Name: "p", Serial: 1}); err != nil {
		t.Errorf("another policy of that name elsewhere: %v", err)
	}
}

func TestSerialStateThatCannotBeKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CheckSerial(file, "/etc/p.yaml", policy.Ref{Name: "p", Serial: 1}); err == nil {
		t.Fatal("a serial that cannot be remembered was accepted")
	}
}

func policyDigest(s string) verify.Digest { return verify.DigestOf([]byte(s)) }
