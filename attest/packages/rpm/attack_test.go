package rpm

import (
	"encoding/binary"
	"testing"
)

func refused(t *testing.T, name string, content []byte) {
	t.Helper()
	if got, err := list(content); err == nil {
		t.Errorf("%s: accepted, %q", name, got)
	}
}

func TestBerkeleyDBThatLies(t *testing.T) {
	le := binary.LittleEndian
	// The second package begins on page 2, and goes on on those that follow.
	for name, change := range map[string]func([]byte){
		"encrypted":              func(b []byte) { b[24] = 1 },
		"checksums":              func(b []byte) { b[26] = 1 },
		"not a description":      func(b []byte) { b[25] = bdbPageHash },
		"pages of nothing":       func(b []byte) { le.PutUint32(b[20:], 0) },
		"odd pages":              func(b []byte) { le.PutUint32(b[20:], 513) },
		"pages it does not have": func(b []byte) { le.PutUint32(b[32:], 1<<31) },
		"odd number of items":    func(b []byte) { le.PutUint16(b[512+20:], 3) },
		"many items":             func(b []byte) { le.PutUint16(b[512+20:], 3000) },
		"an item beyond":         func(b []byte) { le.PutUint16(b[512+26+2:], 600) },
		"an item in the list":    func(b []byte) { le.PutUint16(b[512+26+2:], 27) },
		"an item of no type":     func(b []byte) { b[512+int(le.Uint16(b[512+26+2:]))] = 4 },
		"a page of itself":       func(b []byte) { le.PutUint32(b[2*512+16:], 2) },
		"a page that is not one": func(b []byte) { le.PutUint32(b[2*512+16:], 1) },
		"a page beyond":          func(b []byte) { le.PutUint32(b[2*512+16:], 1<<30) },
		"an early end":           func(b []byte) { le.PutUint32(b[2*512+16:], 0) },
		"more than a page":       func(b []byte) { le.PutUint16(b[2*512+22:], 600) },
	} {
		b := makeBDB(le, someHeaders()...)
		change(b)
		refused(t, name, b)
	}
}

// A chain of pages belongs to one value: with many that share it, a small file
// would be a lot of work.
func TestBerkeleyDBSharedPages(t *testing.T) {
	le := binary.LittleEndian
	b := makeBDB(le, someHeaders()[1], someHeaders()[4])
	first, second := le.Uint16(b[512+26+2*3:]), le.Uint16(b[512+26+2*5:])
	copy(b[512+int(second):][:12], b[512+int(first):][:12])
	b = append(b, make([]byte, 64<<10)...)
	le.PutUint32(b[32:], uint32(len(b)/512-1))
	refused(t, "shared", b)
}

// go-rpmdb passes over headers that are small enough for the page of the hash.
func TestBerkeleyDBSmallHeader(t *testing.T) {
	if got, err := list(makeBDB(binary.LittleEndian, someHeaders()[0])); err != nil || len(got) != 1 {
		t.Errorf("%v, %q", err, got)
	}
}

func TestNDBThatLies(t *testing.T) {
	le := binary.LittleEndian
	slot, blob := 2*ndbBlock, ndbPage
	for name, change := range map[string]func([]byte){
		"another version":   func(b []byte) { b[4] = 1 },
		"no slots":          func(b []byte) { le.PutUint32(b[12:], 0) },
		"too many slots":    func(b []byte) { le.PutUint32(b[12:], 1<<31) },
		"a slot of nothing": func(b []byte) { b[slot] = 'x' },
		"a blob beyond":     func(b []byte) { le.PutUint32(b[slot+8:], 1<<31) },
		"a blob that wraps": func(b []byte) { le.PutUint32(b[slot+8:], 1<<32-1); le.PutUint32(b[slot+12:], 1<<32-1) },
		"a blob of nothing": func(b []byte) { le.PutUint32(b[slot+12:], 0) },
		"another blob":      func(b []byte) { le.PutUint32(b[slot+4:], 77) },
		"no blob":           func(b []byte) { b[blob] = 'x' },
		"a long blob":       func(b []byte) { le.PutUint32(b[blob+12:], 1<<32-1) },
		"a changed name":    func(b []byte) { b[blob+16+8+5*16] = 'd' },
	} {
		b := makeNDB(someHeaders()...)
		change(b)
		refused(t, name, b)
	}
}

