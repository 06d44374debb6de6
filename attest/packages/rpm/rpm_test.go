package rpm

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// databases are the same packages in each format.
func databases(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"ndb":                makeNDB(someHeaders()...),
		"bdb, little-endian": makeBDB(binary.LittleEndian, someHeaders()...),
		"bdb, big-endian":    makeBDB(binary.BigEndian, someHeaders()...),
		"sqlite":             makeSQLite(t, someHeaders()...),
	}
}

func TestRead(t *testing.T) {
	for name, content := range databases(t) {
		if got, err := list(content); err != nil || !slices.Equal(got, someList()) {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

func TestReadNothingInstalled(t *testing.T) {
	for name, content := range map[string][]byte{
		"ndb": makeNDB(), "bdb": makeBDB(binary.LittleEndian), "sqlite": makeSQLite(t),
	} {
		if got, err := list(content); err != nil || got != nil {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

// Many rows make trees with pages inside.
func TestReadManyRows(t *testing.T) {
	var headers [][]byte
	for range 300 {
		headers = append(headers, someHeaders()[0])
	}
	if got, err := list(makeSQLite(t, headers...)); err != nil || len(got) != len(headers) {
		t.Errorf("%v, %d packages", err, len(got))
	}
}

func TestReadStopsWhenTold(t *testing.T) {
	enough := errors.New("enough")
	for name, content := range databases(t) {
		n := 0
		err := Read(content, func(Package) error { n++; return enough })
		if !errors.Is(err, enough) || n != 1 {
			t.Errorf("%s: %v after %d", name, err, n)
		}
	}
}

// A database that is cut short anywhere is not a shorter list.
func TestReadCutShort(t *testing.T) {
	for name, content := range databases(t) {
		for n := 0; n < len(content); n += 37 {
			if _, err := list(content[:n]); err == nil {
				t.Fatalf("%s: accepted %d of %d bytes", name, n, len(content))
			}
		}
	}
}

// Whatever byte changes: no panic, and no endless work.
func TestReadAnyByteChanged(t *testing.T) {
	for _, content := range databases(t) {
		for i := range min(len(content), 3000) {
			was := content[i]
			for _, b := range []byte{0, 0x7f, 0xff} {
				content[i] = b
				_, _ = list(content)
			}
			content[i] = was
		}
	}
}

func TestReadRefusesOtherFormats(t *testing.T) {
	btree := makeBDB(binary.LittleEndian)
	binary.LittleEndian.PutUint32(btree[12:], 0x00053162)
	for name, content := range map[string][]byte{
		"nothing": nil, "text": []byte(strings.Repeat("Package: a\n", 100)), "zeros": make([]byte, 8192), "btree": btree,
	} {
		if _, err := list(content); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestParseHeader(t *testing.T) {
	good := []tag{{tagName, "a"}, {tagVersion, "1"}, {tagRelease, "2"}}
	with := func(more ...tag) []byte { return makeHeader(append(slices.Clone(good), more...)...) }
	poke := func(at int, n uint32) []byte {
		h := with(tag{tagSize, int32(1)})
		binary.BigEndian.PutUint32(h[at:], n)
		return h
	}
	size := 8 + 3*16 // where the entry of the size is
	for name, h := range map[string][]byte{
		"empty":             nil,
		"no tags":           {0, 0, 0, 0, 0, 0, 0, 0},
		"too many tags":     poke(0, maxTags+1),
		"lengths that wrap": poke(0, 1<<28),
		"more data":         append(with(), 0),
		"no name":           makeHeader(good[1:]...),
		"no version":        makeHeader(good[0], good[2]),
		"no release":        makeHeader(good[:2]...),
		"empty name":        makeHeader(tag{tagName, ""}, good[1], good[2]),
		"two names":         with(tag{tagName, "b"}),
		"two sizes":         with(tag{tagSize, int32(1)}, tag{tagSize, int32(2)}),
		"a number as name":  makeHeader(tag{tagName, int32(1)}, good[1], good[2]),
		"a text as size":    with(tag{tagSize, "12345"}),
		"two values":        poke(size+12, 2),
		"outside":           poke(size+8, 1<<31),
		"over the end":      poke(size+8, 8),
		"text without end":  append(with(tag{tagArch, "x86"})[:8+4*16+6], "x86_"...),
		"huge":              with(tag{tagLongSize, int64(-1)}),
	} {
		if p, err := parseHeader(h); err == nil {
			t.Errorf("%s: accepted, %+v", name, p)
		}
	}
	if p, err := parseHeader(with()); err != nil || p != (Package{Name: "a", Version: "1-2"}) {
		t.Errorf("%+v, %v", p, err)
	}
}

// A package whose name is that of the keys and that has an architecture is one.
func TestOnlyKeysAreLeftOut(t *testing.T) {
	h := makeHeader(tag{tagName, "gpg-pubkey"}, tag{tagVersion, "1"}, tag{tagRelease, "2"}, tag{tagArch, "noarch"})
	if got, err := list(makeNDB(h)); err != nil || len(got) != 1 {
		t.Errorf("%v, %q", err, got)
	}
}

func FuzzRPM(f *testing.F) {
	for _, content := range databases(f) {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		first, err := list(content)
		again, err2 := list(content)
		if !slices.Equal(first, again) || (err == nil) != (err2 == nil) {
			t.Errorf("%v and %v", err, err2)
		}
	})
}
