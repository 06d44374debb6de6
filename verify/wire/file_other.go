//go:build !unix

package wire

const noBlock = 0

// syncDir has nothing to do where directories cannot be synced.
func syncDir(string) error { return nil }
