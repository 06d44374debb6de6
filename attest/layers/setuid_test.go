package layers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

func setUIDRows(f *cis.LayersFact) []string {
	out := []string{}
	for _, s := range f.SetUID {
		line := fmt.Sprintf("%d %s %s", s.At.Layer, s.At.Path, s.Mode)
		if s.Capability {
			line += " capable"
		}
		if s.Hidden {
			line += " hidden"
		}
		out = append(out, line)
	}
	return out
}

func TestSetUIDOfMergedImage(t *testing.T) {
	su := with("usr/bin/su", 0o4755, "su")
	capable := with("usr/bin/ping", 0o755, "ping")
	capable.PAXRecords = map[string]string{capability: "\x01\x00\x00\x02"}
	base := []entry{dir("usr"), dir("usr/bin"), su}
	tests := map[string]struct {
		layers [][]entry
		want   []string
	}{
		"one layer":           {[][]entry{base}, []string{"1 usr/bin/su 4755"}},
		"nothing":             {[][]entry{{dir("usr"), file("usr/x", "")}}, []string{}},
		"no layers":           {nil, []string{}},
		"setgid":              {[][]entry{{with("a", 0o2755, "")}}, []string{"1 a 2755"}},
		"both and sticky":     {[][]entry{{with("a", 0o7755, "")}}, []string{"1 a 7755"}},
		"setgid directory":    {[][]entry{{{Header: dirMode("var/mail", 0o2775)}}}, []string{}},
		"capabilities":        {[][]entry{{capable}}, []string{"1 usr/bin/ping 0755 capable"}},
		"whiteout":            {[][]entry{base, {file("usr/bin/.wh.su", "")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"whiteout of another": {[][]entry{base, {file("usr/bin/.wh.sud", "")}}, []string{"1 usr/bin/su 4755"}},
		"whiteout of parent":  {[][]entry{base, {file("usr/.wh.bin", "")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"whiteout of root's":  {[][]entry{base, {file(".wh.usr", "")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"opaque parent":       {[][]entry{base, {dir("usr"), dir("usr/bin"), file("usr/bin/.wh..wh..opq", "")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"opaque ancestor":     {[][]entry{base, {dir("usr"), file("usr/.wh..wh..opq", "")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"opaque root":         {[][]entry{base, {file(".wh..wh..opq", "")}}, []string{"1 usr/bin/su 4755"}},
		"opaque sibling":      {[][]entry{base, {dir("usr"), dir("usr/lib"), file("usr/lib/.wh..wh..opq", "")}}, []string{"1 usr/bin/su 4755"}},
		"opaque is for lower": {[][]entry{{dir("usr"), dir("usr/bin"), su, file("usr/bin/.wh..wh..opq", "")}}, []string{"1 usr/bin/su 4755"}},
		"deleted before":      {[][]entry{{file("usr/bin/.wh.su", "")}, base}, []string{"2 usr/bin/su 4755"}},
		"whiteout beside it":  {[][]entry{{su, file("usr/bin/.wh.su", "")}}, []string{"1 usr/bin/su 4755"}},
		"AUFS's own file":     {[][]entry{base, {file("usr/bin/.wh..wh.su", "")}}, []string{"1 usr/bin/su 4755"}},
		"replaced by plain":   {[][]entry{base, {with("usr/bin/su", 0o755, "su")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"replaced by dir":     {[][]entry{base, {dir("usr"), dir("usr/bin"), dir("usr/bin/su")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"replaced by link":    {[][]entry{base, {symlink("usr/bin/su", "/x")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"replaced again":      {[][]entry{base, {with("usr/bin/su", 0o755, "su")}, base}, []string{"1 usr/bin/su 4755 hidden", "3 usr/bin/su 4755"}},
		"chmod removes":       {[][]entry{base, {dir("usr"), dir("usr/bin"), with("usr/bin/su", 0o755, "su")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"chmod adds":          {[][]entry{{file("a", "x")}, {with("a", 0o4755, "x")}}, []string{"2 a 4755"}},
		"parent a file":       {[][]entry{base, {dir("usr"), file("usr/bin", "")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"parent a link":       {[][]entry{base, {dir("usr"), symlink("usr/bin", "/opt/bin")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"parent named again":  {[][]entry{base, {dir("usr"), dir("usr/bin"), file("usr/bin/x", "")}}, []string{"1 usr/bin/su 4755"}},
		"parent implied":      {[][]entry{base, {file("usr/bin/x", "")}}, []string{"1 usr/bin/su 4755"}},
		"below it":            {[][]entry{{su}, {file("usr/bin/su/x", "")}}, []string{"1 usr/bin/su 4755"}},
		"twice in a layer":    {[][]entry{{su, with("usr/bin/su", 0o755, "")}}, []string{"1 usr/bin/su 4755"}},
		"names as they come":  {[][]entry{{with("./a", 0o4755, "")}, {with("/b/../c//d", 0o4755, "")}, {with(".//a", 0o755, "")}}, []string{"1 a 4755 hidden", "2 c/d 4755"}},

		"hard link":                   {[][]entry{{su, hardlink("usr/bin/x", "usr/bin/su", 0o4755)}}, []string{"1 usr/bin/su 4755", "1 usr/bin/x 4755"}},
		"hard link, absolute":         {[][]entry{{su, hardlink("x", "/usr/bin/su", 0o4755)}}, []string{"1 usr/bin/su 4755", "1 x 4755"}},
		"hard link without the bit":   {[][]entry{{su, hardlink("x", "usr/bin/su", 0o755)}}, []string{"1 usr/bin/su 4755", "1 x 4755"}},
		"hard link gives the bit":     {[][]entry{{file("a", "x"), hardlink("b", "a", 0o4755)}}, []string{"1 a 4755", "1 b 4755"}},
		"hard link gives another bit": {[][]entry{{with("a", 0o2755, "x"), hardlink("b", "a", 0o4755)}}, []string{"1 a 2755", "1 b 2755", "1 b 4755"}},
		"hard link of a hard link":    {[][]entry{{su, hardlink("x", "usr/bin/su", 0o755), hardlink("y", "x", 0o755)}}, []string{"1 usr/bin/su 4755", "1 x 4755", "1 y 4755"}},
		"hard link to a lower layer":  {[][]entry{base, {hardlink("x", "usr/bin/su", 0o755)}, {file("usr/bin/.wh.su", "")}}, []string{"1 usr/bin/su 4755 hidden", "2 x 4755"}},
		"hard link to a link below":   {[][]entry{base, {hardlink("x", "usr/bin/su", 0o755)}, {hardlink("y", "x", 0o755)}}, []string{"1 usr/bin/su 4755", "2 x 4755", "3 y 4755"}},
		"hard link of a plain file":   {[][]entry{{file("a", "x"), hardlink("b", "a", 0o755)}}, []string{}},
		"hard link of AUFS":           {[][]entry{{with(".wh..wh.plnk/1.2", 0o4755, "x"), hardlink("b", ".wh..wh.plnk/1.2", 0o755)}}, []string{"1 .wh..wh.plnk/1.2 4755", "1 b 4755"}},

		// Engines do not agree on these, so nothing counts as hidden.
		"written through a link below": {[][]entry{{symlink("bin", "usr/bin")}, {with("bin/x", 0o4755, "")}, {symlink("bin", "usr/bin")}}, []string{"2 bin/x 4755"}},
		"written through its own link": {[][]entry{{symlink("l", "d"), with("l/x", 0o4755, "")}, {symlink("l", "d")}}, []string{"1 l/x 4755"}},
		"a link comes after":           {[][]entry{{with("l/x", 0o4755, ""), symlink("l", "d")}, {symlink("l", "d")}}, []string{"1 l/x 4755"}},
		"a directory comes before":     {[][]entry{{dir("l"), dir("l/m"), symlink("l", "d"), with("l/m/x", 0o4755, "")}, {symlink("l", "d")}}, []string{"1 l/m/x 4755"}},
		"through a hard link's link":   {[][]entry{{symlink("l", "d"), hardlink("k", "l", 0o777)}, {with("k/x", 0o4755, "")}, {file(".wh.k", "")}}, []string{"2 k/x 4755"}},
		"a directory replaces a link":  {[][]entry{{symlink("bin", "usr/bin")}, {dir("bin"), with("bin/x", 0o4755, "")}, {file("bin/.wh.x", "")}}, []string{"2 bin/x 4755 hidden"}},
	}
	for name, tt := range tests {
		if got := setUIDRows(Merge(image(t, Options{}, tt.layers...), "")); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, tt.want)
		}
	}
}

func TestSetUIDRow(t *testing.T) {
	e := with("usr/bin/x", 0o4711, "content")
	e.Uid, e.Gid = 7, 1<<21
	sum := sha256.Sum256([]byte("content"))
	want := []cis.SetUIDFile{
		{At: at(0, "usr/bin/x"), Mode: "4711", UID: 7, GID: 1 << 21, Size: 7, SHA256: hex.EncodeToString(sum[:])},
		{At: at(0, "y"), Mode: "4711", UID: 7, GID: 1 << 21, Size: 7, SHA256: hex.EncodeToString(sum[:])},
	}
	link := hardlink("y", "usr/bin/x", 0o4711)
	link.Uid, link.Gid = 7, 1<<21
	if got := Merge(image(t, Options{}, []entry{e, link}), "").SetUID; !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
