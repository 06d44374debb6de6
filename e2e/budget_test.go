//go:build e2e

package e2e

import (
	"os"
	"testing"
)

// TestBinary_StaysSmall: the stripped program is at most 40 MB.
func TestBinary_StaysSmall(t *testing.T) {
	const most = 40 << 20
	info, err := os.Stat(shared.programs["pratique"])
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB", float64(info.Size())/(1<<20))
	if info.Size() > most {
		t.Errorf("%d bytes, want at most %d", info.Size(), most)
	}
}
