package keyfile

import (
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pratique-dev/pratique/keys"
)

// maxFiles is the most files of one folder that List looks at.
const maxFiles = 4096

// Entry is a key file that [List] found.
type Entry struct {
	Path string
	// Private is true for a .key file.
	Private bool
	// Algorithm and Identity are as in keys.PublicKey. A sealed key does not
	// show them: they are then those of the .pub file beside it, which nobody
	// proved to be its other half, or empty.
	Algorithm, Identity string
	// Encrypted is true for a sealed private key, under an empty password too.
	Encrypted bool
	// Problem is why the file cannot be used, or nil.
	Problem error
}

// List finds the .key and .pub files of a folder, in name order. It asks for no
// password.
func List(dir string) ([]Entry, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(files) > maxFiles {
		return nil, fmt.Errorf("%s: more than %d files; name a folder that holds keys", dir, maxFiles)
	}
	var out []Entry
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		switch filepath.Ext(path) {
		case ".key":
			out = append(out, private(path))
		case ".pub":
			out = append(out, public(path))
		}
	}
	return out, nil
}

func public(path string) Entry {
	key, err := LoadPublic(path)
	return Entry{Path: path, Algorithm: key.Algorithm, Identity: key.Identity, Problem: err}
}

func private(path string) Entry {
	e := Entry{Path: path, Private: true}
	text, err := read(path)
	if err != nil {
		e.Problem = err
		return e
	}
	block, err := oneBlock(text)
	if err == nil {
		e.Encrypted = sealed(block)
		err = e.describe(block)
	}
	if err != nil {
		e.Problem = fmt.Errorf("%s: %w", path, err)
	}
	return e
}

// describe fills in what can be known without a password.
func (e *Entry) describe(block *pem.Block) error {
	if e.Encrypted {
		beside := public(strings.TrimSuffix(e.Path, ".key") + ".pub")
		e.Algorithm, e.Identity = beside.Algorithm, beside.Identity
		return checkBox(block.Bytes)
	}
	signer, err := plain(block)
	if err != nil {
		return err
	}
	key, err := keys.FromPublic(signer.Public())
	e.Algorithm, e.Identity = key.Algorithm, key.Identity
	return err
}
