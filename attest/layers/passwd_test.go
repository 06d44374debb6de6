package layers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

const accounts = `root:x:0:0:root:/root:/bin/sh
toor:x:0:0::/root:/bin/sh
app:x:10001:10002::/:
app:x:0:0:again:/:

  blank:x:7:8::/:  ` + "\r" + `
1000:x:0:0::/:
notanumber:x:abc:1::/:
short
short2:x
huge:x:99999999999999999999:1::/:
`

const groups = `root:x:0:
app:x:10002:
staff:x:50:app
`

// What an engine makes of config.User; tried with Docker Engine 20.10.
func TestPasswd(t *testing.T) {
	found := func(uid, gid int64) string { return fmt.Sprintf("%d:%d", uid, gid) }
	for user, want := range map[string]string{
		"":              found(0, 0),
		":":             found(0, 0),
		"0":             found(0, 0),
		"00":            found(0, 0),
		"+0":            found(0, 0),
		"root":          found(0, 0),
		"toor":          found(0, 0),
		":0":            found(0, 0),
		":10001":        found(0, 10001),
		"root:app":      found(0, 10002),
		"app":           found(10001, 10002),
		"app:":          found(10001, 10002),
		"app:root":      found(10001, 0),
		"app:staff":     found(10001, 50),
		"app:50":        found(10001, 50),
		"app:root:x":    found(10001, 0),
		"app:nobody":    found(10001, 10002) + " no group",
		"10001":         found(10001, 10002),
		"1000":          "none",
		"1000:staff":    "none",
		"blank":         found(7, 8),
		"notanumber":    found(0, 1),
		"short":         found(0, 0),
		"short2":        found(0, 0),
		"huge":          found(1<<63-1, 1),
		"0x0":           "none",
		" 0":            "none",
		"nobody":        "none",
		"App":           "none",
		"nobody:nobody": "none no group",
	} {
		fact := Merge(image(t, Options{}, []entry{file("etc/passwd", accounts), file("etc/group", groups)}), user).Passwd
		if fact == nil {
			t.Errorf("%q: nothing", user)
			continue
		}
		got := "none"
		if fact.Found {
			got = found(fact.UID, fact.GID)
		}
		if fact.GroupMissing {
			got += " no group"
		}
		name, _, _ := strings.Cut(user, ":")
		if got != want || fact.User != name || fact.Digest != string(verify.DigestOf([]byte(accounts))) {
			t.Errorf("%q: %q %+v, want %q", user, got, fact, want)
		}
	}
}

