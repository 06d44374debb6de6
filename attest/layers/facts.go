package layers

import (
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/packages"
	"github.com/pratique-dev/pratique/attest/secrets"
)

// facts is what a layer shows by itself, whatever is below and above it. It is
// what a cache keeps, so its fields are exported; it holds no secret.
type facts struct {
	// Spent is what the layer takes of the image's number of entries.
	Spent int
	// Paths are all paths of the layer, as pathList packs them.
	Paths []byte
	// Special are files that run with other rights; Links are hard links, which
	// may be further names of them.
	Special []special
	Links   []hardLink
	// Symlinks are those near the root, by path.
	Symlinks map[string]string
	Kept     []keptFile
	// Databases are package databases, one for each file.
	Databases []database
	Secrets   []secretFile
	Switches  []cis.Switch
	// Tools are shells and package managers.
	Tools []string
	// Problems are what could not be read.
	Problems []problem
	// Dropped counts what was not kept, by list.
	Dropped map[string]int
	// Distribution says that there is a package database, an os-release, a
	// shell or a package manager.
	Distribution bool
}

// special is a file with a set-uid or set-gid bit or with file capabilities.
type special struct {
	Path       string
	Mode       int64
	UID, GID   int64
	Size       int64
	SHA256     string
	Capability bool
}

// hardLink is another name of a file of this layer or of a lower one. Its own
// header has a mode and an owner too, which some engines set.
type hardLink struct {
	File   special
	Target string
}

// keptFile is a file whose content matters in the merged image.
type keptFile struct {
	Path string
	// Link is what it is a hard link to, "" where Content counts.
	Link    string
	Content []byte
	// Problem says why there is no content.
	Problem string
}

type database struct {
	Path     string
	Packages []packages.Package
	Problem  string
}

type secretFile struct {
	Path  string
	Found secrets.Found
}

// problem is a file of which a control would have needed more.
type problem struct {
	Control, Path, Why string
}

func (f *facts) drop(list string, n int) {
	if n <= 0 {
		return
	}
	if f.Dropped == nil {
		f.Dropped = map[string]int{}
	}
	f.Dropped[list] += n
}

func (f *facts) cannot(control, path, why string) {
	if len(f.Problems) < maxProblems {
		f.Problems = append(f.Problems, problem{control, path, why})
		return
	}
	f.drop("unread "+control, 1)
}
