package layers

import (
	"bytes"
	"cmp"
	"sort"
)

// sighting is what one layer has at a path.
type sighting struct {
	path  hashed
	layer uint16
	kind  kind
}

// sightings are those of all layers, by path and then by layer: to ask each of
// 500 layers for each of a million paths would take minutes (threat 84).
type sightings []sighting

func newSightings(list []*Layer) sightings { return sightingsFrom(list, 0) }

// sightingsFrom merges those of layers that begin at a number. The paths of
// each layer are in order already.
func sightingsFrom(list []*Layer, first int) sightings {
	switch len(list) {
	case 0:
		return nil
	case 1:
		rows := list[0].facts.Paths
		out := make(sightings, 0, len(rows)/row)
		for ; len(rows) > 0; rows = rows[row:] {
			out = append(out, sighting{hashed(rows[:row-1]), uint16(first), kind(rows[row-1])})
		}
		return out
	}
	half := len(list) / 2
	return join(sightingsFrom(list[:half], first), sightingsFrom(list[half:], first+half))
}

// join keeps the order of two lists, the lower layers first where they meet.
func join(low, high sightings) sightings {
	out := make(sightings, 0, len(low)+len(high))
	for len(low) > 0 && len(high) > 0 {
		if bytes.Compare(low[0].path[:], high[0].path[:]) <= 0 {
			out, low = append(out, low[0]), low[1:]
		} else {
			out, high = append(out, high[0]), high[1:]
		}
	}
	return append(append(out, low...), high...)
}

// of are the sightings of one path in the layers from one on, below another.
func (s sightings) of(h hashed, from, to int) sightings {
	search := func(layer int) int {
		return sort.Search(len(s), func(i int) bool {
			return cmp.Or(bytes.Compare(s[i].path[:], h[:]), cmp.Compare(int(s[i].layer), layer)) >= 0
		})
	}
	return s[search(from):search(to)]
}
