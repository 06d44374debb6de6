//go:build unix

package keyfile

import (
	"io/fs"
	"syscall"
)

// permissions says that mode bits mean something here.
const permissions = true

const nonblock = syscall.O_NONBLOCK

// ownerOf is the user id of a file's owner.
func ownerOf(info fs.FileInfo) (id int, known bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}
