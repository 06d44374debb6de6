package layers

import (
	"maps"
	"slices"
)

// global notes the name of a header that unpacks to nothing. containerd removes
// what the layer has by that name so far, and with it what hid a lower file.
func (w *walker) global(p string) error {
	_, k, err := whiteout(p)
	if err != nil {
		return err
	}
	if w.globals[p] = true; k != 0 || len(w.globals) > maxGlobals {
		return refuse("the layer's global headers have names that delete, or too many")
	}
	return w.spend(w.paths.within(p))
}

// removed refuses what a global header would take away.
func (w *walker) removed() error {
	for _, p := range slices.Sorted(maps.Keys(w.globals)) {
		if p != "" && find(w.facts.Paths, hashPath(p)) != 0 {
			return refuse("a global header has the name of the entry %q", p)
		}
	}
	return nil
}
