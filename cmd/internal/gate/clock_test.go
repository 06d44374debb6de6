package gate

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestThreat141_ClockSetBack(t *testing.T) {
	built := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	state := t.TempDir()
	for _, c := range []struct {
		name   string
		now    time.Time
		refuse bool
	}{
		{"first run, before the build", built.Add(-time.Hour), true},
		{"first run", noon, false},
		{"a little earlier", noon.Add(-4 * time.Minute), false},
		{"later", noon.Add(time.Hour), false},
		{"back to the first run", noon, true},
		{"within the slack of the latest", noon.Add(56 * time.Minute), false},
		{"on", noon.Add(2 * time.Hour), false},
	} {
		if err := CheckClock(state, built, c.now); errors.Is(err, ErrClock) != c.refuse {
			t.Errorf("%s: got %v, want refusal %v", c.name, err, c.refuse)
		}
	}
}

func TestClockStateThatIsNonsense(t *testing.T) {
	state := t.TempDir()
	if err := os.WriteFile(filepath.Join(state, "clock"), []byte("yesterday\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CheckClock(state, time.Time{}, time.Now()); err == nil {
		t.Fatal("a state that cannot be read was passed over")
	}
}

func TestClockWithoutState(t *testing.T) {
	if err := CheckClock(filepath.Join(t.TempDir(), "nowhere"), time.Time{}, time.Now()); err != nil {
		t.Fatal(err)
	}
}
