package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// A SQLite file is pages of one size. Page 1 begins with the file's header and
// is the root of the schema, the table of tables.
const (
	sqliteMagic     = "SQLite format 3\x00"
	sqliteHeader    = 100
	sqliteInterior  = 5
	sqliteLeaf      = 13
	sqliteMaxDepth  = 20 // levels of a tree, as in SQLite
	sqliteTable     = "packages"
	sqliteTextUTF8  = 1
	sqliteMaxColumn = 64 // columns of a row that is read
)

type sqlite struct {
	content  []byte
	pageSize int
	// usable is the page size without what extensions reserve.
	usable int
	pages  uint32
	used   []bool
}

func readSQLite(content []byte, each func([]byte) error) error {
	db, err := openSQLite(content)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	root, err := db.root()
	if err != nil {
		return fmt.Errorf("sqlite: schema: %w", err)
	}
	err = db.walk(root, 0, func(row []byte) error {
		columns, err := sqliteRow(row)
		switch {
		case err != nil:
			return err
		case len(columns) != 2 || !columns[1].blob():
			return errors.New("a row that is not a number and a header")
		}
		return each(columns[1].data)
	})
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

func openSQLite(content []byte) (*sqlite, error) {
	if len(content) < 512 {
		return nil, errors.New("too short")
	}
	size := int(binary.BigEndian.Uint16(content[16:]))
	if size == 1 {
		size = 64 << 10
	}
	usable := size - int(content[20])
	pages := len(content) / max(size, 1)
	switch {
	case size < 512 || size&(size-1) != 0 || usable < 480:
		return nil, fmt.Errorf("pages of %d bytes, %d of them usable", size, usable)
	case pages == 0 || uint64(binary.BigEndian.Uint32(content[28:])) > uint64(pages):
		return nil, errors.New("is cut short")
	case binary.BigEndian.Uint32(content[56:]) != sqliteTextUTF8:
		return nil, errors.New("text is not UTF-8")
	}
	return &sqlite{content, size, usable, uint32(pages), make([]bool, pages+1)}, nil
}

// root finds the table of packages.
func (db *sqlite) root() (page uint32, err error) {
	err = db.walk(1, 0, func(row []byte) error {
		columns, err := sqliteRow(row)
		if err != nil {
			return err
		}
		if len(columns) != 5 {
			return fmt.Errorf("a row of %d columns", len(columns))
		}
		if string(columns[0].data) != "table" || !strings.EqualFold(string(columns[1].data), sqliteTable) {
			return nil
		}
		n, ok := columns[3].integer()
		if page != 0 || !ok || n <= 1 || n > uint64(db.pages) {
			return errors.New("the table of packages has no place")
		}
		page = uint32(n)
		return nil
	})
	if err == nil && page == 0 {
		err = errors.New("has no table of packages")
	}
	return page, err
}

// take returns a page, once: a tree that leads to one page in two ways is
// none.
func (db *sqlite) take(n uint32) ([]byte, error) {
	if n == 0 || n > db.pages || db.used[n] {
		return nil, fmt.Errorf("leads to page %d, which is not there or used already", n)
	}
	db.used[n] = true
	start := (int(n) - 1) * db.pageSize
	return db.content[start : start+db.usable], nil
}
