package layers

import (
	"bytes"
	"cmp"
	"slices"
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

func newSightings(list []*Layer) sightings {
	n := 0
	for _, l := range list {
		n += len(l.facts.Paths) / row
	}
	all := make(sightings, 0, n)
	for i, l := range list {
		for rows := l.facts.Paths; len(rows) > 0; rows = rows[row:] {
			all = append(all, sighting{hashed(rows[:row-1]), uint16(i), kind(rows[row-1])})
		}
	}
	slices.SortFunc(all, func(a, b sighting) int {
		return cmp.Or(bytes.Compare(a.path[:], b.path[:]), cmp.Compare(a.layer, b.layer))
	})
	return all
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
