package layers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

const status = "var/lib/dpkg/status"

// dpkg is a database of name=version pairs.
func dpkg(list ...string) string {
	var b strings.Builder
	for _, p := range list {
		name, version, _ := strings.Cut(p, "=")
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nInstalled-Size: 2\nArchitecture: amd64\nVersion: %s\n\n", name, version)
	}
	return b.String()
}

func sayPackages(f *cis.PackageFact) []string {
	if f == nil {
		return nil
	}
	out := []string{}
	for _, p := range f.List {
		out = append(out, fmt.Sprintf("%s=%s %d", p.Name, p.Version, p.Layer))
	}
	return out
}

func TestPackagesOfMergedImage(t *testing.T) {
	a, ab, ab2, b := file(status, dpkg("a=1")), file(status, dpkg("b=1", "a=1")), file(status, dpkg("a=1", "b=2")), file(status, dpkg("b=1"))
	apk := file("lib/apk/db/installed", "C:Q1\nP:musl\nV:1.2\nA:x86_64\nI:100\n\n")
	tests := map[string]struct {
		layers [][]entry
		want   []string
		unread string
	}{
		"none":              {[][]entry{{file("x", "")}}, nil, ""},
		"one":               {[][]entry{{ab}}, []string{"a=1 1", "b=1 1"}, ""},
		"added":             {[][]entry{{a}, {ab}}, []string{"a=1 1", "b=1 2"}, ""},
		"upgraded":          {[][]entry{{ab}, {ab2}}, []string{"a=1 1", "b=2 2"}, ""},
		"removed":           {[][]entry{{ab}, {a}}, []string{"a=1 1"}, ""},
		"removed and back":  {[][]entry{{ab}, {b}, {ab}}, []string{"a=1 3", "b=1 1"}, ""},
		"untouched between": {[][]entry{{a}, {file("x", "")}, {ab}}, []string{"a=1 1", "b=1 3"}, ""},
		"database deleted":  {[][]entry{{a}, {file("var/lib/dpkg/.wh.status", "")}}, nil, ""},
		"deleted and back":  {[][]entry{{a}, {file("var/lib/.wh.dpkg", "")}, {ab}}, []string{"a=1 3", "b=1 3"}, ""},
		"empty":             {[][]entry{{file(status, "")}}, []string{}, ""},
		"one file each": {[][]entry{{file("var/lib/dpkg/status.d/a", dpkg("a=1")), file("var/lib/dpkg/status.d/b", dpkg("b=1"))},
			{file("var/lib/dpkg/status.d/c", dpkg("c=1")), file("var/lib/dpkg/status.d/.wh.b", "")}}, []string{"a=1 1", "c=1 2"}, ""},
		"in two files":       {[][]entry{{a}, {file("var/lib/dpkg/status.d/a", dpkg("a=1"))}}, []string{"a=1 1"}, ""},
		"two managers":       {[][]entry{{a, apk}}, []string{"musl=1.2 1", "a=1 1"}, ""},
		"not a database":     {[][]entry{{a}, {file(status, "Package:\nVersion\n")}}, []string{}, "dpkg database"},
		"hidden, unreadable": {[][]entry{{file(status, "Package:\nVersion\n")}, {a}}, []string{"a=1 2"}, ""},
		"a link elsewhere":   {[][]entry{{symlink("var/lib/dpkg", "/opt"), file("opt/status", dpkg("a=1"))}}, nil, "by another name"},
		"a hard link":        {[][]entry{{apk, file("opt/status", dpkg("a=1")), hardlink(status, "opt/status", 0o644)}}, []string{"musl=1.2 1"}, "by another name"},
		"a link to one read": {[][]entry{{symlink("lib", "usr/lib"), apk.at("usr/lib/apk/db/installed")}}, []string{"musl=1.2 1"}, ""},
		"a loop":             {[][]entry{{symlink(status, "status")}}, nil, "not followed"},
		"doubtful":           {[][]entry{{symlink("lib", "usr/lib"), apk.at("usr/lib/apk/db/installed")}, {file("lib/apk/db/installed", "C:Q1\nP:nmap\nV:7\nA:x86_64\n\n")}}, []string{"musl=1.2 1", "nmap=7 2"}, ""},
	}
	for name, tt := range tests {
		f := Merge(image(t, Options{}, tt.layers...), "")
		if got := sayPackages(f.Packages); !slices.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		got := ""
		if len(f.Unread) > 0 {
			got = f.Unread[0].Control + ": " + f.Unread[0].Why
		}
		if tt.unread == "" && got != "" || tt.unread != "" && (!strings.HasPrefix(got, "4.3: ") || !strings.Contains(got, tt.unread)) {
			t.Errorf("%s: unread %q, want %q", name, got, tt.unread)
		}
	}
}

func (e entry) at(name string) entry {
	e.Name = name
	return e
}

func TestPackageDigest(t *testing.T) {
	f := Merge(image(t, Options{}, []entry{file(status, dpkg("b=2", "a=1"))}), "").Packages
	sum := sha256.Sum256([]byte("a=1/amd64\nb=2/amd64\n"))
	if f.Digest != "sha256:"+hex.EncodeToString(sum[:]) || f.Count != 2 || f.Bytes != 4096 {
		t.Errorf("%+v", f)
	}
}

