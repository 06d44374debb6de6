package switches

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/pratique-dev/pratique/attest/cis"
)

// rules are what File finds, doubtful ones with a question mark.
func rules(path string, content []byte) string {
	var out []string
	for _, s := range File(path, content) {
		rule := s.Rule
		if s.Doubtful {
			rule += "?"
		}
		out = append(out, rule)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Each vector's comment is the rules its files match, all of them the same.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := txtar.Parse(b)
		want := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(a.Comment)), "rules:"))
		for i, f := range a.Files {
			// A number behind a blank tells apart files of one path.
			path, _, _ := strings.Cut(f.Name, " ")
			if got := rules(path, f.Data); got != want || !Wants(path) {
				t.Errorf("%s, file %d %s: %q, want %q (wanted: %v)", file, i+1, f.Name, got, want, Wants(path))
			}
			crlf := []byte(strings.ReplaceAll(string(f.Data), "\n", "\r\n"))
			if got := rules(path, crlf); got != want {
				t.Errorf("%s, file %d %s with CRLF: %q, want %q", file, i+1, f.Name, got, want)
			}
		}
	}
}

func TestWants(t *testing.T) {
	for path, want := range map[string]bool{
		"etc/apt/apt.conf": true, "etc/apt/apt.conf.d/20x": true, "etc/apt/sources.list": true, "etc/apt/sources.list.d/x.list": true,
		"etc/apt/sources.list.d/x.sources": true, "etc/yum.conf": true, "etc/dnf/dnf.conf": true, "etc/yum.repos.d/x.repo": true, "etc/zypp/zypp.conf": true,
		"etc/zypp/repos.d/x.repo": true, "etc/pip.conf": true, "root/.pip/pip.conf": true, "home/x/.config/pip/pip.conf": true, "root/.npmrc": true, "app/.npmrc": true,
		"usr/local/etc/npmrc": true, "root/.yarnrc": true, "root/.curlrc": true, "root/.wgetrc": true, "etc/wgetrc": true, "root/.gitconfig": true, "etc/gitconfig": true,
		"root/.config/git/config": true, "root/.condarc": true, "etc/tdnf/tdnf.conf": true,
		"app/node_modules/x/.npmrc": false, "usr/share/doc/x/.curlrc": false, "etc/apt/sources.list.d/x.bak": false, "etc/apt/trusted.gpg": false, "etc/yum.repos.d/x": false,
		"config": false, ".git/config": false, "": false, "etc/apt": false, "opt/etc/yum.conf": false,
	} {
		if Wants(path) != want {
			t.Errorf("%q: %v", path, !want)
		}
	}
}

func TestPlaces(t *testing.T) {
	got := File("etc/yum.conf", []byte("[main]\ngpgcheck=0\ngpgcheck=0\nsslverify=0\n"))
	want := []cis.Switch{
		{At: cis.Place{Source: cis.SourceLayer, Path: "etc/yum.conf"}, Rule: "yum-gpgcheck-off", Command: "gpgcheck=0"},
		{At: cis.Place{Source: cis.SourceLayer, Path: "etc/yum.conf"}, Rule: "yum-sslverify-off", Command: "sslverify=0"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestOnlyTheBeginningOfALongFileIsRead(t *testing.T) {
	long := strings.Repeat("# x\n", MaxFile/4) + "gpgcheck=0\n"
	if got := rules("etc/yum.conf", []byte(long)); got != "" {
		t.Errorf("%q", got)
	}
}

// Nothing of a file is repeated: it can hold credentials.
func TestFilesAreNotRepeated(t *testing.T) {
	for path, content := range map[string]string{
		"etc/pip.conf": "trusted-host = hunter2", "root/.npmrc": "//x/:_authToken=hunter2\nstrict-ssl=false", "root/.curlrc": "user = hunter2\n-k",
		"etc/apt/sources.list": "deb [trusted=yes] https://me:hunter2@x ./",
	} {
		if got := fmt.Sprintf("%+v", File(path, []byte(content))); strings.Contains(got, "hunter2") || got == "[]" {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func FuzzSwitchFile(f *testing.F) {
	for _, path := range []string{"etc/apt/apt.conf", "etc/apt/sources.list", "etc/apt/sources.list.d/x.sources", "etc/yum.conf", "etc/zypp/zypp.conf", "root/.curlrc", "root/.gitconfig", "root/.yarnrc"} {
		f.Add(path, []byte("APT { Get { AllowUnauthenticated \"1\"; }; };\ndeb [trusted=yes] x\n[x]\ngpgcheck=0\n-kL\n[http \"x\"] sslVerify=0\n"))
		f.Add(path, []byte("/* \" { } [ ] ="))
	}
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		found := File(path, content)
		if len(found) > 0 && !Wants(path) {
			t.Error("found in a file that is not wanted")
		}
		seen := map[string]bool{}
		for _, s := range found {
			if seen[s.Rule] || s.Command == "" || s.At.Path != path {
				t.Errorf("%+v", s)
			}
			seen[s.Rule] = true
		}
	})
}
