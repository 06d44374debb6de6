package layers

import (
	"bytes"
	"crypto/sha256"
	"path"
	"slices"
	"sort"
	"strings"
)

// kind says what a layer has at a path; of several entries it is the union.
type kind uint8

const (
	isDir     kind = 1 << iota
	isImplied      // a directory that no entry had named when one below it came
	isFile         // anything but a directory or a symbolic link
	isSymlink
	isWhiteout // .wh.NAME: lower layers' path is deleted
	isOpaque   // .wh..wh..opq in it: what lower layers have in it is deleted
	isDevice   // a device node, besides isFile
)

const (
	isAny   = isDir | isFile | isSymlink
	isOther = isFile | isSymlink // anything but a directory
)

// replaces reports whether nothing of what lower layers have at the path stays
// there. Engines without root leave devices out, but not what they would hide.
func (k kind) replaces() bool { return k&(isAny|isWhiteout) != 0 && k&isDevice == 0 }

// empties reports whether nothing of what lower layers have below the path
// stays there. A whiteout of a directory that is in the layer too does so with
// some engines only: overlay file systems know one or the other.
func (k kind) empties() bool {
	return k&(isOther|isOpaque) != 0 && k&isDevice == 0 || k&isWhiteout != 0 && k&(isDir|isImplied|isDevice) == 0
}

// hashed stands for a path. 160 bits of SHA-256 keep anyone from finding two
// paths of which one would hide the other.
type hashed [20]byte

func hashPath(p string) hashed {
	sum := sha256.Sum256([]byte(p))
	return hashed(sum[:20])
}

// row is a hashed path and its kind; a list of them, sorted and in one piece,
// is what a layer remembers of its paths.
const row = len(hashed{}) + 1

// pathList collects the paths of one layer.
type pathList struct {
	rows [][row]byte
	dirs map[hashed]struct{} // directories that an entry has named or implied
	last string              // the directory of the entry before
}

func newPathList() *pathList { return &pathList{dirs: map[hashed]struct{}{}} }

// add notes a path. It returns the number of rows that took, since an entry
// may imply many directories.
func (l *pathList) add(p string, k kind) int {
	n := l.within(p) + 1
	h := hashPath(p)
	switch {
	case k&isDir != 0:
		l.dirs[h] = struct{}{}
	case k&isOther != 0:
		delete(l.dirs, h)
		l.last = ""
	}
	l.put(h, k)
	return n
}

func (l *pathList) put(h hashed, k kind) {
	var r [row]byte
	copy(r[:], h[:])
	r[row-1] = byte(k)
	l.rows = append(l.rows, r)
}

// imply adds the directories above p that were not named yet.
func (l *pathList) imply(p string) {
	dir := parent(p)
	if dir == l.last {
		return
	}
	l.last = dir
	for ; dir != ""; dir = parent(dir) {
		h := hashPath(dir)
		if _, ok := l.dirs[h]; ok {
			return
		}
		l.dirs[h] = struct{}{}
		l.put(h, isImplied)
	}
}

// within notes that the directories above p are some, and returns the number of
// rows that took.
func (l *pathList) within(p string) int {
	before := len(l.rows)
	l.imply(p)
	return len(l.rows) - before
}

// parent is the directory of a clean path, "" for the root.
func parent(p string) string {
	i := strings.LastIndexByte(p, '/')
	return p[:max(i, 0)]
}

// pack sorts the rows and makes one of those with the same path.
func (l *pathList) pack() []byte {
	slices.SortFunc(l.rows, func(a, b [row]byte) int { return bytes.Compare(a[:], b[:]) })
	out := make([]byte, 0, len(l.rows)*row)
	for _, r := range l.rows {
		if n := len(out); n > 0 && bytes.Equal(out[n-row:n-1], r[:row-1]) {
			out[n-1] |= r[row-1]
			continue
		}
		out = append(out, r[:]...)
	}
	return out
}

// find says what a packed list has at a path.
func find(rows []byte, h hashed) kind {
	n := len(rows) / row
	i := sort.Search(n, func(i int) bool { return bytes.Compare(rows[i*row:(i+1)*row-1], h[:]) >= 0 })
	if i == n || !bytes.Equal(rows[i*row:(i+1)*row-1], h[:]) {
		return 0
	}
	return kind(rows[(i+1)*row-1])
}

// cleanPath is the name of an entry or the target of a hard link as engines
// take it: relative to the root of the image, without dots. One that leads out
// of the image is refused: Docker does not unpack it either, and no builder
// writes it (threat 86).
func cleanPath(name string) (string, error) {
	if len(name) > maxName {
		return "", refuse("an entry's name is longer than %d bytes", maxName)
	}
	p := strings.TrimLeft(name, "/")
	for strings.HasPrefix(p, "./") {
		p = strings.TrimLeft(p[1:], "/")
	}
	p = path.Clean(strings.TrimRight(p, "/"))
	if p == ".." || strings.HasPrefix(p, "../") {
		return "", refuse("the entry %q leads out of the image", name)
	}
	if p == "." {
		return "", nil
	}
	return p, nil
}

const (
	whiteoutPrefix = ".wh."
	metaPrefix     = ".wh..wh."
	opaqueMarker   = ".wh..wh..opq"
)

// whiteout reads the marks by which a layer deletes. Other names with the
// prefix of AUFS's own files are files: Docker makes hard links of some.
func whiteout(p string) (target string, k kind, err error) {
	dir, base := path.Split(p)
	switch {
	case base == opaqueMarker:
		return strings.TrimSuffix(dir, "/"), isOpaque, nil
	case !strings.HasPrefix(base, whiteoutPrefix), strings.HasPrefix(base, metaPrefix):
		return "", 0, nil
	}
	name := base[len(whiteoutPrefix):]
	if name == "" || name == "." || name == ".." {
		return "", 0, refuse("the whiteout %q names no file", p)
	}
	return dir + name, isWhiteout, nil
}
