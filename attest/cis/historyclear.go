package cis

import "fmt"

// unclear says why a history cannot show everything that was done to an image.
func unclear(c Contents, steps []Step) string {
	if len(steps) == 0 {
		return "the image has no history"
	}
	layers, first, known := 0, -1, false
	for i, s := range steps {
		known = known || readable(s)
		if c.History[i].EmptyLayer {
			continue
		}
		if layers++; first < 0 {
			first = i
		}
	}
	if layers != len(c.DiffIDs) {
		return fmt.Sprintf("the history tells of %s, the image has %d", plural(layers, "layer", "layers"), len(c.DiffIDs))
	}
	for i, s := range steps {
		if readable(s) || c.History[i].EmptyLayer {
			continue
		}
		// The lowest layer is a root file system that somebody imported; what
		// was done on top of it is in the rows that follow, if there are any.
		if i != first || !known {
			return fmt.Sprintf("history row %d was written by a builder whose text is not understood", i+1)
		}
	}
	return ""
}

func readable(s Step) bool { return s.Builder == BuilderBuildKit || s.Builder == BuilderClassic }
