package wire

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// lockFile takes the first byte of the file with LockFileEx; closing the file
// lets go of it.
func lockFile(f *os.File) error {
	const exclusive = 2
	proc := syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")
	var at syscall.Overlapped
	ok, _, err := proc.Call(f.Fd(), exclusive, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	if ok == 0 {
		return fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return nil
}
