package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

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
		out, err := report.Open([]string{"json=" + filepath.Join(dir, "out.json")}, io.Discard, false)
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

// TestUnknownError: an error nobody gave an exit code is no allow.
func TestUnknownError(t *testing.T) {
	a := &app{env: Env{Stderr: io.Discard}}
	if got := a.exit(errors.New("lost")); got != StatusUndecided {
		t.Errorf("exit code %d, want %d", got, StatusUndecided)
	}
}
