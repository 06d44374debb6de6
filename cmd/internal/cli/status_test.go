package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/cmd/internal/report"
)

// TestReportLost: a report that cannot be written in the end is never a quiet
// loss, and wins over a denial as the exit codes say.
func TestReportLost(t *testing.T) {
	for _, denied := range []error{nil, errDenied} {
		dir := filepath.Join(t.TempDir(), "gone")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		out, err := report.Open([]string{"json=" + filepath.Join(dir, "out.json")}, io.Discard, report.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		stderr := new(bytes.Buffer)
		a := &app{env: Env{Stderr: stderr}, out: out}
		if got := a.exit(a.closed(denied)); got != StatusUndecided || stderr.Len() == 0 {
			t.Errorf("after %v: exit code %d, said %q; want %d and why", denied, got, stderr, StatusUndecided)
		}
	}
}

// TestFloorWithoutState: that the serial of the system's policy cannot be kept
// does not lift the floor, as if there were no such policy.
func TestFloorWithoutState(t *testing.T) {
	dir := t.TempDir()
	text := "apiVersion: pratique.dev/v1\nkind: Policy\nmetadata: {name: system, serial: 1}\ndefault: deny\n" +
		"signers: {a: {key: a.pub}}\nrules: [{name: all, images: ['**'], signatures: {anyOf: [a]}}]\n"
	pair := func(name string) string {
		var out bytes.Buffer
		args := []string{"keys", "generate", "--output-key-prefix", filepath.Join(dir, name)}
		if got := Run(t.Context(), Env{Args: args, Stdout: &out, Stderr: &out, LookupEnv: fixed("COSIGN_PASSWORD", "x")}); got != StatusAllowed {
			t.Fatal(out.String())
		}
		return filepath.Join(dir, name+".pub")
	}
	pair("a")
	system := filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(system, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	got := Run(t.Context(), Env{
		Args:   []string{"verify", "--timeout", "1ns", "--key", pair("b"), "registry.invalid/app:1"},
		Stdout: io.Discard, Stderr: &stderr, SystemPolicy: system, Now: time.Now,
		LookupEnv: fixed("XDG_STATE_HOME", "/proc/nowhere"),
	})
	if got != StatusUndecided || !strings.Contains(stderr.String(), "remember policy serial") {
		t.Errorf("exit code %d, %q; want %d and why", got, stderr.String(), StatusUndecided)
	}
}

// TestFloorBehindALink: a system policy that is a link to nowhere is not an
// absent one.
func TestFloorBehindALink(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for name, c := range map[string]struct {
		link, system string
		want         bool
	}{
		"nothing there":   {"", "policy.yaml", true},
		"no folder there": {"", "a/b/policy.yaml", true},
		"the file":        {"policy.yaml", "policy.yaml", false},
		"its folder":      {"etc", "etc/policy.yaml", false},
	} {
		dir := t.TempDir()
		if c.link != "" {
			if err := os.Symlink(nowhere, filepath.Join(dir, c.link)); err != nil {
				t.Fatal(err)
			}
		}
		a := &app{env: Env{Stderr: io.Discard, LookupEnv: fixed("", "")}}
		_, err := a.loadPolicy(filepath.Join(dir, c.system), true)
		if err == nil || isAbsent(err) != c.want {
			t.Errorf("%s: %v, absent %v", name, err, isAbsent(err))
		}
	}
}

// fixed is an environment with one variable.
func fixed(name, value string) func(string) (string, bool) {
	return func(asked string) (string, bool) {
		if asked == name {
			return value, true
		}
		return "", false
	}
}

// TestUnknownError: an error nobody gave an exit code is no allow.
func TestUnknownError(t *testing.T) {
	a := &app{env: Env{Stderr: io.Discard}}
	if got := a.exit(errors.New("lost")); got != StatusUndecided {
		t.Errorf("exit code %d, want %d", got, StatusUndecided)
	}
}
