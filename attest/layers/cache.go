package layers

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// cacheVersion changes with what facts of a layer are and how they are found,
// here and in the packages that this one asks.
const cacheVersion = "2"

const (
	cacheMagic  = "pratique layer\n"
	cacheSuffix = ".layer"
	// maxCached is the size of one entry in bytes.
	maxCached = 64 << 20
	// staleTemp is the age at which a file that was never finished is removed.
	staleTemp = time.Hour
)

// Cache keeps what was found in layers on disk, by the digest of their
// compressed bytes: a layer that is known is not read again. Several processes
// may use one folder. What cannot be read or written is as if it were not
// there (threat 142).
//
// Whoever can write the folder decides what audits find. So it has to belong to
// the user that runs the audit, and so does every entry.
type Cache struct {
	dir string
	max int64
	one sync.Mutex // what makes room is done once at a time
}

// OpenCache opens a cache in a folder, which is made if it is missing, and
// which then holds at most maxBytes: what was not used for longest goes first.
// It is an error if others may write to the folder.
func OpenCache(dir string, maxBytes int64) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("layer cache: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("layer cache: %w", err)
	}
	if !info.IsDir() || !private(info) {
		return nil, fmt.Errorf("layer cache: %s is not a folder that only its owner, the current user, can write to", dir)
	}
	return &Cache{dir: dir, max: maxBytes}, nil
}

// cached is an entry. It repeats what it was found by.
type cached struct {
	Version          string
	Digest           verify.Digest
	DiffID           string
	Size, Compressed int64
	Entries          int
	Contents         bool
	Facts            facts
}

// version is that of all rules. Every release makes facts anew.
func version() string {
	build := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		build = info.Main.Version
	}
	return cis.RulesVersion + " " + cacheVersion + " " + build
}

func (c *Cache) path(d verify.Digest, contents bool) string {
	name := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%t", version(), d, contents))
	return filepath.Join(c.dir, hex.EncodeToString(name[:])+cacheSuffix)
}

// get returns nil where there is no entry that can be relied on.
func (c *Cache) get(d verify.Digest, contents bool) *Layer {
	if c == nil || d == "" {
		return nil
	}
	path := c.path(d, contents)
	e, err := readCached(path)
	if err != nil || e.Version != version() || e.Digest != d || e.Contents != contents {
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // it is only for the order of removal
	return &Layer{
		DiffID: e.DiffID, Digest: e.Digest, Size: e.Size, Compressed: e.Compressed,
		Entries: e.Entries, Contents: e.Contents, facts: e.Facts,
	}
}

var errCached = errors.New("not an entry of this cache")

func readCached(path string) (e *cached, err error) {
	defer func() {
		if recover() != nil {
			err = errCached
		}
	}()
	f, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || !private(info) {
		return nil, errCached
	}
	b, err := wire.ReadAll(f, maxCached)
	if err != nil {
		return nil, err
	}
	return decodeCached(b)
}

func decodeCached(b []byte) (*cached, error) {
	b, ok := bytes.CutPrefix(b, []byte(cacheMagic))
	if !ok || len(b) < sha256.Size {
		return nil, errCached
	}
	if sum := sha256.Sum256(b[sha256.Size:]); !bytes.Equal(sum[:], b[:sha256.Size]) {
		return nil, errCached
	}
	e := new(cached)
	if err := gob.NewDecoder(bytes.NewReader(b[sha256.Size:])).Decode(e); err != nil {
		return nil, err
	}
	if len(e.Facts.Paths)%row != 0 {
		return nil, errCached
	}
	return e, nil
}

func newCached(l *Layer) *cached {
	return &cached{
		Version: version(), Digest: l.Digest, DiffID: l.DiffID, Size: l.Size, Compressed: l.Compressed,
		Entries: l.Entries, Contents: l.Contents, Facts: l.facts,
	}
}

func (e *cached) encode() ([]byte, error) {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(e); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body.Bytes())
	return slices.Concat([]byte(cacheMagic), sum[:], body.Bytes()), nil
}

// put keeps a layer whose digests were checked. That it cannot is nobody's
// concern.
func (c *Cache) put(l *Layer) {
	if c == nil {
		return
	}
	b, err := newCached(l).encode()
	if err != nil || int64(len(b)) > min(c.max, maxCached) {
		return
	}
	c.one.Lock()
	defer c.one.Unlock()
	if wire.WriteFile(c.path(l.Digest, l.Contents), b, 0o600) == nil {
		c.makeRoom()
	}
}

// makeRoom removes what was not used for longest, and what a crash left.
func (c *Cache) makeRoom() {
	list, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var entries []fs.FileInfo
	size := int64(0)
	for _, e := range list {
		info, err := e.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case strings.HasSuffix(e.Name(), cacheSuffix):
			entries = append(entries, info)
			size += info.Size()
		case strings.Contains(e.Name(), cacheSuffix+".tmp-") && time.Since(info.ModTime()) > staleTemp:
			os.Remove(filepath.Join(c.dir, e.Name()))
		}
	}
	slices.SortFunc(entries, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, e := range entries {
		if size <= c.max {
			return
		}
		if os.Remove(filepath.Join(c.dir, e.Name())) == nil {
			size -= e.Size()
		}
	}
}
