package gate

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/pratique-dev/pratique/verify/wire"
)

// ErrClock means that this machine's clock shows a time that cannot be.
var ErrClock = errors.New("the clock is wrong")

const (
	// clockSlack is how far the clock may go back between two runs.
	clockSlack = 5 * time.Minute
	// clockStep is how much later it must be to be worth remembering.
	clockStep = time.Minute
)

// CheckClock refuses a time before the program was built, or more than
// clockSlack before the latest time seen by an earlier run with this stateDir
// (threats 132 and 141): a clock set back would bring expired exceptions,
// audits and keys to life again. Where no state can be kept only the build
// time is checked.
func CheckClock(stateDir string, built, now time.Time) error {
	if now.Before(built.Add(-clockSlack)) {
		return fmt.Errorf("%w: it says %s, and this program was built %s", ErrClock, stampUTC(now), stampUTC(built))
	}
	file := filepath.Join(stateDir, "clock")
	last, err := lastSeen(file)
	if err != nil {
		return err
	}
	if now.Before(last.Add(-clockSlack)) {
		return fmt.Errorf("%w: it says %s, and an earlier run saw %s", ErrClock, stampUTC(now), stampUTC(last))
	}
	if now.After(last.Add(clockStep)) {
		// Not being able to keep it is no reason to refuse an image.
		_ = wire.WriteFile(file, []byte(stampUTC(now)+"\n"), 0o600)
	}
	return nil
}

// lastSeen is the zero time where nothing was kept. A file that was tampered
// with into nonsense is an error: it was there for a reason.
func lastSeen(file string) (time.Time, error) {
	raw, err := wire.ReadFile(file, 64)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("remember the time: %w", err)
	}
	t, err := time.Parse(time.RFC3339+"\n", string(raw))
	if err != nil {
		return time.Time{}, fmt.Errorf("remember the time: %s does not hold one; remove it if the clock is right", file)
	}
	return t, nil
}

func stampUTC(t time.Time) string { return t.UTC().Format(time.RFC3339) }
