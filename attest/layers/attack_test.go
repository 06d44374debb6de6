package layers

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pratique-dev/pratique/verify"
)

func scanBytes(b []byte) (*Layer, error) {
	return Scan(context.Background(), bytes.NewReader(b), Options{})
}

// refused fails the test unless reading was refused for a reason that says
// want.
func refused(t *testing.T, name string, err error, want string) {
	t.Helper()
	if !errors.Is(err, verify.ErrInvalid) || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want %q", name, err, want)
	}
}

func zstandard(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestThreat83_Bombs(t *testing.T) {
	small := pack(t, file("zeros", strings.Repeat("\x00", 60<<20)))
	large := pack(t, file("zeros", strings.Repeat("\x00", 80<<20)))
	for name, compress := range map[string]func([]byte) []byte{
		"gzip": func(b []byte) []byte { return gzipped(t, b) },
		"zstd": func(b []byte) []byte { return zstandard(t, b) },
	} {
		if _, err := scanBytes(compress(small)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		raw := compress(large)
		_, err := scanBytes(raw)
		refused(t, name, err, "more than 100 times its size")
		_, err = Read(context.Background(), []Blob{blob(raw, large)}, Options{})
		refused(t, name, err, "layer 1: the layer decompresses to more than 100 times")
	}
	if _, err := scanBytes(large); err != nil {
		t.Errorf("not compressed: %v", err)
	}
}

func TestThreat83_SizeOfALayer(t *testing.T) {
	i := &inflated{in: newPipe(1), n: MaxSize, decoder: strings.NewReader("x")}
	i.in.passed = MaxSize
	_, err := i.Read(make([]byte, 1))
	refused(t, "size", err, "larger than 4294967296 bytes")
}

// A window is what the decoder has to hold.
func TestThreat83_ZstdWindow(t *testing.T) {
	plain := pack(t, file("a", "x"))
	frame := func(window byte) []byte {
		b := append([]byte("\x28\xb5\x2f\xfd"), 0, window)
		b = append(b, byte(len(plain)<<3|1), byte(len(plain)>>5), byte(len(plain)>>13))
		return append(b, plain...)
	}
	const log26, log27 = (26 - 10) << 3, (27 - 10) << 3
	if _, err := scanBytes(frame(log26)); err != nil {
		t.Error(err)
	}
	for _, window := range []byte{log26 + 1, log27, 0xff} {
		_, err := scanBytes(frame(window))
		refused(t, fmt.Sprintf("%#x", window), err, "window")
	}
}

func TestThreat83_SkippableFrames(t *testing.T) {
	plain := pack(t, file("a", "x"))
	skip := append([]byte("\x5f\x2a\x4d\x18"), 3, 0, 0, 0, 1, 2, 3)
	l, err := scanBytes(bytes.Join([][]byte{skip, zstandard(t, plain[:700]), skip, zstandard(t, plain[700:])}, nil))
	if err != nil || l.DiffID != string(verify.DigestOf(plain)) {
		t.Errorf("%v", err)
	}
}

func TestThreat84_Entries(t *testing.T) {
	scan := func(spent int64, entries ...entry) error {
		s := newShared(Options{})
		s.spent.Store(maxEntries - spent)
		_, err := s.scan(context.Background(), stream{Reader: bytes.NewReader(pack(t, entries...)), size: -1})
		return err
	}
	three := []entry{file("a", ""), dir("b"), file("b/c", "")}
	if err := scan(3, three...); err != nil {
		t.Error(err)
	}
	refused(t, "entries", scan(2, three...), "more than 1000000 files")
	deep := file(strings.Repeat("d/", 2000)+"f", "")
	if err := scan(2016, deep); err != nil {
		t.Error(err)
	}
	refused(t, "implied directories", scan(2015, deep), "more than 1000000 files")
}

// The limit is the image's, with layers from a cache too.
func TestThreat84_EntriesOfAllLayers(t *testing.T) {
	c, _ := cacheIn(t, 1<<20)
	plain := pack(t, file("a", ""))
	for range 2 {
		s := newShared(Options{Cache: c})
		s.spent.Store(maxEntries - 1)
		if _, err := s.layer(context.Background(), blob(plain, plain)); err != nil {
			t.Fatal(err)
		}
		_, err := s.layer(context.Background(), blob(plain, plain))
		refused(t, "second layer", err, "more than 1000000 files")
	}
}

func TestThreat84_Names(t *testing.T) {
	long := strings.Repeat("n", maxName)
	if _, err := scanBytes(pack(t, file(long, ""), symlink("l", long))); err != nil {
		t.Error(err)
	}
	for name, e := range map[string]entry{
		"name":      file(long+"n", ""),
		"far name":  file(strings.Repeat("n", 1<<19), ""),
		"symlink":   symlink("l", long+"n"),
		"hard link": hardlink("l", long+"n", 0),
		"dots only": file(strings.Repeat("./", maxName)+"a", ""),
	} {
		_, err := scanBytes(pack(t, e))
		refused(t, name, err, "longer than 4096 bytes")
	}
}

func TestThreat85_HugePAX(t *testing.T) {
	e := file("a", "")
	e.PAXRecords = map[string]string{"X.y": strings.Repeat("x", 1<<20-64)}
	if _, err := scanBytes(pack(t, e)); err != nil {
		t.Error(err)
	}
	_, err := scanBytes(append(rawHeader("x", 'x', 0, 2<<20), make([]byte, 2<<20)...))
	refused(t, "PAX", err, "entry 1")
	_, err = scanBytes(append(rawHeader("././@LongLink", 'L', 0, 2<<20), make([]byte, 2<<20)...))
	refused(t, "long name", err, "entry 1")
}

// rawHeader is one block that archive/tar would not write.
func rawHeader(name string, flag byte, mode, size int64) []byte {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], fmt.Sprintf("%07o\x00", mode))
	copy(b[108:], "0000000\x000000000\x00")
	copy(b[124:], fmt.Sprintf("%011o\x0000000000000\x00", size))
	b[156] = flag
	copy(b[257:], "ustar  \x00")
	copy(b[148:], "        ")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

func TestThreat85_Sparse(t *testing.T) {
	old := rawHeader("s", tar.TypeGNUSparse, 0o4755, 0)
	copy(old[483:], "00000000010\x00") // its size when read
	for i, c := 0, 0; i < 512; i++ {
		if i < 148 || i >= 156 {
			c += int(old[i])
		} else {
			c += ' '
		}
		if i == 511 {
			copy(old[148:], fmt.Sprintf("%06o\x00 ", c))
		}
	}
	_, err := scanBytes(append(old, make([]byte, 1024)...))
	refused(t, "old GNU", err, "sparse")
	for name, records := range map[string]string{
		"0.1":     pax("GNU.sparse.map", "0,0", "GNU.sparse.size", "1", "GNU.sparse.numblocks", "1"),
		"unknown": pax("GNU.sparse.major", "9", "GNU.sparse.minor", "0"),
		"name":    pax("GNU.sparse.name", "other"),
	} {
		b := append(rawHeader("x", 'x', 0, int64(len(records))), records...)
		b = append(b, make([]byte, 512-len(records))...)
		_, err := scanBytes(append(append(b, rawHeader("s", '0', 0o4755, 0)...), make([]byte, 1024)...))
		refused(t, name, err, "sparse")
	}
}

// pax writes the records of an extended header.
func pax(kv ...string) string {
	var out strings.Builder
	for i := 0; i < len(kv); i += 2 {
		n := len(kv[i]) + len(kv[i+1]) + 4
		if n+1 > 99 {
			n++
		}
		fmt.Fprintf(&out, "%d %s=%s\n", n+1, kv[i], kv[i+1])
	}
	return out.String()
}

func TestThreat85_HeadersThatReadersTakeDifferently(t *testing.T) {
	overlay := func(name string) entry {
		e := dir("etc")
		e.PAXRecords = map[string]string{xattr + name: "/other"}
		return e
	}
	for name, e := range map[string]entry{
		"redirect":             overlay("trusted.overlay.redirect"),
		"opaque":               overlay("user.overlay.opaque"),
		"fuse":                 overlay("user.fuseoverlayfs.opaque"),
		"fuse, as root":        overlay("security.fuseoverlayfs.override_stat"),
		"another mode":         overlay("user.containers.override_stat"),
		"the root a link":      symlink(".", "x"),
		"whiteout of nothing":  file("a/.wh.", ""),
		"whiteout of itself":   file("a/.wh..", ""),
		"whiteout of a parent": file("a/.wh...", ""),
	} {
		_, err := scanBytes(pack(t, e))
		refused(t, name, err, "")
	}
	_, err := scanBytes(append(rawHeader("./", '0', 0, 0), make([]byte, 1024)...))
	refused(t, "the root a file", err, "root")
	_, err = scanBytes(append(rawHeader("x", 'Z', 0, 0), make([]byte, 1024)...))
	refused(t, "unknown type", err, "unknown type")
	for _, flag := range []byte{'0', 0, '7'} {
		name := "a/"
		if flag == 0 {
			name = "a"
		}
		l, err := scanBytes(append(rawHeader(name, flag, 0o4755, 0), make([]byte, 1024)...))
		if err != nil {
			t.Fatal(err)
		}
		if got := setUIDRows(Merge([]*Layer{l}, "")); len(got) != 1 || got[0] != "1 a 4755" {
			t.Errorf("type %q: %q", flag, got)
		}
	}
}

func TestThreat86_Paths(t *testing.T) {
	for name, e := range map[string]entry{
		"out":            file("../x", ""),
		"out, far":       file("a/../../x", ""),
		"out, absolute":  file("/../x", ""),
		"just out":       dir(".."),
		"hard link out":  hardlink("x", "../../etc/shadow", 0),
		"whiteout above": file("../.wh.x", ""),
	} {
		_, err := scanBytes(pack(t, e))
		refused(t, name, err, "leads out of the image")
	}
	if _, err := scanBytes(pack(t, dir("."), symlink("a", "../../../x"), symlink("b", "/"), file("/abs", ""), file("c/../d", ""))); err != nil {
		t.Error(err)
	}
}

func TestThreat86_Loops(t *testing.T) {
	f := Merge(image(t, Options{}, []entry{
		symlink("a", "b"), symlink("b", "a"), symlink("c", "."), symlink("etc", "c/etc"),
		hardlink("h", "i", 0o4755), hardlink("i", "h", 0o4755), hardlink("j", "j", 0o4755),
	}), "app")
	if len(f.SetUID) != 3 || len(f.Unread) != 1 {
		t.Errorf("%+v %+v", f.SetUID, f.Unread)
	}
}
