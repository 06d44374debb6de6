//go:build unix

package layers

import (
	"io/fs"
	"os"
	"syscall"
)

// noFollow keeps a link or a pipe from standing in for an entry.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// private reports whether a file is the current user's, and no one else can
// write to it.
func private(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
