package rpm

import (
	"errors"
	"fmt"
)

// sqliteValue is a column of a row. Its kind says its type and length.
type sqliteValue struct {
	kind uint64
	data []byte
}

func (v sqliteValue) blob() bool { return v.kind >= 12 && v.kind%2 == 0 }

// integer is the value as a number that is not negative.
func (v sqliteValue) integer() (n uint64, ok bool) {
	switch {
	case v.kind == 8 || v.kind == 9:
		return v.kind - 8, true
	case v.kind == 0 || v.kind > 6 || v.data[0] >= 0x80:
		return 0, false
	}
	for _, b := range v.data {
		n = n<<8 | uint64(b)
	}
	return n, true
}

// sqliteRow takes a row apart: the length of the list of kinds, the kinds, and
// the values in turn.
func sqliteRow(row []byte) ([]sqliteValue, error) {
	size, rest, ok := varint(row)
	used := uint64(len(row) - len(rest))
	if !ok || size < used || size > uint64(len(row)) {
		return nil, errors.New("a row whose columns are cut short")
	}
	kinds, values := rest[:size-used], row[size:]
	var columns []sqliteValue
	for len(kinds) > 0 {
		var v sqliteValue
		if v.kind, kinds, ok = varint(kinds); !ok || len(columns) == sqliteMaxColumn {
			return nil, errors.New("a row with columns that make no sense")
		}
		length, ok := sqliteLength(v.kind)
		if !ok || length > uint64(len(values)) {
			return nil, fmt.Errorf("column %d goes on after its row", len(columns))
		}
		v.data, values = values[:length], values[length:]
		columns = append(columns, v)
	}
	return columns, nil
}

// sqliteLength is how many bytes a value of a kind takes.
func sqliteLength(kind uint64) (n uint64, ok bool) {
	switch {
	case kind <= 4:
		return kind, true
	case kind == 5:
		return 6, true
	case kind == 6 || kind == 7:
		return 8, true
	case kind == 8 || kind == 9:
		return 0, true
	case kind >= 12:
		return (kind - 12) / 2, true
	}
	return 0, false
}

// varint reads a number of up to nine bytes, seven bits in each but the ninth.
func varint(b []byte) (n uint64, rest []byte, ok bool) {
	for i, c := range b {
		if i == 8 {
			return n<<8 | uint64(c), b[9:], true
		}
		n = n<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return n, b[i+1:], true
		}
	}
	return 0, nil, false
}
