package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func runWith(t *testing.T, lookup func(string) (string, bool), args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Run(t.Context(), Env{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, LookupEnv: lookup, Now: time.Now})
	return status, out.String(), errs.String()
}

// A panic must not exit 0, nor Go's own 2, which reads as a usage error.
func TestThreat49_PanicExitsOne(t *testing.T) {
	calls := 0
	lookup := func(name string) (string, bool) {
		if name == "PRATIQUE_POLICY" {
			calls++
			panic("broken \x1b[31menvironment")
		}
		return "", false
	}
	status, _, stderr := runWith(t, lookup, "verify", "registry.example/app:1")
	if status != StatusUndecided || calls == 0 || strings.Contains(stderr, "\x1b") || !strings.Contains(stderr, "internal error") {
		t.Fatalf("status %d after %d calls: %q", status, calls, stderr)
	}
}

func TestWorstStatusWins(t *testing.T) {
	order := []int{StatusUsage, StatusUndecided, StatusDenied, StatusAllowed}
	for i, a := range order {
		for j, b := range order {
			if got := worse(a, b); got != order[min(i, j)] {
				t.Errorf("worse(%d, %d) = %d", a, b, got)
			}
		}
	}
}
