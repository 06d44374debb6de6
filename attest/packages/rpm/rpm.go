// Package rpm reads rpm's package database in each of the three formats there
// have been: Berkeley DB (a hash file called Packages), ndb (Packages.db) and
// SQLite (rpmdb.sqlite). All of them are tables of headers, and a header is a
// list of tags.
//
// The databases of an image are foreign bytes, and the libraries at hand trust
// theirs: they follow a page that points to itself for ever, take lengths for
// true, index pages unchecked in a goroutine whose panic nobody can catch, and
// leave out what they cannot read. This package reads the few structures that
// lead to the headers itself, from memory and for reading only: every offset
// is checked, no page is used twice, and one that makes no sense is an error.
// What it knows of the formats comes from their documents, and its tests
// compare it with such a library on databases of distributions.
package rpm

import (
	"bytes"
	"errors"
	"fmt"
)

// Package is one installed package.
type Package struct {
	Name string
	// Version is epoch:version-release; an epoch of 0 is left out, as rpm
	// takes one that is missing for 0.
	Version string
	// Arch is "" where the header has none.
	Arch string
	// Size is the installed size in bytes.
	Size int64
}

// Read calls each for every package of a database, in the order of the
// database, and stops at the first error. Public keys, which rpm keeps among
// its packages, are left out. Nothing of content is kept.
func Read(content []byte, each func(Package) error) error {
	read, err := format(content)
	if err != nil {
		return err
	}
	left := len(content)
	return read(content, func(header []byte) error {
		// Headers that share bytes could make little content into much work.
		if left -= len(header); left < 0 {
			return errors.New("its entries overlap")
		}
		p, err := parseHeader(header)
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		if p.Name == "gpg-pubkey" && p.Arch == "" {
			return nil
		}
		return each(p)
	})
}

// reader hands the headers in a database to each.
type reader func(content []byte, each func(header []byte) error) error

// format goes by the content: rpm has changed formats under one name.
func format(content []byte) (reader, error) {
	switch {
	case bytes.HasPrefix(content, []byte(sqliteMagic)):
		return readSQLite, nil
	case bytes.HasPrefix(content, []byte(ndbMagic)):
		return readNDB, nil
	case bdbOrder(content) != nil:
		return readBDB, nil
	}
	return nil, errors.New("neither SQLite nor ndb nor a Berkeley DB hash")
}
