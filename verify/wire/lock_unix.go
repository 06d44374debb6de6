//go:build unix && !aix && !solaris

package wire

import (
	"fmt"
	"os"
	"syscall"
)

func lockFile(f *os.File) error {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err {
		case nil:
			return nil
		case syscall.EINTR:
		default:
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
}
