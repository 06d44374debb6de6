package layers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSwitchesInFiles(t *testing.T) {
	rc := file("root/.curlrc", "insecure\n")
	large := file("root/.curlrc", "insecure\n"+strings.Repeat("#\n", maxContent/2))
	for name, tt := range map[string]struct {
		layers [][]entry
		want   []string
	}{
		"none":          {[][]entry{{file("root/.curlrc", "silent\n")}}, []string{}},
		"one":           {[][]entry{{file("x", "")}, {rc}}, []string{"2 root/.curlrc"}},
		"deleted":       {[][]entry{{rc}, {file("root/.wh..curlrc", "")}}, []string{"1 root/.curlrc hidden"}},
		"too large":     {[][]entry{{large}}, []string{"unread 4.11 root/.curlrc"}},
		"large, hidden": {[][]entry{{large}, {rc}}, []string{"2 root/.curlrc"}},
	} {
		f := Merge(image(t, Options{}, tt.layers...), "")
		got := []string{}
		for _, s := range f.Switches {
			line := fmt.Sprintf("%d %s", s.At.Layer, s.At.Path)
			if s.Hidden {
				line += " hidden"
			}
			got = append(got, line)
		}
		for _, u := range f.Unread {
			got = append(got, "unread "+u.Control+" "+u.At.Path)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
