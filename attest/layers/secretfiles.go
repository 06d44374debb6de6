package layers

import (
	"archive/tar"
	"bytes"
	"io"

	"github.com/pratique-dev/pratique/attest/secrets"
)

// secretsIn looks at an entry that unpacks to nothing, such as a whiteout with
// content: whoever has the layer has that too.
func (w *walker) secretsIn(p string, h *tar.Header, r io.Reader) error {
	if h.Size == 0 || h.Typeflag != tar.TypeReg {
		return nil
	}
	content, err := w.content(p, h, r)
	if err != nil {
		return err
	}
	w.secrets(p, content, int64(len(content)) == h.Size)
	return nil
}

// secrets looks for credentials in a file, and in its name where its content
// could not be had.
func (w *walker) secrets(p string, content []byte, whole bool) {
	suspect := secrets.Suspect(p)
	text := w.shared.contents && bytes.IndexByte(content[:min(len(content), sniffed)], 0) < 0
	if !whole || !suspect && !text {
		content = nil
	}
	if content == nil && !suspect {
		return
	}
	found := secrets.File(p, content, w.key)
	if len(found) == 0 {
		return
	}
	if w.key == "" && content != nil {
		w.wait(p, content, found)
		return
	}
	w.found(p, found)
}

// lateFile is a file with secrets in it whose fingerprints need a key that is
// not known before the layer's end: its DiffID.
type lateFile struct {
	path    string
	content []byte
	// at is where its rows begin in the list.
	at, n int
}

// wait notes findings now, so that their order is the archive's, and their
// fingerprints later. Where too much would wait there are none: without the
// key one could try out values.
func (w *walker) wait(p string, content []byte, found []secrets.Found) {
	for i := range found {
		found[i].Fingerprint = ""
	}
	at := len(w.facts.Secrets)
	w.found(p, found)
	if w.lateLen+len(content) <= maxLate {
		w.lateLen += len(content)
		w.late = append(w.late, lateFile{p, bytes.Clone(content), at, len(w.facts.Secrets) - at})
	}
}

// settle gives late findings their fingerprints.
func (w *walker) settle(key string) {
	for _, l := range w.late {
		for i, f := range secrets.File(l.path, l.content, key) {
			if i < l.n {
				w.facts.Secrets[l.at+i].Found = f
			}
		}
	}
	w.late = nil
}

func (w *walker) found(p string, found []secrets.Found) {
	for i, f := range found {
		if len(w.facts.Secrets) == maxFound {
			w.facts.drop("secrets", len(found)-i)
			return
		}
		w.facts.Secrets = append(w.facts.Secrets, secretFile{p, f})
	}
}
