package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
)

// An ndb file starts with pages of slots of 16 bytes; the place of the first
// two slots is taken by the file's own header. A slot says in which block of
// 16 bytes a blob begins. A blob has a head of 16 bytes and a tail of 12.
const (
	ndbMagic     = "RpmP"
	ndbSlotMagic = "Slot"
	ndbBlobMagic = "BlbS"
	ndbTailMagic = "BlbE"
	ndbPage      = 4096
	ndbBlock     = 16
	ndbTail      = 12
)

func readNDB(content []byte, each func([]byte) error) error {
	if len(content) < ndbPage {
		return errors.New("ndb: too short")
	}
	version, pages := binary.LittleEndian.Uint32(content[4:]), uint64(binary.LittleEndian.Uint32(content[12:]))
	if version != 0 || pages == 0 || pages > uint64(len(content))/ndbPage {
		return fmt.Errorf("ndb: version %d with %d pages of slots", version, pages)
	}
	for slots := content[2*ndbBlock : pages*ndbPage]; len(slots) > 0; slots = slots[ndbBlock:] {
		if !bytes.HasPrefix(slots, []byte(ndbSlotMagic)) {
			return errors.New("ndb: a slot that is none")
		}
		id := binary.LittleEndian.Uint32(slots[4:])
		if id == 0 {
			continue
		}
		header, err := ndbBlob(content, slots, id)
		if err != nil {
			return fmt.Errorf("ndb: entry %d: %w", id, err)
		}
		if err := each(header); err != nil {
			return fmt.Errorf("ndb: entry %d: %w", id, err)
		}
	}
	return nil
}

// ndbBlob is the blob that a slot points to.
func ndbBlob(content, slot []byte, id uint32) ([]byte, error) {
	start := uint64(binary.LittleEndian.Uint32(slot[8:])) * ndbBlock
	end := start + uint64(binary.LittleEndian.Uint32(slot[12:]))*ndbBlock
	if end > uint64(len(content)) || end < start+2*ndbBlock {
		return nil, errors.New("lies outside the file")
	}
	blob := content[start:end]
	if !bytes.HasPrefix(blob, []byte(ndbBlobMagic)) || binary.LittleEndian.Uint32(blob[4:]) != id {
		return nil, errors.New("is not where its slot says")
	}
	size := uint64(binary.LittleEndian.Uint32(blob[12:]))
	if size > uint64(len(blob))-ndbBlock-ndbTail {
		return nil, errors.New("is larger than its place")
	}
	tail := blob[uint64(len(blob))-ndbTail:]
	sum := adler32.Checksum(blob[:len(blob)-ndbTail])
	if binary.LittleEndian.Uint32(tail) != sum || uint64(binary.LittleEndian.Uint32(tail[4:])) != size ||
		string(tail[8:]) != ndbTailMagic {
		return nil, errors.New("does not have its checksum")
	}
	return blob[ndbBlock : ndbBlock+size], nil
}
