package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// TestBuiltAt: what builders write for the sake of reproducible bytes is no
// time at which anything was built.
func TestBuiltAt(t *testing.T) {
	for created, want := range map[string]string{
		"": "", "0001-01-01T00:00:00Z": "", "1970-01-01T00:00:00Z": "", "1980-01-01T00:00:01Z": "", "yesterday": "",
		"2026-11-01T10:00:00Z": "2026-11-01T10:00:00Z",
	} {
		if got := builtAt(created); got != want {
			t.Errorf("%q: %q, want %q", created, got, want)
		}
	}
}

// TestUnopenedHints: a login helps with no file, and no name against a timeout.
func TestUnopenedHints(t *testing.T) {
	for _, row := range []struct {
		asked string
		err   error
		hint  string
	}{
		{"registry.example/app:1", verify.ErrNone, "your login"},
		{"registry.example/app:1", fmt.Errorf("GET: %w", context.DeadlineExceeded), "--timeout"},
		{"oci:build:app", verify.ErrNone, "oci:DIR:TAG"},
		{"docker-archive:app.tar:x:1", verify.ErrNone, "docker-archive:FILE:NAME"},
		{"docker-archive:app.tar", verify.ErrInvalid, "does not verify"},
		{"oci:build", fs.ErrNotExist, "check the path"},
	} {
		var f *failure
		if err := unopened(row.asked, row.err); !errors.As(err, &f) || !strings.Contains(f.hint, row.hint) || !errors.Is(err, row.err) {
			t.Errorf("%s, %v: %+v", row.asked, row.err, err)
		}
	}
}
