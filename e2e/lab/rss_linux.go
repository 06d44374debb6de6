package lab

import (
	"os"
	"syscall"
)

// peakRSS is in bytes. The kernel counts what the starting process held at the moment of the fork, so
// a figure is never below that.
func peakRSS(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss * 1024
}
