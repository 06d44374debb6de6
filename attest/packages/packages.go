// Package packages reads the package databases that distributions keep in
// their images: dpkg's and apk's text files, and rpm's database.
//
// An inventory is evidence, and a short one looks better than the truth. So a
// database is read whole or not at all: one entry that makes no sense is an
// error, and the inventory is then unknown. What a database does not mention
// (a binary copied in, a package of a language) is not in the inventory.
package packages

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/pratique-dev/pratique/attest/packages/rpm"
)

// Package is one installed package.
type Package struct {
	// Manager is dpkg, apk or rpm.
	Manager, Name, Version, Arch string
	// Bytes is the installed size the database names, 0 where it does not.
	Bytes int64
}

// Limits on one database.
const (
	// MaxDatabase is how large it may be, in bytes.
	MaxDatabase = 256 << 20
	// MaxPackages is how many packages it may list. A large distribution
	// offers some 70,000.
	MaxPackages = 100_000
	// MaxWord is how long a name, a version or an architecture may be, in
	// bytes.
	MaxWord = 1024
)

// What Kind returns.
const (
	kindDpkg = "dpkg"
	kindApk  = "apk"
	kindRPM  = "rpm"
	// kindRPMLog is the write-ahead log of an rpm database in SQLite's format.
	kindRPMLog = "rpm-wal"
)

// Kind says which reader a file of an image is for, by its path without a
// leading slash; "" means that it is no package database.
func Kind(file string) string {
	switch file {
	case "var/lib/dpkg/status":
		return kindDpkg
	case "lib/apk/db/installed", "usr/lib/apk/db/installed":
		return kindApk
	}
	dir, name := path.Split(file)
	switch dir {
	case "var/lib/dpkg/status.d/":
		// Images without a dpkg of their own have a file per package there,
		// and beside it one of its files' checksums.
		if name != "" && !strings.HasSuffix(name, ".md5sums") {
			return kindDpkg
		}
	case "var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/":
		return kindOfRPM(name)
	}
	return ""
}

func kindOfRPM(name string) string {
	switch name {
	case "Packages", "Packages.db", "rpmdb.sqlite":
		return kindRPM
	case "rpmdb.sqlite-wal":
		return kindRPMLog
	}
	return ""
}

// Parse reads a database of a kind that Kind returned. The order is the
// database's; a name may be there more than once, as when libraries are
// installed for two architectures or several kernels stay. A database that
// cannot be read to its end is an error and no packages.
//
// An rpm database in SQLite's format may have a write-ahead log beside it. rpm
// empties it when it is done; Parse refuses one that is not empty, because it
// may hold packages that the database does not.
func Parse(kind string, content []byte) ([]Package, error) {
	if len(content) > MaxDatabase {
		return nil, fmt.Errorf("a package database of %d bytes, at most %d are read", len(content), MaxDatabase)
	}
	list, err := parse(kind, content)
	if err != nil {
		return nil, fmt.Errorf("%s database: %w", strings.TrimSuffix(kind, "-wal"), err)
	}
	return list, nil
}

func parse(kind string, content []byte) ([]Package, error) {
	switch kind {
	case kindDpkg:
		return parseDpkg(content)
	case kindApk:
		return parseApk(content)
	case kindRPM:
		return parseRPM(content)
	case kindRPMLog:
		if len(content) != 0 {
			return nil, errors.New("its write-ahead log is not empty: packages may be in there only")
		}
		return nil, nil
	}
	return nil, fmt.Errorf("%q is no kind of package database", kind)
}

func parseRPM(content []byte) ([]Package, error) {
	var in inventory
	err := rpm.Read(content, func(p rpm.Package) error {
		return in.add(Package{Manager: kindRPM, Name: p.Name, Version: p.Version, Arch: p.Arch, Bytes: p.Size})
	})
	return in.list, err
}
