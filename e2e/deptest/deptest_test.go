package deptest

import "testing"

func TestBelow(t *testing.T) {
	for _, tt := range []struct {
		path string
		root string
		want bool
	}{
		{"net", "net", true},
		{"net/http", "net", true},
		{"network", "net", false},
		{"example.com/a", "example.com/a/b", false},
	} {
		if got := below(tt.path, []string{tt.root}); got != tt.want {
			t.Errorf("below(%q, %q) = %v", tt.path, tt.root, got)
		}
	}
}

func TestOnly(t *testing.T) { Only(t, ".") }

func TestNever(t *testing.T) { Never(t, ".", "net/http", "C") }
