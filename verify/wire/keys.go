package wire

import (
	"unicode"
	"unicode/utf8"
)

// keySet holds the keys of every object the scanner is inside of, folded, one
// object after the other in two buffers that are reused for the whole document.
type keySet struct {
	folded []byte
	ends   []int
}

// keyMark is where the keys of one object begin.
type keyMark struct {
	bytes, count int
	// seen takes over from the linear search in a large object, so that a
	// document of nothing but keys costs no more than its length.
	seen map[string]struct{}
}

// manyKeys is the number of keys at which looking through all of them starts
// to cost more than a map.
const manyKeys = 32

func (k *keySet) open() keyMark {
	return keyMark{bytes: len(k.folded), count: len(k.ends)}
}

func (k *keySet) close(m keyMark) {
	k.folded, k.ends = k.folded[:m.bytes], k.ends[:m.count]
}

// add returns the folded key, valid until the next add, and whether it is new
// to the object.
func (k *keySet) add(m *keyMark, name []byte) (folded []byte, fresh bool) {
	start := len(k.folded)
	k.folded = appendFolded(k.folded, name)
	folded = k.folded[start:]
	if m.seen == nil && len(k.ends)-m.count == manyKeys {
		m.seen = k.index(*m)
	}
	if m.seen != nil {
		if _, dup := m.seen[string(folded)]; dup {
			return folded, false
		}
		m.seen[string(folded)] = struct{}{}
		k.folded = k.folded[:start]
		return folded, true
	}
	if k.has(*m, folded) {
		return folded, false
	}
	k.ends = append(k.ends, len(k.folded))
	return folded, true
}

func (k *keySet) has(m keyMark, folded []byte) bool {
	start := m.bytes
	for _, end := range k.ends[m.count:] {
		if string(k.folded[start:end]) == string(folded) {
			return true
		}
		start = end
	}
	return false
}

func (k *keySet) index(m keyMark) map[string]struct{} {
	seen := make(map[string]struct{}, 4*manyKeys)
	start := m.bytes
	for _, end := range k.ends[m.count:] {
		seen[string(k.folded[start:end])] = struct{}{}
		start = end
	}
	return seen
}

// appendFolded appends the form all spellings share that encoding/json takes
// for one key: of each character, the first of those that Unicode simple
// folding makes equal. The Kelvin sign is K then, and the long s is S.
func appendFolded(dst, name []byte) []byte {
	for i := 0; i < len(name); {
		c := name[i]
		if c < utf8.RuneSelf {
			if c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(name[i:])
		dst = utf8.AppendRune(dst, firstOfOrbit(r))
		i += n
	}
	return dst
}

func firstOfOrbit(r rune) rune {
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}
