package packages

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestKind(t *testing.T) {
	for path, want := range map[string]string{
		"var/lib/dpkg/status":                   "dpkg",
		"var/lib/dpkg/status.d/base-files":      "dpkg",
		"var/lib/dpkg/status.d/libc6":           "dpkg",
		"var/lib/dpkg/status.d/libc6.md5sums":   "",
		"var/lib/dpkg/status.d/":                "",
		"var/lib/dpkg/status.d/a/b":             "",
		"var/lib/dpkg/status-old":               "",
		"var/lib/dpkg/available":                "",
		"/var/lib/dpkg/status":                  "",
		"opt/var/lib/dpkg/status":               "",
		"lib/apk/db/installed":                  "apk",
		"usr/lib/apk/db/installed":              "apk",
		"lib/apk/db/scripts.tar":                "",
		"var/lib/rpm/Packages":                  "rpm",
		"var/lib/rpm/Packages.db":               "rpm",
		"var/lib/rpm/rpmdb.sqlite":              "rpm",
		"var/lib/rpm/rpmdb.sqlite-wal":          "rpm-wal",
		"var/lib/rpm/rpmdb.sqlite-shm":          "",
		"var/lib/rpm/Index.db":                  "",
		"usr/lib/sysimage/rpm/rpmdb.sqlite":     "rpm",
		"usr/lib/sysimage/rpm/Packages.db":      "rpm",
		"usr/share/rpm/rpmdb.sqlite":            "rpm",
		"usr/lib/sysimage/rpm/rpmdb.sqlite-wal": "rpm-wal",
		"usr/lib/sysimage/other/rpmdb.sqlite":   "",
		"":                                      "",
	} {
		if got := Kind(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

// show is a list as text: manager, name=version/arch and bytes.
func show(list []Package) []string {
	var lines []string
	for _, p := range list {
		lines = append(lines, fmt.Sprintf("%s %s=%s/%s %d", p.Manager, p.Name, p.Version, p.Arch, p.Bytes))
	}
	return lines
}

type parseTest struct {
	name, text string
	want       []string
}

func check(t *testing.T, kind string, tests []parseTest) {
	t.Helper()
	for _, tt := range tests {
		for _, text := range []string{tt.text, strings.ReplaceAll(tt.text, "\n", "\r\n"), strings.TrimRight(tt.text, "\n"), tt.text + "\n\n\n"} {
			list, err := Parse(kind, []byte(text))
			if got := show(list); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q\n got %q, %v\nwant %q", tt.name, text, got, err, tt.want)
			}
		}
	}
}

// refuse wants an error and no packages, with an entry that is fine before and
// one behind.
func refuse(t *testing.T, kind, fine string, tests map[string]string) {
	t.Helper()
	for name, text := range tests {
		for _, doc := range []string{text, fine + "\n" + text + "\n\n" + fine} {
			if list, err := Parse(kind, []byte(doc)); err == nil || list != nil {
				t.Errorf("%s: accepted %q: %q", name, doc, show(list))
			} else if len(err.Error()) > 300 {
				t.Errorf("%s: a long error: %v", name, err)
			}
		}
	}
}

func TestDpkg(t *testing.T) {
	const stanza = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nInstalled-Size: 7164\nVersion: 5.2.15-2+b7\n"
	check(t, "dpkg", []parseTest{
		{"none", "", nil},
		{"one", stanza, []string{"dpkg bash=5.2.15-2+b7/amd64 7335936"}},
		{"two architectures", stanza + "\n\n" + strings.ReplaceAll(stanza, "amd64", "i386"),
			[]string{"dpkg bash=5.2.15-2+b7/amd64 7335936", "dpkg bash=5.2.15-2+b7/i386 7335936"}},
		{"lines that go on", "Package: a\nStatus: install ok installed\nConffiles:\n /etc/a 0123\n\t/etc/b 4567\nDescription: x\n .\n Package: b\nVersion: 1:2~rc1\n",
			[]string{"dpkg a=1:2~rc1/ 0"}},
		{"any case", "package:a\nSTATUS:\tinstall  ok installed \nversion:   1 \n", []string{"dpkg a=1/ 0"}},
		{"not there", "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: b\nStatus: unknown ok not-installed\n\n" + stanza,
			[]string{"dpkg bash=5.2.15-2+b7/amd64 7335936"}},
		{"chosen for removal but there", "Package: a\nStatus: deinstall ok installed\nVersion: 1\n", []string{"dpkg a=1/ 0"}},
		{"broken off", "Package: a\nStatus: install reinstreq half-installed\nVersion: 1\n\nPackage: b\nStatus: install ok unpacked\nVersion: 1\n\n" +
			"Package: c\nStatus: install ok half-configured\nVersion: 1\n\nPackage: d\nStatus: install ok triggers-pending\nVersion: 1\n\n" +
			"Package: e\nStatus: install ok triggers-awaited\nVersion: 1\n",
			[]string{"dpkg a=1/ 0", "dpkg b=1/ 0", "dpkg c=1/ 0", "dpkg d=1/ 0", "dpkg e=1/ 0"}},
		{"status.d has no status", "Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n", []string{"dpkg tzdata=2024a-0+deb12u1/all 0"}},
		{"a huge field", "Package: a\nVersion: 1\nDescription: " + strings.Repeat("x", 1<<20) + "\n " + strings.Repeat("y", 1<<20) + "\n", []string{"dpkg a=1/ 0"}},
	})
}

func TestDpkgRefuses(t *testing.T) {
	refuse(t, "dpkg", "Package: fine\nStatus: install ok installed\nVersion: 1\n", map[string]string{
		"no package":           "Status: install ok installed\nVersion: 1",
		"empty package":        "Package:\nVersion: 1",
		"no version":           "Package: a\nStatus: install ok installed",
		"no field":             "Package: a\nVersion 1",
		"no name of a field":   ": a",
		"field with a blank":   "Package : a\nVersion: 1",
		"signed":               "-----BEGIN PGP SIGNED MESSAGE-----\nPackage: a\nVersion: 1",
		"two packages":         "Package: a\nVersion: 1\nPackage: b",
		"two statuses":         "Package: a\nVersion: 1\nStatus: install ok not-installed\nstatus: install ok installed",
		"two lines of version": "Package: a\nVersion: 1\n 2",
		"two lines of package": "Package:\n a\nVersion: 1",
		"line of blanks":       "Package: a\nVersion: 1\nDescription: x\n \t\n",
		"goes on from nothing": " a\nPackage: a\nVersion: 1",
		"status of two words":  "Package: a\nVersion: 1\nStatus: install installed",
		"unknown status":       "Package: a\nVersion: 1\nStatus: install ok uninstalled",
		"status in capitals":   "Package: a\nVersion: 1\nStatus: install ok Not-Installed",
		"empty status":         "Package: a\nVersion: 1\nStatus:",
		"size":                 "Package: a\nVersion: 1\nInstalled-Size: 1.5",
		"size below zero":      "Package: a\nVersion: 1\nInstalled-Size: -1",
		"size that wraps":      "Package: a\nVersion: 1\nInstalled-Size: 9223372036854775807",
		"name of two words":    "Package: a b\nVersion: 1",
		"name with a NUL":      "Package: a\x00b\nVersion: 1",
		"name with an escape":  "Package: a\x1b[2Kb\nVersion: 1",
		"name not UTF-8":       "Package: a\xff\nVersion: 1",
		"name like a line":     "Package: a=1\nVersion: 1",
		"version like a line":  "Package: a\nVersion: 1/amd64",
		"hidden mark":          "Package: a\u202eb\nVersion: 1",
		"a long name":          "Package: " + strings.Repeat("a", MaxWord+1) + "\nVersion: 1",
		"a long status":        "Package: a\nVersion: 1\nStatus: " + strings.Repeat("x", 900),
		"a long odd name":      "Package: " + strings.Repeat("=", 900) + "\nVersion: 1",
		"a long line":          strings.Repeat("a", 1<<20),
	})
}

func TestApk(t *testing.T) {
	const entry = "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:383459\nI:622592\nT:the musl c library (libc) implementation\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\n"
	check(t, "apk", []parseTest{
		{"none", "", nil},
		{"one", entry, []string{"apk musl=1.2.5-r0/x86_64 622592"}},
		{"files with any letters", "P:a\nV:1\nF:etc\nR:x: P:y\nM:0:0:1777\nr:\n", []string{"apk a=1/ 0"}},
		{"virtual", entry + "\nP:.build-deps\nV:20240101.000000\nA:noarch\nI:0\n",
			[]string{"apk musl=1.2.5-r0/x86_64 622592", "apk .build-deps=20240101.000000/noarch 0"}},
		{"a huge field", "P:a\nV:1\nD:" + strings.Repeat("so:x ", 1<<18) + "\n", []string{"apk a=1/ 0"}},
	})
}

func TestApkRefuses(t *testing.T) {
	refuse(t, "apk", "P:fine\nV:1\n", map[string]string{
		"no package":          "V:1\nA:x86_64",
		"empty package":       "P:\nV:1",
		"no version":          "P:a",
		"no field":            "P:a\nV:1\nxyz",
		"one letter":          "P",
		"two packages":        "P:a\nV:1\nP:b",
		"two versions":        "P:a\nV:1\nV:2",
		"empty package first": "P:\nP:a\nV:1",
		"size":                "P:a\nV:1\nI:x",
		"size below zero":     "P:a\nV:1\nI:-1",
		"size that wraps":     "P:a\nV:1\nI:9223372036854775808",
		"name like a line":    "P:a=1\nV:1",
		"a blank before":      " P:a\nV:1",
		"a long name":         "P:" + strings.Repeat("a", MaxWord+1) + "\nV:1",
		"a long size":         "P:a\nV:1\nI:" + strings.Repeat("x", 900),
		"version 3 format":    "ADB.pckg\x00\x01",
	})
}

func TestRPMLog(t *testing.T) {
	if list, err := Parse("rpm-wal", nil); err != nil || list != nil {
		t.Errorf("empty: %v, %v", list, err)
	}
	if _, err := Parse("rpm-wal", []byte("\x37\x7f\x06\x82")); err == nil {
		t.Error("accepted a log that may hold packages")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, kind := range []string{"", "deb", "rpm"} {
		if list, err := Parse(kind, nil); err == nil || list != nil {
			t.Errorf("%q: accepted", kind)
		}
	}
	if _, err := Parse("dpkg", make([]byte, MaxDatabase+1)); err == nil || !strings.Contains(err.Error(), "at most 268435456") {
		t.Errorf("too large: %v", err)
	}
}

// A small file must not become a large list.
func TestTooManyPackages(t *testing.T) {
	entry := []byte("P:a\nV:1\n\n")
	if list, err := Parse("apk", bytes.Repeat(entry, MaxPackages)); err != nil || len(list) != MaxPackages {
		t.Errorf("%d, %v", len(list), err)
	}
	if list, err := Parse("apk", bytes.Repeat(entry, MaxPackages+1)); err == nil || list != nil {
		t.Errorf("%d", len(list))
	}
}

func fuzz(f *testing.F, kind string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		list, err := Parse(kind, content)
		if err != nil && list != nil {
			t.Fatal("packages with an error")
		}
		for _, p := range list {
			line := p.Name + "=" + p.Version + "/" + p.Arch
			if p.Name == "" || p.Version == "" || p.Bytes < 0 || strings.ContainsAny(line, " \n\r\t") ||
				strings.Count(line, "/") != 1 || strings.IndexByte(line, '=') != len(p.Name) {
				t.Fatalf("%q", line)
			}
		}
	})
}

func FuzzDpkg(f *testing.F) {
	fuzz(f, "dpkg", "Package: a\nStatus: install ok installed\nVersion: 1\nInstalled-Size: 3\nConffiles:\n /etc/a 1\n\n", "Package: a\r\n\r\n", " a")
}

func FuzzApk(f *testing.F) {
	fuzz(f, "apk", "C:Q1\nP:a\nV:1\nA:x\nI:3\nF:etc\nR:p\n\n", "P:a\r\n\r\n", "P")
}

// A file in the place of a database may be anything.
func TestErrorsDoNotQuoteWhatIsNoField(t *testing.T) {
	token := "ghp_" + strings.Repeat("aB3", 12)
	for _, kind := range []string{kindDpkg, kindApk} {
		if _, err := Parse(kind, []byte(token+"\n")); err == nil || strings.Contains(err.Error(), token[:12]) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
