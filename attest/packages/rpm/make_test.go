package rpm

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"hash/adler32"
	"os"
	"path/filepath"
	"testing"
)

// tag is one tag of a header that a test makes. A value is a string, an int32
// or an int64.
type tag struct {
	number uint32
	value  any
}

func makeHeader(tags ...tag) []byte {
	var index, data []byte
	for _, one := range tags {
		kind, raw := uint32(typeString), []byte(nil)
		switch v := one.value.(type) {
		case string:
			raw = append([]byte(v), 0)
		case int32:
			kind, raw = typeInt32, binary.BigEndian.AppendUint32(nil, uint32(v))
		case int64:
			kind, raw = typeInt64, binary.BigEndian.AppendUint64(nil, uint64(v))
		}
		for _, n := range []uint32{one.number, kind, uint32(len(data)), 1} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(data, raw...)
	}
	blob := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	blob = binary.BigEndian.AppendUint32(blob, uint32(len(data)))
	return append(append(blob, index...), data...)
}

// someHeaders are four packages, one of them with as much text as needs
// several pages, and a key.
func someHeaders() [][]byte {
	long := string(bytes.Repeat([]byte("text "), 3000))
	return [][]byte{
		makeHeader(tag{tagName, "bash"}, tag{tagVersion, "5.2"}, tag{tagRelease, "1.el9"}, tag{tagArch, "x86_64"}, tag{tagSize, int32(100)}),
		makeHeader(tag{tagName, "bind"}, tag{tagVersion, "9"}, tag{tagRelease, "2"}, tag{1005, long}, tag{tagEpoch, int32(32)}, tag{tagArch, "noarch"}),
		makeHeader(tag{tagName, "gpg-pubkey"}, tag{tagVersion, "a"}, tag{tagRelease, "b"}),
		makeHeader(tag{tagName, "big"}, tag{tagVersion, "1"}, tag{tagRelease, "1"}, tag{tagEpoch, int32(0)}, tag{tagLongSize, int64(5 << 30)}),
		makeHeader(tag{tagName, "bash"}, tag{tagVersion, "5.2"}, tag{tagRelease, "1.el9"}, tag{tagArch, "i686"}, tag{1005, long[:1000]}),
	}
}

func someList() []string {
	return []string{
		"bash 5.2-1.el9 i686 0", "bash 5.2-1.el9 x86_64 100", "big 1-1  5368709120", "bind 32:9-2 noarch 0",
	}
}

func makeNDB(headers ...[]byte) []byte {
	file := make([]byte, ndbPage)
	put := func(at int, words ...uint32) {
		for i, w := range words {
			binary.LittleEndian.PutUint32(file[at+4*i:], w)
		}
	}
	word := func(s string) uint32 { return binary.LittleEndian.Uint32([]byte(s)) }
	put(0, word(ndbMagic), 0, 1, 1)
	for at := 2 * ndbBlock; at < ndbPage; at += ndbBlock {
		put(at, word(ndbSlotMagic), 0, 0, 0)
	}
	for i, h := range headers {
		blob := []byte(ndbBlobMagic)
		for _, n := range []uint32{uint32(i + 1), 1, uint32(len(h))} {
			blob = binary.LittleEndian.AppendUint32(blob, n)
		}
		blob = append(blob, h...)
		blob = append(blob, make([]byte, (2*ndbBlock-(len(blob)+ndbTail)%ndbBlock)%ndbBlock)...)
		blob = binary.LittleEndian.AppendUint32(blob, adler32.Checksum(blob))
		blob = binary.LittleEndian.AppendUint32(blob, uint32(len(h)))
		blob = append(blob, ndbTailMagic...)
		put(2*ndbBlock+i*ndbBlock, word(ndbSlotMagic), uint32(i+1), uint32(len(file)/ndbBlock), uint32(len(blob)/ndbBlock))
		file = append(file, blob...)
	}
	return file
}

// makeBDB puts headers into a hash file with pages of 512 bytes: small ones on
// the page of the hash, others on pages of their own.
func makeBDB(order binary.ByteOrder, headers ...[]byte) []byte {
	const size = 512
	file := make([]byte, 2*size)
	order.PutUint32(file[12:], bdbMagic)
	order.PutUint32(file[20:], size)
	file[25], file[size+25] = bdbPageMeta, bdbPageHash
	items, free := 0, size
	item := func(b []byte) {
		free -= len(b)
		copy(file[size+free:], b)
		order.PutUint16(file[size+bdbPageHeader+2*items:], uint16(free))
		items++
	}
	item([]byte{bdbItemInline, 0, 0, 0, 0})
	item([]byte{bdbItemInline, 9, 0, 0, 0})
	for i, h := range headers {
		item([]byte{bdbItemInline, byte(i + 1), 0, 0, 0})
		if len(h) < 150 {
			item(append([]byte{bdbItemInline}, h...))
			continue
		}
		reference := make([]byte, 12)
		reference[0] = bdbItemOffPage
		order.PutUint32(reference[4:], uint32(len(file)/size))
		order.PutUint32(reference[8:], uint32(len(h)))
		item(reference)
		for len(h) > 0 {
			page := make([]byte, size)
			page[25] = bdbPageOverflow
			n := copy(page[bdbPageHeader:], h)
			if h = h[n:]; len(h) > 0 {
				order.PutUint32(page[16:], uint32(len(file)/size+1))
			}
			order.PutUint16(page[22:], uint16(n))
			file = append(file, page...)
		}
	}
	order.PutUint16(file[size+20:], uint16(items))
	order.PutUint32(file[32:], uint32(len(file)/size-1))
	return file
}

// makeSQLite has SQLite itself make a file with pages of 512 bytes.
func makeSQLite(t testing.TB, headers ...[]byte) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rpmdb.sqlite")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	run := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	db.SetMaxOpenConns(1)
	run("PRAGMA page_size = 512")
	run("CREATE TABLE 'Other' (key TEXT, hnum INTEGER)")
	run("CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
	for _, h := range headers {
		run("INSERT INTO Packages (blob) VALUES (?)", h)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
