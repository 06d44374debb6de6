package gate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

// LoadPolicy reads a policy and every file it names. A policy that someone
// other than its owner can write, or that is a link to somewhere else, is
// refused (threat 133).
func LoadPolicy(path string) (*policy.Document, error) {
	src, err := readTrusted(path, wire.MaxPolicy)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	open := func(name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return readTrusted(name, wire.MaxKeyFile)
	}
	return policy.Parse(src, policy.Source{File: path, Open: open})
}

// readTrusted reads a file whose content we are going to trust: the file and
// its folder belong to us or to root, and nobody else can write them.
func readTrusted(path string, max int64) ([]byte, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	if err := staysInside(path, real); err != nil {
		return nil, err
	}
	for _, p := range []string{real, filepath.Dir(real)} {
		info, err := os.Stat(p)
		if err != nil {
			return nil, err
		}
		if err := onlyOwnerWrites(p, info); err != nil {
			return nil, err
		}
	}
	return wire.ReadFile(real, max)
}

// staysInside lets a link lead further down its own folder, as a mounted
// ConfigMap's do (S37), and nowhere else.
func staysInside(path, real string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return err
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(real, dir+string(filepath.Separator)) {
		return fmt.Errorf("%s: is a link to %s; name the file itself", path, real)
	}
	return nil
}

// ErrLoose means that a file we should trust can be changed by others.
var ErrLoose = errors.New("can be changed by other users")

func onlyOwnerWrites(path string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if ok && st.Uid != 0 && int(st.Uid) != os.Getuid() {
		return fmt.Errorf("%s: %w: it belongs to user %d, want yourself or root", path, ErrLoose, st.Uid)
	}
	loose := info.Mode().Perm()&0o022 != 0
	if info.IsDir() && info.Mode()&fs.ModeSticky != 0 {
		loose = false // others can add files there, but not replace ours
	}
	if loose {
		return fmt.Errorf("%s: %w: chmod go-w %s", path, ErrLoose, path)
	}
	return nil
}
