package wire

import "os"

// Lock takes an exclusive lock on path (created if missing, mode 0600) among
// processes, and waits for it without limit (threat 146). The kernel drops the
// lock when the process dies. The file stays after unlock: removing it would
// let two holders lock two files of one name.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noBlock, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(path)
	}
	if err == nil {
		err = lockFile(f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
