package lab

import (
	"os"
	"syscall"
)

// PeakRSS is the peak memory of a finished program in bytes. The kernel counts in what the starting
// process held, so a figure is never below that.
func PeakRSS(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss * 1024
}
