package layers

import (
	"path"
	"slices"
	"strings"
)

// view is layers on top of each other, lowest first.
type view struct {
	layers []*Layer
	seen   sightings
	// doubtful says that engines would merge the layers in different ways.
	doubtful bool
	// dirs are directories that gone was asked about.
	dirs map[inLayer]bool
}

func newView(list []*Layer) *view {
	v := &view{layers: list, seen: newSightings(list), dirs: map[inLayer]bool{}}
	v.doubtful = v.writesThrough()
	return v
}

func (v *view) at(i int, p string) kind { return find(v.layers[i].facts.Paths, hashPath(p)) }

// writesThrough reports whether a layer has files below what is a symbolic
// link, or no directory at all, in that layer or in a lower one: containerd
// then writes where the link leads, overlay file systems put a directory in its
// place. One path as a directory and as something else depends on the order. An
// opaque root empties the image or, in overlay file systems, does nothing.
func (v *view) writesThrough() bool {
	for i, l := range v.layers {
		if i > 0 && v.at(i, "")&isOpaque != 0 {
			return true
		}
		rows := l.facts.Paths
		for ; len(rows) > 0; rows = rows[row:] {
			k := kind(rows[row-1])
			if k&(isDir|isImplied) != 0 && k&isOther != 0 {
				return true
			}
			if k&isImplied != 0 && v.notDir(i, hashed(rows[:row-1])) {
				return true
			}
		}
	}
	return false
}

// notDir reports whether the layers under layer i leave something at a path
// that is no directory.
func (v *view) notDir(i int, h hashed) bool {
	for _, s := range slices.Backward(v.seen.of(h, 0, i)) {
		if s.kind&isOther != 0 {
			return true
		}
		if s.kind&(isDir|isWhiteout) != 0 {
			return false
		}
	}
	return false
}

// hidden reports whether a file of layer i is replaced or deleted above it.
// Where that is not sure it is not hidden.
func (v *view) hidden(i int, p string) bool {
	return !v.doubtful && (v.above(i, p, kind.replaces) || p != "" && v.gone(i, parent(p)))
}

// above reports whether a layer over layer i does so at a path.
func (v *view) above(i int, p string, does func(kind) bool) bool {
	over := v.seen.of(hashPath(p), i+1, len(v.layers))
	return slices.ContainsFunc(over, func(s sighting) bool { return does(s.kind) })
}

// inLayer is a directory as layers up to one leave it.
type inLayer struct {
	layer int
	dir   string
}

// gone reports whether what layers up to i have in a directory is taken away
// above.
func (v *view) gone(i int, dir string) bool {
	key := inLayer{i, dir}
	if known, ok := v.dirs[key]; ok {
		return known
	}
	gone := v.above(i, dir, kind.empties) || dir != "" && v.gone(i, parent(dir))
	v.dirs[key] = gone
	return gone
}

// hides reports whether layer j takes away what lower layers have at p.
func (v *view) hides(j int, p string) bool {
	if v.at(j, p).replaces() {
		return true
	}
	for p != "" {
		p = parent(p)
		if v.at(j, p).empties() {
			return true
		}
	}
	return false
}

// place is where a path was found.
type place struct {
	layer int // from 0; -1 for none
	path  string
	kind  kind
}

func nowhere() place { return place{layer: -1} }

// maxLinks is how many symbolic links a look-up follows, as in Linux.
const maxLinks = 40

// lookup finds a file as a process in the image would. why says what keeps it
// from being found for sure; without it, kind 0 means that there is none.
func (v *view) lookup(p string) (found place, why string) {
	if v.doubtful {
		return nowhere(), "layers write through links, which engines do in different ways"
	}
	rest, cur := p, ""
	for links := 0; rest != ""; {
		name, after, _ := strings.Cut(rest, "/")
		found = v.top(path.Join(cur, name))
		switch {
		case found.kind&isWhiteout != 0, found.kind&isOther == isOther:
			return found, "written twice, or written and deleted, in one layer"
		case found.kind&isSymlink != 0:
			target, ok := v.layers[found.layer].facts.Symlinks[found.path]
			if links++; !ok || links > maxLinks {
				return found, "behind a link that was not followed"
			}
			if rest, cur = follow(cur, target, after); rest == "" {
				return nowhere(), "a link to the root directory"
			}
			continue
		case found.kind == 0, found.kind&isFile != 0 && after != "":
			return nowhere(), ""
		}
		rest, cur = after, found.path
	}
	return found, ""
}

// follow is what is left to look up after a symbolic link in dir.
func follow(dir, target, after string) (rest, cur string) {
	if !path.IsAbs(target) {
		target = path.Join("/", dir, target)
	}
	return strings.TrimPrefix(path.Join("/", target, after), "/"), ""
}

// top is what the merged image has at a path whose directories are none of
// them links.
func (v *view) top(p string) place {
	for i := len(v.layers) - 1; i >= 0; i-- {
		if k := v.at(i, p); k&(isAny|isImplied) != 0 {
			return place{i, p, k}
		}
		if v.hides(i, p) {
			break
		}
	}
	return nowhere()
}
