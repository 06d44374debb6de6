package layers

import (
	"archive/tar"
	"io"
	"path"
	"strings"
)

// walker goes through the archive of one layer.
type walker struct {
	shared  *shared
	facts   facts
	paths   *pathList
	entries int
	// key is for fingerprints, "" where it is known only at the end.
	key  string
	late []lateFile
	// What is held so far, in bytes.
	lateLen, keptLen, linkLen int
	buffer                    []byte
	// packages counts those of all databases.
	packages int
	// twice are the files whose content matters, to see one that comes again.
	twice map[string]bool
	// globals are the names of headers that are for all entries.
	globals map[string]bool
}

func newWalker(s *shared, in stream) *walker {
	return &walker{shared: s, key: in.diffID, paths: newPathList(), twice: map[string]bool{}, globals: map[string]bool{}}
}

// walk reads the pipe to its end. Its errors are the pipe's own, or wrap
// verify.ErrInvalid.
func (w *walker) walk(p *pipe) (err error) {
	defer func() {
		// What a parser panics with may be a secret.
		if recover() != nil {
			err = refuse("the layer breaks a reader of its files")
		}
	}()
	archive := tar.NewReader(p)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			return end(p)
		}
		if err == nil {
			err = w.entry(h, archive)
		}
		if err != nil {
			return w.fault(p, err)
		}
	}
}

// fault is the pipe's error if it has one: the archive's is a consequence.
func (w *walker) fault(p *pipe, err error) error {
	if p.end != nil && p.end != io.EOF {
		return p.end
	}
	if isInvalid(err) {
		return err
	}
	return refuse("entry %d of the layer's archive: %v", w.entries+1, err)
}

