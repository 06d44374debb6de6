package layers

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

// What is hidden with one engine and there with another is there.
func TestThreat85_HiddenBySomeEnginesOnly(t *testing.T) {
	su := with("usr/bin/su", 0o4755, "su")
	base := []entry{dir("usr"), dir("usr/bin"), su}
	device := func(name string) entry {
		return entry{Header: tar.Header{Name: name, Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3, Mode: 0o666}}
	}
	there := []string{"1 usr/bin/su 4755"}
	for name, tt := range map[string]struct {
		layers [][]entry
		want   []string
	}{
		"directory after its whiteout":  {[][]entry{base, {file(".wh.usr", ""), dir("usr")}}, there},
		"directory before its whiteout": {[][]entry{base, {dir("usr/bin"), file("usr/.wh.bin", "")}}, there},
		"whiteout of what is implied":   {[][]entry{base, {file("usr/bin/x", ""), file("usr/.wh.bin", "")}}, there},
		"whiteout, later a directory":   {[][]entry{base, {file(".wh.usr", "")}, {dir("usr")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"opaque root":                   {[][]entry{base, {file(".wh..wh..opq", "")}}, there},
		"opaque root of the lowest":     {[][]entry{append(base, file(".wh..wh..opq", "")), {file("usr/.wh.bin", "")}}, []string{"1 usr/bin/su 4755 hidden"}},
		"device":                        {[][]entry{base, {device("usr/bin/su")}}, there},
		"device for its directory":      {[][]entry{base, {device("usr")}}, there},
		"device and whiteout":           {[][]entry{base, {file("usr/.wh.bin", ""), device("usr/bin")}}, there},
		"hard link behind a link":       {[][]entry{{dir("usr"), su, symlink("bin", "usr/bin"), hardlink("x", "bin/su", 0o644)}, {file("usr/bin/.wh.su", "")}}, there},
		"and a link in a lower layer":   {[][]entry{{dir("usr"), su, symlink("bin", "usr/bin")}, {hardlink("x", "bin/su", 0o644), dir("bin")}, {file("usr/bin/.wh.su", "")}}, there},
	} {
		if got := setUIDRows(Merge(image(t, Options{}, tt.layers...), "")); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// A hard link before its target is one to a lower layer's file.
func TestThreat85_PasswdLinkedBeforeItsTarget(t *testing.T) {
	f := Merge(image(t, Options{}, []entry{file("x/passwd", "app:x:0:0::/:\n")},
		[]entry{hardlink("etc/passwd", "x/passwd", 0o644), file("x/passwd", "app:x:1:1::/:\n")}), "app")
	if got := sayPasswd(f); !strings.Contains(got, "another layer") {
		t.Error(got)
	}
}

// containerd removes what has the name of a global header, and what was below
// shows again.
func TestThreat85_GlobalHeaders(t *testing.T) {
	global := func(name string) []byte {
		records := pax("comment", "x")
		b := append(rawHeader(name, 'g', 0, int64(len(records))), records...)
		return append(b, make([]byte, 512-len(records))...)
	}
	body := bytes.TrimRight(pack(t, dir("usr"), file("usr/bin/su", "")), "\x00")
	body = append(body, make([]byte, 512-len(body)%512)...)
	scan := func(parts ...[]byte) error {
		_, err := scanBytes(append(bytes.Join(parts, nil), make([]byte, 1024)...))
		return err
	}
	if err := scan(global("pax_global_header"), body, global("tmp/GlobalHead.1"), global("")); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"usr/bin/su", "./usr//bin/su", "usr", "usr/bin", "usr/bin/.wh.su"} {
		refused(t, name, scan(body, global(name)), "global header")
		refused(t, name, scan(global(name), body), "global header")
	}
	var many [][]byte
	for i := range maxGlobals + 1 {
		many = append(many, global(fmt.Sprint(i)))
	}
	refused(t, "many", scan(many...), "global header")
}

// Problems with files that are gone leave room for those that are not.
func TestThreat85_UnreadBehindOthers(t *testing.T) {
	var lower, upper []entry
	for i := range maxProblems {
		lower = append(lower, file(fmt.Sprintf("a%d/.npmrc", i), strings.Repeat("#", maxContent+1)))
		upper = append(upper, file(fmt.Sprintf(".wh.a%d", i), ""))
	}
	lower = append(lower, file("root/.npmrc", strings.Repeat("#", maxContent+1)))
	f := Merge(image(t, Options{}, lower, upper), "")
	if len(f.Unread) != 1 || f.Unread[0].Control != "4.11" {
		t.Errorf("gone: %+v", f.Unread)
	}
	lower = []entry{file("root/.npmrc", strings.Repeat("#", maxContent+1))}
	for i := range maxUnreadRows {
		lower = append(lower, file(fmt.Sprintf("var/lib/dpkg/status.d/%d", i), "x"))
	}
	f = Merge(image(t, Options{}, lower), "")
	if n := len(f.Unread); n != maxUnreadRows+1 || f.Unread[n-1].Control != "4.11" {
		t.Errorf("another control's: %d rows", n)
	}
}

// What is held of a layer counts by its bytes, from the cache too.
func TestThreat84_WhatIsHeld(t *testing.T) {
	c, _ := cacheIn(t, 1<<20)
	for name, tt := range map[string]struct {
		e    entry
		want int
	}{
		"packages": {file("var/lib/dpkg/status", dpkg("a=1", strings.Repeat("b", 1000)+"=1")), 1 + 3 + 2 + 3},
		"content":  {file("etc/passwd", strings.Repeat("x", 1024)), 1 + 1 + 4},
		"target":   {symlink("l", strings.Repeat("x", 1024)), 1 + 4},
	} {
		plain := pack(t, tt.e)
		for range 2 {
			s := newShared(Options{Cache: c})
			if _, err := s.layer(context.Background(), blob(plain, plain)); err != nil || s.spent.Load() != int64(tt.want) {
				t.Errorf("%s: %d, want %d: %v", name, s.spent.Load(), tt.want, err)
			}
		}
	}
	s := newShared(Options{})
	s.spent.Store(maxEntries - 6)
	plain := pack(t, file("var/lib/dpkg/status", dpkg("a=1", "b=1", "c=1")))
	_, err := s.layer(context.Background(), blob(plain, plain))
	refused(t, "packages", err, "more than 1000000")
}

func TestThreat84_LayersOfAnArchiveFitOneImage(t *testing.T) {
	deep := image(t, Options{}, []entry{file("a/b/c", "")})[0]
	half := &Layer{facts: facts{Spent: maxEntries/2 + 1}}
	if deep.Cost() != 3 {
		t.Errorf("cost %d", deep.Cost())
	}
	if err := Fits([]*Layer{half, half, deep}); err != nil {
		t.Errorf("a layer that comes twice: %v", err)
	}
	refused(t, "two", Fits([]*Layer{half, {facts: half.facts}}), "more than 1000000")
}

func TestThreat84_DatabasesOfAllLayers(t *testing.T) {
	var lower, upper []entry
	for i := range maxDatabases/2 + 1 {
		lower = append(lower, file(fmt.Sprintf("var/lib/dpkg/status.d/a%d", i), dpkg("a=1")))
		upper = append(upper, file(fmt.Sprintf("var/lib/dpkg/status.d/b%d", i), dpkg("b=1")))
	}
	f := Merge(image(t, Options{}, lower, upper), "")
	if f.Packages != nil || len(f.Unread) != 1 || f.Unread[0].Control != "4.3" {
		t.Errorf("%+v %+v", f.Packages, f.Unread)
	}
}

// A path that many layers do not have costs nothing for each of them.
func TestThreat84_ManyDirectoriesUnderManyLayers(t *testing.T) {
	lowest := scanned(t, func(w *walker) error {
		for i := range 1024 {
			p := strings.Repeat(fmt.Sprintf("d%d/", i), 100) + "f"
			w.special(special{Path: p, Mode: 0o4755})
			if err := w.note(p, isFile); err != nil {
				return err
			}
		}
		return nil
	})
	list := []*Layer{lowest}
	for j := range MaxLayers - 1 {
		list = append(list, scanned(t, func(w *walker) error {
			for i := range 200 {
				if err := w.note(fmt.Sprintf("x%d-%d", j, i), isFile); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	list[MaxLayers-1] = image(t, Options{}, []entry{file("d7/.wh.d7", "")})[0]
	f := Merge(list, "")
	hidden := slices.IndexFunc(f.SetUID, func(s cis.SetUIDFile) bool { return strings.HasPrefix(s.At.Path, "d7/") })
	if f.More["setuid"]+len(f.SetUID) != 1024 || !f.SetUID[hidden].Hidden {
		t.Errorf("%d rows, %v", len(f.SetUID), f.More)
	}
}

// scanned is a layer as a walk that was noted would leave it.
func scanned(t *testing.T, walk func(*walker) error) *Layer {
	t.Helper()
	w := newWalker(newShared(Options{}), stream{})
	if err := walk(w); err != nil {
		t.Fatal(err)
	}
	l, err := w.layer(&Layer{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}
