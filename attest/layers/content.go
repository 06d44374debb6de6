package layers

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/attest/packages"
	"github.com/pratique-dev/pratique/attest/secrets"
	"github.com/pratique-dev/pratique/attest/switches"
)

const capability = xattr + "security.capability"

func specialOf(p string, h *tar.Header) special {
	_, capable := h.PAXRecords[capability]
	return special{
		Path: p, Mode: h.Mode & 0o7777, UID: int64(h.Uid), GID: int64(h.Gid),
		Size: h.Size, Capability: capable,
	}
}

// raised says that the file runs with other rights than its caller's.
func (s special) raised() bool { return s.Mode&0o6000 != 0 || s.Capability }

// keeps names the files that tell who users are and what distribution this is,
// wherever they lie: the one in /etc may be a link to any of them.
func keeps(p string) bool {
	switch path.Base(p) {
	case "passwd", "group", "os-release":
		return true
	}
	return false
}

// regular reads of a file what a control needs; what is not read here is
// skipped with the next entry.
func (w *walker) regular(p string, h *tar.Header, r io.Reader) error {
	w.tool(p)
	if kind := packages.Kind(p); kind != "" {
		if err := w.database(kind, p, h.Size, r); err != nil {
			return err
		}
		if s := specialOf(p, h); s.raised() {
			w.special(s)
		}
		return nil
	}
	content, err := w.content(p, h, r)
	if err != nil {
		return err
	}
	if s := specialOf(p, h); s.raised() {
		if s.SHA256, err = sum(content, r); err != nil {
			return err
		}
		w.special(s)
	}
	whole := int64(len(content)) == h.Size
	if keeps(p) {
		if err := w.spend(held(len(content))); err != nil {
			return err
		}
		w.keep(kept(p, content, whole))
	}
	if switches.Wants(p) {
		w.switches(p, content, whole)
	}
	w.secrets(p, content, whole)
	return nil
}

// content reads a file that a control wants, as far as it can be held: nothing
// of one that is too large, and the beginning of one that is not text and
// wanted only for secrets. It is valid until the next file.
func (w *walker) content(p string, h *tar.Header, r io.Reader) ([]byte, error) {
	named := keeps(p) || switches.Wants(p) || secrets.Suspect(p)
	if h.Size > maxContent || !named && !w.shared.contents {
		return nil, nil
	}
	if w.buffer == nil {
		w.buffer = make([]byte, maxContent)
	}
	b := w.buffer[:h.Size]
	n, err := io.ReadFull(r, b[:min(len(b), sniffed)])
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !named && bytes.IndexByte(b[:n], 0) >= 0 {
		return b[:n], nil
	}
	m, err := io.ReadFull(r, b[n:])
	if err == io.EOF {
		err = nil
	}
	return b[:n+m], err
}

// sum hashes a file of which the beginning was read.
func sum(begin []byte, r io.Reader) (string, error) {
	h := sha256.New()
	h.Write(begin)
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (w *walker) special(s special) {
	if len(w.facts.Special) == maxSpecial {
		w.facts.drop("setuid", 1)
		return
	}
	w.facts.Special = append(w.facts.Special, s)
}

func kept(p string, content []byte, whole bool) keptFile {
	if !whole {
		return keptFile{Path: p, Problem: fmt.Sprintf("larger than %d bytes", maxContent)}
	}
	return keptFile{Path: p, Content: bytes.Clone(content)}
}

// keep takes the last of files with one path, as engines do, if there was no
// reason to write it twice.
func (w *walker) keep(f keptFile) {
	if path.Base(f.Path) == "os-release" {
		w.facts.Distribution = true
	}
	if w.twice[f.Path] {
		f = keptFile{Path: f.Path, Problem: "twice in one layer"}
		w.unkeep(f.Path)
	}
	if len(w.facts.Kept) == maxKept {
		return // a look-up that needs it says so
	}
	if w.keptLen += len(f.Content); w.keptLen > maxKeptBytes {
		f = keptFile{Path: f.Path, Problem: "more files of this name than are kept"}
	}
	w.twice[f.Path] = true
	w.facts.Kept = append(w.facts.Kept, f)
}

func (w *walker) unkeep(p string) {
	for i, f := range w.facts.Kept {
		if f.Path == p {
			w.facts.Kept = append(w.facts.Kept[:i], w.facts.Kept[i+1:]...)
			return
		}
	}
}

// database reads a package database. Only one layer at a time may hold a large
// one.
func (w *walker) database(kind, p string, size int64, r io.Reader) error {
	w.facts.Distribution = true
	if len(w.facts.Databases) == maxDatabases {
		w.facts.cannot("4.3", p, "more package databases than are kept")
		return nil
	}
	d := database{Path: p}
	if size > packages.MaxDatabase {
		d.Problem = fmt.Sprintf("larger than %d bytes", int64(packages.MaxDatabase))
		w.facts.Databases = append(w.facts.Databases, d)
		return nil
	}
	if size > largeContent {
		w.shared.large.Lock()
		defer w.shared.large.Unlock()
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(r, content); err != nil {
		return err
	}
	list, err := packages.Parse(kind, content)
	switch w.packages += len(list); {
	case err != nil:
		d.Problem = problemText(err)
	case w.packages > packages.MaxPackages:
		d.Problem = fmt.Sprintf("more than %d packages in one layer", packages.MaxPackages)
	default:
		d.Packages = list
	}
	w.facts.Databases = append(w.facts.Databases, d)
	return w.spend(weight(d.Packages))
}

// weight is what a list of packages takes of the image's number of entries.
func weight(list []packages.Package) int {
	n := len(list)
	for _, p := range list {
		n += held(len(p.Name) + len(p.Version) + len(p.Arch))
	}
	return n
}

// problemText keeps an error about foreign bytes within what a line can show.
func problemText(err error) string {
	const most = 200
	s := strings.ToValidUTF8(err.Error(), "?")
	if len(s) > most {
		s = s[:most] + "..."
	}
	return s
}

func (w *walker) switches(p string, content []byte, whole bool) {
	if !whole {
		w.facts.cannot("4.11", p, fmt.Sprintf("larger than %d bytes", maxContent))
		return
	}
	found := switches.File(p, content)
	room := max(0, maxFound-len(w.facts.Switches))
	w.facts.drop("switches", len(found)-room)
	w.facts.Switches = append(w.facts.Switches, found[:min(room, len(found))]...)
}