// Which file is /etc/passwd, and who wrote it.
func TestPasswdOfMergedImage(t *testing.T) {
	one, root := file("etc/passwd", "app:x:1:1::/:\n"), file("etc/passwd", "app:x:0:0::/:\n")
	moved := func(f entry, name string) entry { f.Name = name; return f }
	tests := map[string]struct {
		layers [][]entry
		want   string
	}{
		"none":               {[][]entry{{file("x", "")}}, "not found"},
		"no layers":          {nil, "not found"},
		"one":                {[][]entry{{one}}, "uid 1, layer 1"},
		"the last":           {[][]entry{{one}, {root}}, "uid 0, layer 2"},
		"deleted":            {[][]entry{{one}, {file("etc/.wh.passwd", "")}}, "not found"},
		"directory deleted":  {[][]entry{{one}, {file(".wh.etc", "")}}, "not found"},
		"directory opaque":   {[][]entry{{one}, {dir("etc"), file("etc/.wh..wh..opq", "")}}, "not found"},
		"opaque and new":     {[][]entry{{one}, {dir("etc"), file("etc/.wh..wh..opq", ""), root}}, "uid 0, layer 2"},
		"a directory":        {[][]entry{{dir("etc/passwd")}}, "not a regular file"},
		"etc is a file":      {[][]entry{{one}, {file("etc", "")}}, "not found"},
		"link":               {[][]entry{{symlink("etc/passwd", "../nix/store/passwd"), moved(root, "nix/store/passwd")}}, "uid 0, layer 1"},
		"absolute link":      {[][]entry{{symlink("etc/passwd", "/nix/store/passwd")}, {moved(one, "nix/store/passwd")}}, "uid 1, layer 2"},
		"link of links":      {[][]entry{{symlink("etc", "/a"), symlink("a", "b/c"), dir("b"), symlink("b/c", "./d"), moved(root, "b/d/passwd")}}, "uid 0, layer 1"},
		"link replaces etc":  {[][]entry{{dir("etc"), one}, {symlink("etc", "other"), moved(root, "other/passwd")}}, "uid 0, layer 2"},
		"link out":           {[][]entry{{symlink("etc/passwd", "../../../../x/passwd"), moved(root, "x/passwd")}}, "uid 0, layer 1"},
		"link to nothing":    {[][]entry{{symlink("etc/passwd", "/x")}}, "not found"},
		"link to another":    {[][]entry{{symlink("etc/passwd", "/users"), moved(one, "users")}}, "not kept"},
		"link to the root":   {[][]entry{{symlink("etc/passwd", "/")}}, "root directory"},
		"loop":               {[][]entry{{symlink("etc/passwd", "passwd")}}, "not followed"},
		"far loop":           {[][]entry{{symlink("etc", "a"), symlink("a", "etc")}}, "not followed"},
		"deep link":          {[][]entry{{symlink("etc/passwd", "/a/b/c/d/passwd"), symlink("a/b/c/d", "/e"), moved(one, "e/passwd")}}, "not followed"},
		"hard link":          {[][]entry{{moved(one, "x/passwd"), hardlink("etc/passwd", "x/passwd", 0o644)}}, "uid 1, layer 1"},
		"hard link, other":   {[][]entry{{moved(one, "users"), hardlink("etc/passwd", "users", 0o644)}}, "not kept"},
		"hard link, loop":    {[][]entry{{hardlink("etc/passwd", "etc/passwd", 0o644)}}, "another layer"},
		"too large":          {[][]entry{{file("etc/passwd", strings.Repeat("x", maxContent+1))}}, "larger than"},
		"twice":              {[][]entry{{root, one}}, "twice"},
		"written, deleted":   {[][]entry{{root, file("etc/.wh.passwd", "")}}, "written"},
		"file, then link":    {[][]entry{{one, symlink("etc/passwd", "x")}}, "written"},
		"long line":          {[][]entry{{file("etc/passwd", "x:"+strings.Repeat("y", maxLine)+"\napp:x:1:1::/:\n")}}, "not found"},
		"through a link":     {[][]entry{{one, symlink("e", "etc")}, {moved(root, "e/passwd")}}, "write through"},
		"through its parent": {[][]entry{{one, symlink("e", ".")}, {symlink("e/etc", "/other"), moved(root, "other/passwd")}}, "write through"},
	}
	for name, tt := range tests {
		f := Merge(image(t, Options{}, tt.layers...), "app")
		if got := sayPasswd(f); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func sayPasswd(f *cis.LayersFact) string {
	switch p := f.Passwd; {
	case p == nil && len(f.Unread) > 0 && f.Unread[0].Control == "4.1":
		return f.Unread[0].Why
	case p == nil:
		return "nothing said"
	case !p.Found:
		return "not found"
	default:
		return fmt.Sprintf("uid %d, layer %d", p.UID, p.Layer)
	}
}

// A number needs no file, so one that cannot be read is no gap.
func TestPasswdOfNumbersThatCannotBeRead(t *testing.T) {
	loop := image(t, Options{}, []entry{symlink("etc/passwd", "passwd")})
	if f := Merge(loop, "10001:10001"); f.Passwd != nil || len(f.Unread) > 0 {
		t.Errorf("%+v %+v", f.Passwd, f.Unread)
	}
	if f := Merge(loop, "app"); len(f.Unread) != 1 || f.Unread[0].At.Path != "etc/passwd" {
		t.Errorf("%+v", f.Unread)
	}
}
