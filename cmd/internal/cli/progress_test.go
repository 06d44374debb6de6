package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestProgressLine(t *testing.T) {
	for _, row := range []struct {
		read, total int64
		want        string
	}{
		{0, 0, "reading x … 3s"}, {1500, 0, "reading x … 3s, 1.5 kB"}, {0, 2_000_000, "reading x … 3s, 0 B of 2.0 MB"}, {999_999, 5_000_000_000, "reading x … 3s, 1.0 MB of 5.0 GB"},
	} {
		if got := progressLine("reading x", 3, row.read, row.total); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
}

func TestThreat66_ProgressIsPrintable(t *testing.T) {
	if got := progressLine("a\x1b[2J\u202eb", 1, 0, 0); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("%q", got)
	}
}

// TestProgressWithoutTerminal: a log gets no moving line.
func TestProgressWithoutTerminal(t *testing.T) {
	stderr := new(bytes.Buffer)
	a := &app{env: Env{Stderr: stderr}}
	add, stop := a.progressBytes("reading", 10)
	add(5)
	stop()
	stop()
	a.progress("verifying")()
	if stderr.Len() > 0 {
		t.Errorf("%q", stderr)
	}
}