func TestTraits(t *testing.T) {
	release := file("usr/lib/os-release", "NAME=x\nID=debian\nVERSION_ID=\"12\"\n")
	for name, tt := range map[string]struct {
		layers [][]entry
		want   cis.Traits
	}{
		"scratch":    {[][]entry{{file("app", "")}}, cis.Traits{Kind: cis.KindScratch}},
		"distroless": {[][]entry{{symlink("etc/os-release", "../usr/lib/os-release"), release}}, cis.Traits{Kind: cis.KindDistroless, Distribution: "debian 12"}},
		"only there": {[][]entry{{release}}, cis.Traits{Kind: cis.KindDistroless, Distribution: "debian 12"}},
		"database":   {[][]entry{{file(status, dpkg("a=1"))}}, cis.Traits{Kind: cis.KindDistroless}},
		"full": {[][]entry{{file("usr/bin/dpkg", ""), symlink("bin/sh", "busybox"), file("bin/busybox", ""), hardlink("bin/ash", "bin/busybox", 0o755), file("opt/bin/bash", "")}},
			cis.Traits{Kind: cis.KindFull, Shells: []string{"/bin/ash", "/bin/busybox", "/bin/sh"}, PackageManagers: []string{"/usr/bin/dpkg"}}},
		"only a manager": {[][]entry{{file("sbin/apk", "")}}, cis.Traits{Kind: cis.KindFull, PackageManagers: []string{"/sbin/apk"}}},
		"emptied":        {[][]entry{{file("bin/sh", ""), release}, {file(".wh.bin", ""), file(".wh.usr", "")}}, cis.Traits{Kind: cis.KindDistroless}},
		"control bytes":  {[][]entry{{file("etc/os-release", "ID=a\x1b[2J\nVERSION_ID="+strings.Repeat("1", 100))}}, cis.Traits{Kind: cis.KindDistroless, Distribution: `a\x1b[2J ` + strings.Repeat("1", 55)}},
	} {
		got := Merge(image(t, Options{}, tt.layers...), "").Traits
		if tt.want.Shells == nil {
			tt.want.Shells = []string{}
		}
		if tt.want.PackageManagers == nil {
			tt.want.PackageManagers = []string{}
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestNumbersOfTheImage(t *testing.T) {
	list := image(t, Options{Contents: true}, []entry{dir("a"), file("a/b", "x")}, []entry{file("c", "")})
	f := Merge(list, "")
	if f.Count != 2 || f.Entries != 3 || f.Size != list[0].Size+list[1].Size || f.Compressed != list[0].Compressed+list[1].Compressed || !f.Contents {
		t.Errorf("%+v", f)
	}
	if list[0].Size != int64(len(pack(t, dir("a"), file("a/b", "x")))) || list[0].Compressed == 0 || list[0].Compressed >= list[0].Size {
		t.Errorf("%+v", list[0])
	}
	if f := Merge(append(list, image(t, Options{}, []entry{})...), ""); f.Contents {
		t.Error("contents of a layer were not searched")
	}
}

// What is beyond the rows kept is counted, and what is hidden goes first.
func TestRowsBeyondThoseKept(t *testing.T) {
	var lower, upper []entry
	for i := range maxSetUIDRows {
		lower = append(lower, with(fmt.Sprintf("l%d", i), 0o4755, ""), file(fmt.Sprintf("m%d", i), ""))
		upper = append(upper, file(fmt.Sprintf(".wh.l%d", i), ""))
	}
	upper = append(upper, with("z", 0o4755, ""))
	f := Merge(image(t, Options{}, lower, upper), "")
	if n := len(f.SetUID); n != maxSetUIDRows || f.SetUID[n-1].Hidden || f.More["setuidHidden"] != 1 || f.More["setuid"] != 0 {
		t.Errorf("%d rows, %v", n, f.More)
	}
	var many []entry
	for i := range maxSpecial + 3 {
		many = append(many, with(fmt.Sprint(i), 0o2755, ""))
	}
	if f := Merge(image(t, Options{}, many), ""); len(f.SetUID) != maxSetUIDRows || f.More["setuid"] != maxSpecial+3-maxSetUIDRows {
		t.Errorf("%d rows, %v", len(f.SetUID), f.More)
	}
	many = nil
	for i := range maxHardLinks + 1 {
		many = append(many, hardlink(fmt.Sprintf("h%d", i), "x", 0o644))
	}
	if f := Merge(image(t, Options{}, many), ""); len(f.Unread) != 1 || f.Unread[0].Control != "4.8" {
		t.Errorf("%+v", f.Unread)
	}
}

// Merging takes time by what there is, not by its product.
func TestThreat84_DeepAndWideLayers(t *testing.T) {
	deep := strings.Repeat("d/", 1000)
	var lower []entry
	for i := range 500 {
		lower = append(lower, with(fmt.Sprintf("%sf%d", deep, i), 0o4755, ""))
	}
	layers := [][]entry{lower}
	for i := range 40 {
		layers = append(layers, []entry{file(fmt.Sprintf("%sg%d", deep, i), "")})
	}
	layers = append(layers, []entry{file(strings.Repeat("d/", 500)+".wh.d", "")})
	f := Merge(image(t, Options{}, layers...), "")
	if len(f.SetUID) != 500 || !f.SetUID[0].Hidden || !f.SetUID[499].Hidden {
		t.Errorf("%d rows", len(f.SetUID))
	}
}
