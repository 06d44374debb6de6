package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Berkeley DB hash file is pages of one size, the first of which describes
// the file. Pages of a hash hold keys and values in turn; what is too large
// for them lies on a chain of overflow pages.
const (
	bdbMagic      = 0x00061561
	bdbMetaSize   = 512
	bdbPageHeader = 26

	bdbPageUnsorted = 2
	bdbPageOverflow = 7
	bdbPageMeta     = 8
	bdbPageHash     = 13

	bdbItemInline  = 1
	bdbItemOffPage = 3
)

type bdb struct {
	content  []byte
	order    binary.ByteOrder
	pageSize uint64
	last     uint64
	used     map[uint64]bool
}

// bdbOrder is the byte order of a hash file, that of the machine that made it;
// nil means that it is none.
func bdbOrder(content []byte) binary.ByteOrder {
	if len(content) < bdbMetaSize {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if order.Uint32(content[12:]) == bdbMagic {
			return order
		}
	}
	return nil
}

func readBDB(content []byte, each func([]byte) error) error {
	db, err := openBDB(content)
	if err != nil {
		return fmt.Errorf("berkeley db: %w", err)
	}
	for n := uint64(1); n <= db.last; n++ {
		if err := db.hashPage(n, each); err != nil {
			return fmt.Errorf("berkeley db: page %d: %w", n, err)
		}
	}
	return nil
}

func openBDB(content []byte) (*bdb, error) {
	db := &bdb{content: content, order: bdbOrder(content), used: map[uint64]bool{}}
	db.pageSize, db.last = uint64(db.order.Uint32(content[20:])), uint64(db.order.Uint32(content[32:]))
	encryption, kind, flags := content[24], content[25], content[26]
	switch {
	case encryption != 0 || flags != 0:
		return nil, errors.New("encrypted, with checksums, or partitioned")
	case kind != bdbPageMeta:
		return nil, errors.New("does not begin with its description")
	case db.pageSize < 512 || db.pageSize > 64<<10 || db.pageSize&(db.pageSize-1) != 0:
		return nil, fmt.Errorf("pages of %d bytes", db.pageSize)
	case db.last >= uint64(len(content))/db.pageSize:
		return nil, errors.New("is cut short")
	}
	return db, nil
}

// page returns a page that is there.
func (db *bdb) page(n uint64) []byte {
	return db.content[n*db.pageSize : (n+1)*db.pageSize]
}

// hashPage hands on the values of one page, if it is one of a hash.
func (db *bdb) hashPage(n uint64, each func([]byte) error) error {
	page := db.page(n)
	if kind := page[25]; kind != bdbPageHash && kind != bdbPageUnsorted {
		return nil
	}
	items := int(db.order.Uint16(page[20:]))
	if items%2 != 0 || bdbPageHeader+2*items > len(page) {
		return fmt.Errorf("%d items", items)
	}
	for i := 0; i < items; i += 2 {
		key, err := db.item(page, items, i)
		if err != nil {
			return err
		}
		value, err := db.item(page, items, i+1)
		if err != nil {
			return err
		}
		if err := db.value(key, value, each); err != nil {
			return err
		}
	}
	return nil
}

// item is one item of a page: its type and its bytes. Items lie from the end
// of the page downwards, so each ends where the one before it begins.
func (db *bdb) item(page []byte, items, i int) ([]byte, error) {
	end := len(page)
	if i > 0 {
		end = int(db.order.Uint16(page[bdbPageHeader+2*(i-1):]))
	}
	start := int(db.order.Uint16(page[bdbPageHeader+2*i:]))
	if start < bdbPageHeader+2*items || start >= end || end > len(page) {
		return nil, fmt.Errorf("item %d lies outside", i)
	}
	return page[start:end], nil
}

func (db *bdb) value(key, value []byte, each func([]byte) error) error {
	switch value[0] {
	case bdbItemOffPage:
		header, err := db.overflow(value)
		if err != nil {
			return err
		}
		return each(header)
	case bdbItemInline:
		// The key 0 is for the number the next package gets.
		if string(key) == "\x01\x00\x00\x00\x00" {
			return nil
		}
		return each(value[1:])
	}
	return fmt.Errorf("a value of type %d", value[0])
}

// overflow puts together a value that lies on pages of its own.
func (db *bdb) overflow(item []byte) ([]byte, error) {
	if len(item) < 12 {
		return nil, errors.New("a reference that is cut short")
	}
	next, size := uint64(db.order.Uint32(item[4:])), uint64(db.order.Uint32(item[8:]))
	if size > uint64(len(db.content)) {
		return nil, fmt.Errorf("a value of %d bytes", size)
	}
	value := make([]byte, 0, size)
	for next != 0 {
		if next > db.last || db.used[next] || db.page(next)[25] != bdbPageOverflow {
			return nil, fmt.Errorf("a value that goes on at page %d", next)
		}
		db.used[next] = true
		page := db.page(next)
		held := bdbPageHeader + int(db.order.Uint16(page[22:]))
		if held > len(page) {
			return nil, fmt.Errorf("page %d holds more than fits", next)
		}
		value = append(value, page[bdbPageHeader:held]...)
		next = uint64(db.order.Uint32(page[16:]))
	}
	if uint64(len(value)) != size {
		return nil, fmt.Errorf("a value of %d bytes that should have %d", len(value), size)
	}
	return value, nil
}
