package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The tags that are read, as rpm numbers them.
const (
	tagName     = 1000
	tagVersion  = 1001
	tagRelease  = 1002
	tagEpoch    = 1003
	tagSize     = 1009
	tagArch     = 1022
	tagLongSize = 5009
)

// The types of values that are read.
const (
	typeInt32  = 4
	typeInt64  = 5
	typeString = 6
)

// maxTags is how many tags rpm allows in a header.
const maxTags = 1<<16 - 1

// header is the values of the tags that are read.
type header struct {
	text   map[uint32]string
	number map[uint32]uint64
}

// parseHeader reads a header as it is stored: two lengths, an index of 16
// bytes per tag, and the data the index points into.
func parseHeader(blob []byte) (Package, error) {
	if len(blob) < 8 {
		return Package{}, errors.New("too short")
	}
	tags, size := uint64(binary.BigEndian.Uint32(blob)), uint64(binary.BigEndian.Uint32(blob[4:]))
	if tags == 0 || tags > maxTags || 8+16*tags+size != uint64(len(blob)) {
		return Package{}, fmt.Errorf("%d tags and %d bytes do not make %d bytes", tags, size, len(blob))
	}
	h := header{map[uint32]string{}, map[uint32]uint64{}}
	index, data := blob[8:8+16*tags], blob[8+16*tags:]
	for ; len(index) > 0; index = index[16:] {
		if err := h.take(index, data); err != nil {
			return Package{}, fmt.Errorf("tag %d: %w", binary.BigEndian.Uint32(index), err)
		}
	}
	return h.pack()
}

// take reads the value that one entry of the index is for.
func (h header) take(entry, data []byte) error {
	tag, kind := binary.BigEndian.Uint32(entry), binary.BigEndian.Uint32(entry[4:])
	offset, count := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
	want := typeOf(tag)
	switch {
	case want == 0:
		return nil
	case kind != want || count != 1:
		return fmt.Errorf("%d values of type %d", count, kind)
	case uint64(offset) >= uint64(len(data)):
		return errors.New("lies outside the header")
	case want == typeString:
		return h.takeText(tag, data[offset:])
	}
	return h.takeNumber(tag, want, data[offset:])
}

// typeOf is the type of a tag that is read, 0 for the others.
func typeOf(tag uint32) uint32 {
	switch tag {
	case tagName, tagVersion, tagRelease, tagArch:
		return typeString
	case tagEpoch, tagSize:
		return typeInt32
	case tagLongSize:
		return typeInt64
	}
	return 0
}

func (h header) takeText(tag uint32, data []byte) error {
	text, _, ok := bytes.Cut(data, []byte{0})
	if !ok {
		return errors.New("has no end")
	}
	if _, twice := h.text[tag]; twice {
		return errors.New("is there twice")
	}
	h.text[tag] = string(text)
	return nil
}

func (h header) takeNumber(tag, kind uint32, data []byte) error {
	if _, twice := h.number[tag]; twice {
		return errors.New("is there twice")
	}
	switch {
	case kind == typeInt32 && len(data) >= 4:
		h.number[tag] = uint64(binary.BigEndian.Uint32(data))
	case kind == typeInt64 && len(data) >= 8:
		h.number[tag] = binary.BigEndian.Uint64(data)
	default:
		return errors.New("goes on after the header")
	}
	return nil
}

// pack makes a package of a header. rpm itself has none without name, version
// and release.
func (h header) pack() (Package, error) {
	for _, tag := range []uint32{tagName, tagVersion, tagRelease} {
		if h.text[tag] == "" {
			return Package{}, fmt.Errorf("has no tag %d", tag)
		}
	}
	version := h.text[tagVersion] + "-" + h.text[tagRelease]
	if epoch := h.number[tagEpoch]; epoch != 0 {
		version = fmt.Sprintf("%d:%s", epoch, version)
	}
	size := h.number[tagSize]
	if long, ok := h.number[tagLongSize]; ok {
		size = long
	}
	if size > 1<<62 {
		return Package{}, fmt.Errorf("has a size of %d bytes", size)
	}
	return Package{Name: h.text[tagName], Version: version, Arch: h.text[tagArch], Size: int64(size)}, nil
}
