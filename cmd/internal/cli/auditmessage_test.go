package cli

import "testing"

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
