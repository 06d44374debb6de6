package rpm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rpmdb "github.com/knqyf263/go-rpmdb/pkg"
	_ "modernc.org/sqlite"
)

// realDatabases are those of distributions that go-rpmdb keeps for its tests:
// CentOS 5 to 8, Fedora, SUSE, UBI on s390x (big-endian) and Mariner.
func realDatabases(t testing.TB) []string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/knqyf263/go-rpmdb").Output()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "pkg/testdata/*/*pm*"))
	packages, also := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "pkg/testdata/*/Packages*"))
	found = append(found, packages...)
	if err != nil || also != nil || len(found) < 10 {
		t.Fatalf("%d databases, %v, %v", len(found), err, also)
	}
	return found
}

func TestSameAsTheLibraryOnRealDatabases(t *testing.T) {
	for _, path := range realDatabases(t) {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := list(content)
			if err != nil {
				t.Fatal(err)
			}
			want := library(t, path)
			if !slices.Equal(got, want) {
				t.Errorf("%d packages, the library has %d", len(got), len(want))
			}
		})
	}
}

func list(content []byte) (found []string, err error) {
	err = Read(content, func(p Package) error {
		found = append(found, fmt.Sprint(p.Name, " ", p.Version, " ", p.Arch, " ", p.Size))
		return nil
	})
	slices.Sort(found)
	return found, err
}

func library(t *testing.T, path string) (found []string) {
	t.Helper()
	db, err := rpmdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := db.ListPackages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Name == "gpg-pubkey" {
			continue
		}
		version := p.Version + "-" + p.Release
		if p.EpochNum() != 0 {
			version = fmt.Sprint(p.EpochNum(), ":", version)
		}
		found = append(found, fmt.Sprint(p.Name, " ", version, " ", p.Arch, " ", p.Size))
	}
	slices.Sort(found)
	return found
}
