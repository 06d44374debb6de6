package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// walk hands the rows of a table to each, in the order of their numbers. The
// table is a tree: pages inside lead to others, leaves hold the rows.
func (db *sqlite) walk(n uint32, depth int, each func(row []byte) error) error {
	if depth > sqliteMaxDepth {
		return errors.New("the tree is too deep")
	}
	page, err := db.take(n)
	if err != nil {
		return err
	}
	head := page
	if n == 1 {
		head = page[sqliteHeader:]
	}
	cells := int(binary.BigEndian.Uint16(head[3:]))
	switch head[0] {
	case sqliteLeaf:
		return db.cells(page, head[8:], cells, func(cell []byte) error {
			row, err := db.payload(cell)
			if err != nil {
				return err
			}
			return each(row)
		})
	case sqliteInterior:
		err := db.cells(page, head[12:], cells, func(cell []byte) error {
			return db.walk(binary.BigEndian.Uint32(cell), depth+1, each)
		})
		if err != nil {
			return err
		}
		return db.walk(binary.BigEndian.Uint32(head[8:]), depth+1, each)
	}
	return fmt.Errorf("page %d is of type %d, not of a table", n, head[0])
}

// cells calls each with what begins at every one of a page's cell pointers.
func (db *sqlite) cells(page, pointers []byte, count int, each func(cell []byte) error) error {
	if 2*count > len(pointers) {
		return fmt.Errorf("%d cells on a page", count)
	}
	// No cell lies before the end of the pointers.
	first := len(page) - len(pointers) + 2*count
	for ; count > 0; count, pointers = count-1, pointers[2:] {
		at := int(binary.BigEndian.Uint16(pointers))
		if at < first || at+4 > len(page) {
			return errors.New("a cell lies outside its page")
		}
		if err := each(page[at:]); err != nil {
			return err
		}
	}
	return nil
}

// payload is the row in a cell of a leaf: its size, its number, and as much of
// it as fits; the rest is on overflow pages.
func (db *sqlite) payload(cell []byte) ([]byte, error) {
	size, rest, ok := varint(cell)
	_, rest, also := varint(rest)
	if !ok || !also || size > uint64(len(db.content)) {
		return nil, errors.New("a row whose size makes no sense")
	}
	local := db.local(int(size))
	if local > len(rest) {
		return nil, errors.New("a row goes on after its page")
	}
	if local == int(size) {
		return rest[:local], nil
	}
	if len(rest) < local+4 {
		return nil, errors.New("a row goes on after its page")
	}
	return db.overflow(rest[:local], int(size), binary.BigEndian.Uint32(rest[local:]))
}

// local is how much of a row of size bytes lies in its cell.
func (db *sqlite) local(size int) int {
	most := db.usable - 35
	if size <= most {
		return size
	}
	least := (db.usable-12)*32/255 - 23
	if fit := least + (size-least)%(db.usable-4); fit <= most {
		return fit
	}
	return least
}

// overflow puts a row together. take keeps the chain from coming back.
func (db *sqlite) overflow(start []byte, size int, next uint32) ([]byte, error) {
	row := make([]byte, 0, size)
	row = append(row, start...)
	for len(row) < size {
		page, err := db.take(next)
		if err != nil {
			return nil, fmt.Errorf("a row: %w", err)
		}
		next = binary.BigEndian.Uint32(page)
		row = append(row, page[4:min(len(page), 4+size-len(row))]...)
	}
	if next != 0 {
		return nil, errors.New("a row goes on after its end")
	}
	return row, nil
}