// end reads what follows the archive, which the digests cover too. Anything but
// zeros has no meaning there, or one for other readers only.
func end(p *pipe) error {
	for {
		if err := p.more(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if strings.Trim(string(p.rest), "\x00") != "" {
			return refuse("the layer goes on after the end of its archive")
		}
		p.passed += int64(len(p.rest))
		p.rest = nil
	}
}

func (w *walker) entry(h *tar.Header, r io.Reader) error {
	w.entries++
	if err := w.spend(1 + held(len(h.Name)+len(h.Linkname))); err != nil {
		return err
	}
	if err := acceptable(h); err != nil {
		return err
	}
	p, err := cleanPath(h.Name)
	if err != nil {
		return err
	}
	if h.Typeflag == tar.TypeXGlobalHeader {
		return w.global(p)
	}
	if p == "" {
		return root(h)
	}
	target, k, err := whiteout(p)
	if err != nil {
		return err
	}
	if k != 0 {
		if err := w.note(target, k); err != nil {
			return err
		}
		return w.secretsIn(p, h, r)
	}
	return w.file(p, h, r)
}

// root is the entry of the root itself, which can only be a directory.
func root(h *tar.Header) error {
	if h.Typeflag != tar.TypeDir {
		return refuse("the layer replaces the root directory")
	}
	return nil
}

// note remembers a path, at the cost of what it implies.
func (w *walker) note(p string, k kind) error {
	return w.spend(w.paths.add(p, k) - 1)
}

func (w *walker) spend(n int) error {
	w.facts.Spent += n
	return w.shared.spend(n)
}

func (w *walker) file(p string, h *tar.Header, r io.Reader) error {
	switch h.Typeflag {
	case tar.TypeDir:
		return w.note(p, isDir)
	case tar.TypeSymlink:
		w.symlink(p, h.Linkname)
		return w.note(p, isSymlink)
	case tar.TypeLink:
		if err := w.hardLink(p, h); err != nil {
			return err
		}
		return w.note(p, isFile)
	case tar.TypeChar, tar.TypeBlock:
		return w.note(p, isFile|isDevice)
	case tar.TypeFifo:
		return w.note(p, isFile)
	}
	if err := w.note(p, isFile); err != nil {
		return err
	}
	return w.regular(p, h, r)
}

// symlink keeps those near the root, by which /etc/passwd and os-release may
// have to be found.
func (w *walker) symlink(p, target string) {
	w.tool(p)
	if strings.Count(p, "/") > 2 {
		return
	}
	if w.facts.Symlinks == nil {
		w.facts.Symlinks = map[string]string{}
	}
	_, again := w.facts.Symlinks[p]
	delete(w.facts.Symlinks, p)
	if (again || len(w.facts.Symlinks) < maxSymlinks) && len(target) <= maxTarget {
		w.facts.Symlinks[p] = target
	}
}

func (w *walker) hardLink(p string, h *tar.Header) error {
	target, err := cleanPath(h.Linkname)
	if err != nil {
		return err
	}
	// The target's directories tell whether it is behind a link.
	if err := w.spend(w.paths.within(target)); err != nil {
		return err
	}
	w.tool(p)
	if keeps(p) {
		w.keep(w.keptLink(p, target))
	}
	if w.linkLen += len(p) + len(target); len(w.facts.Links) == maxHardLinks || w.linkLen > maxLinkBytes {
		w.facts.cannot("4.8", p, "more hard links than are kept")
		return nil
	}
	w.facts.Links = append(w.facts.Links, hardLink{File: specialOf(p, h), Target: target})
	return nil
}

// keptLink is a further name of a file that the layer had before. One that comes
// later is another: the name is the one of a lower layer's file.
func (w *walker) keptLink(p, target string) keptFile {
	if !w.twice[target] {
		return keptFile{Path: p, Problem: "a hard link to a file of another layer, or to one that is not kept"}
	}
	return keptFile{Path: p, Link: target}
}

// acceptable refuses headers that readers of archives take in different ways.
func acceptable(h *tar.Header) error {
	if len(h.Name) > maxName || len(h.Linkname) > maxName {
		return refuse("an entry's name or target is longer than %d bytes", maxName)
	}
	for k := range h.PAXRecords {
		switch {
		case strings.HasPrefix(k, "GNU.sparse."):
			return refuse("the entry %q is a sparse file", h.Name)
		case steersOverlay(k):
			return refuse("the entry %q carries attributes of an overlay file system", h.Name)
		}
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeDir, tar.TypeSymlink, tar.TypeLink,
		tar.TypeChar, tar.TypeBlock, tar.TypeFifo, tar.TypeXGlobalHeader:
		return nil
	case tar.TypeGNUSparse:
		return refuse("the entry %q is a sparse file", h.Name)
	}
	return refuse("the entry %q is of unknown type %q", h.Name, h.Typeflag)
}

const xattr = "SCHILY.xattr."

// steersOverlay finds the attributes by which overlay file systems redirect,
// hide and replace, or take modes and owners from. An engine that unpacks into such a file system would obey.
func steersOverlay(record string) bool {
	name, ok := strings.CutPrefix(record, xattr)
	return ok && (strings.HasPrefix(name, "trusted.overlay.") || strings.HasPrefix(name, "user.overlay.") ||
		strings.HasPrefix(name, "user.fuseoverlayfs.") || strings.HasPrefix(name, "security.fuseoverlayfs.") ||
		strings.HasPrefix(name, "user.containers."))
}

// tool notes a shell or a package manager.
func (w *walker) tool(p string) {
	dir, base := path.Split(p)
	switch dir {
	case "bin/", "sbin/", "usr/bin/", "usr/sbin/", "usr/local/bin/":
	default:
		return
	}
	if toolKind(base) == "" {
		return
	}
	w.facts.Distribution = true
	if len(w.facts.Tools) < maxTools {
		w.facts.Tools = append(w.facts.Tools, p)
	}
}

const (
	shell   = "shell"
	manager = "package manager"
)

func toolKind(base string) string {
	switch base {
	case "sh", "bash", "ash", "dash", "busybox", "zsh", "ksh":
		return shell
	case "apt", "apt-get", "dpkg", "apk", "rpm", "dnf", "microdnf", "yum", "zypper", "tdnf", "pacman":
		return manager
	}
	return ""
}

// layer is what was found, once the digests are known to be right.
func (w *walker) layer(l *Layer) (*Layer, error) {
	w.settle(l.DiffID)
	l.Entries = w.entries
	w.facts.Paths = w.paths.pack()
	w.paths = nil
	l.facts = w.facts
	return l, w.removed()
}