func TestNDBSharedBlobs(t *testing.T) {
	b := makeNDB(someHeaders()[1])
	slot := b[2*ndbBlock : 3*ndbBlock]
	for at := 3 * ndbBlock; at < ndbPage; at += ndbBlock {
		copy(b[at:], slot)
	}
	refused(t, "shared", b)
}

func TestSQLiteThatLies(t *testing.T) {
	be := binary.BigEndian
	content := makeSQLite(t, someHeaders()...)
	page := func(b []byte, n uint32) []byte { return b[(n-1)*512:] }
	db, err := openSQLite(content)
	if err != nil {
		t.Fatal(err)
	}
	root, err := db.root()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]byte){
		"pages of nothing":       func(b []byte) { be.PutUint16(b[16:], 0) },
		"odd pages":              func(b []byte) { be.PutUint16(b[16:], 513) },
		"all reserved":           func(b []byte) { b[20] = 255 },
		"pages it does not have": func(b []byte) { be.PutUint32(b[28:], 1<<31) },
		"UTF-16":                 func(b []byte) { b[59] = 2 },
		"no schema":              func(b []byte) { b[100] = 0 },
		"an empty schema":        func(b []byte) { be.PutUint16(b[103:], 0) },
		"an index for a table":   func(b []byte) { page(b, root)[0] = 10 },
		"many cells":             func(b []byte) { be.PutUint16(page(b, root)[3:], 1<<16-1) },
		"a cell beyond":          func(b []byte) { be.PutUint16(page(b, root)[12:], 510) },
		"a cell in the list":     func(b []byte) { be.PutUint16(page(b, root)[12:], 9) },
	} {
		b := append([]byte(nil), content...)
		change(b)
		refused(t, name, b)
	}
}

func TestSQLiteTreeThatLies(t *testing.T) {
	var headers [][]byte
	for range 20 {
		headers = append(headers, someHeaders()[0])
	}
	content := makeSQLite(t, headers...)
	db, err := openSQLite(content)
	if err != nil {
		t.Fatal(err)
	}
	root, err := db.root()
	if err != nil {
		t.Fatal(err)
	}
	page := content[(root-1)*512:]
	last, cell := page[8:], page[binary.BigEndian.Uint16(page[12:]):]
	if page[0] != sqliteInterior {
		t.Fatal("the tree is a leaf")
	}
	was := binary.BigEndian.Uint32(last)
	for _, n := range []uint32{0, 1, root, binary.BigEndian.Uint32(cell), 1 << 31} {
		binary.BigEndian.PutUint32(last, n)
		refused(t, "a tree that leads astray", content)
	}
	binary.BigEndian.PutUint32(last, was)
	if got, err := list(content); err != nil || len(got) != 20 {
		t.Errorf("%v, %d", err, len(got))
	}
}

// A row must be what rpm writes.
func TestSQLiteRows(t *testing.T) {
	for name, row := range map[string][]byte{
		"nothing":               {},
		"a list of kinds alone": {9, 1},
		"an own size of 0":      {0},
		"a kind of no length":   {2, 11},
		"a value cut short":     {2, 16, 1},
		"a number cut short":    {0x80},
	} {
		if v, err := sqliteRow(row); err == nil {
			t.Errorf("%s: accepted, %v", name, v)
		}
	}
	if v, err := sqliteRow([]byte{3, 0, 14, 'x'}); err != nil || len(v) != 2 || !v[1].blob() || string(v[1].data) != "x" {
		t.Errorf("%v, %v", v, err)
	}
}

// A chain of tables would be as deep as the file has pages.
func TestSQLiteDepth(t *testing.T) {
	content := makeSQLite(t)
	db, err := openSQLite(content)
	if err != nil {
		t.Fatal(err)
	}
	root, err := db.root()
	if err != nil {
		t.Fatal(err)
	}
	next := uint32(len(content) / 512)
	chain := func(at []byte) {
		next++
		at[0] = sqliteInterior
		binary.BigEndian.PutUint16(at[3:], 0)
		binary.BigEndian.PutUint32(at[8:], next)
	}
	chain(content[(root-1)*512:])
	for range sqliteMaxDepth + 1 {
		page := make([]byte, 512)
		chain(page)
		content = append(content, page...)
	}
	last := make([]byte, 512)
	last[0] = sqliteLeaf
	refused(t, "deep", append(content, last...))
}
