package packages

import (
	"encoding/binary"
	"hash/adler32"
	"slices"
	"testing"
)

// rpmDatabase is an ndb file of one package; package rpm tests the formats.
func rpmDatabase(name string) []byte {
	data := name + "\x00" + "1\x00" + "2\x00"
	header := binary.BigEndian.AppendUint32(nil, 3)
	header = binary.BigEndian.AppendUint32(header, uint32(len(data)))
	for i, offset := range []int{0, len(name) + 1, len(name) + 3} {
		for _, n := range []int{1000 + i, 6, offset, 1} {
			header = binary.BigEndian.AppendUint32(header, uint32(n))
		}
	}
	header = append(header, data...)
	blob := []byte("BlbS\x01\x00\x00\x00\x01\x00\x00\x00")
	blob = binary.LittleEndian.AppendUint32(blob, uint32(len(header)))
	blob = append(blob, header...)
	for (len(blob)+12)%16 != 0 {
		blob = append(blob, 0)
	}
	blob = binary.LittleEndian.AppendUint32(blob, adler32.Checksum(blob))
	blob = binary.LittleEndian.AppendUint32(blob, uint32(len(header)))
	blob = append(blob, "BlbE"...)

	file := make([]byte, 4096)
	copy(file, "RpmP\x00\x00\x00\x00\x01\x00\x00\x00\x01")
	for at := 32; at < 4096; at += 16 {
		copy(file[at:], "Slot")
	}
	for i, n := range []int{1, 256, len(blob) / 16} {
		binary.LittleEndian.PutUint32(file[36+4*i:], uint32(n))
	}
	return append(file, blob...)
}

func TestRPM(t *testing.T) {
	list, err := Parse("rpm", rpmDatabase("bash"))
	if got := show(list); err != nil || !slices.Equal(got, []string{"rpm bash=1-2/ 0"}) {
		t.Errorf("%q, %v", got, err)
	}
	for _, name := range []string{"", "a b", "a=b", "a\x1b", "a\xff"} {
		if list, err := Parse("rpm", rpmDatabase(name)); err == nil || list != nil {
			t.Errorf("%q: accepted", name)
		}
	}
}
