package packages

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// dpkgField is one of the fields of a stanza that are read.
type dpkgField int

const (
	dpkgOther dpkgField = iota - 1
	dpkgName
	dpkgStatus
	dpkgVersion
	dpkgArch
	dpkgSize
	dpkgFields
)

func dpkgFieldOf(name []byte) dpkgField {
	// dpkg takes any case.
	switch strings.ToLower(string(name)) {
	case "package":
		return dpkgName
	case "status":
		return dpkgStatus
	case "version":
		return dpkgVersion
	case "architecture":
		return dpkgArch
	case "installed-size":
		return dpkgSize
	}
	return dpkgOther
}

// dpkgReader reads dpkg's status file, or one stanza out of status.d.
type dpkgReader struct {
	inventory
	value [dpkgFields]string
	seen  [dpkgFields]bool
	// field is the one that a continuation line would continue.
	field dpkgField
	begun bool
}

func parseDpkg(content []byte) ([]Package, error) {
	var r dpkgReader
	if err := readStanzas(content, &r); err != nil {
		return nil, err
	}
	return r.list, nil
}

func (r *dpkgReader) line(text []byte) error {
	if text[0] == ' ' || text[0] == '\t' {
		return r.continuation(text)
	}
	name, value, ok := bytes.Cut(text, []byte(":"))
	if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t") {
		// What it is may be anything, and a secret too.
		return fmt.Errorf("%d bytes that are no field", len(text))
	}
	r.begun, r.field = true, dpkgOther
	if len(name) <= len("Installed-Size") {
		r.field = dpkgFieldOf(name)
	}
	if r.field == dpkgOther {
		return nil
	}
	if r.seen[r.field] {
		return fmt.Errorf("field %q is there twice", name)
	}
	value = bytes.Trim(value, " \t")
	if len(value) > MaxWord {
		return fmt.Errorf("field %q has %d bytes, at most %d are read", name, len(value), MaxWord)
	}
	r.seen[r.field], r.value[r.field] = true, string(value)
	return nil
}

// continuation takes a line that belongs to the field before it. None of the
// fields that are read has a second line.
func (r *dpkgReader) continuation(text []byte) error {
	switch {
	case !r.begun:
		return errors.New("a continuation line without a field before it")
	case r.field != dpkgOther:
		return errors.New("a continuation line after a field that has but one")
	case len(bytes.Trim(text, " \t")) == 0:
		// dpkg refuses it; other readers see the end of the stanza.
		return errors.New("a line of blanks")
	}
	return nil
}

func (r *dpkgReader) end() error {
	value, stated := r.value, r.seen[dpkgStatus]
	r.value, r.seen, r.begun = [dpkgFields]string{}, [dpkgFields]bool{}, false
	if value[dpkgName] == "" {
		return errors.New("a stanza without a package")
	}
	// The files of status.d have no status: they are there for packages that
	// are installed.
	if stated {
		present, err := dpkgPresent(value[dpkgStatus])
		if err != nil || !present {
			return err
		}
	}
	size, err := dpkgBytes(value[dpkgSize])
	if err != nil {
		return fmt.Errorf("package %s: %w", excerpt(value[dpkgName]), err)
	}
	return r.add(Package{
		Manager: kindDpkg, Name: value[dpkgName], Version: value[dpkgVersion], Arch: value[dpkgArch], Bytes: size,
	})
}

// dpkgPresent says whether files of a package are in the image. That is so in
// every state but two; a package whose installation broke off is there too.
func dpkgPresent(status string) (bool, error) {
	words := strings.Fields(status)
	if len(words) == 3 {
		switch words[2] {
		case "installed", "half-installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending":
			return true, nil
		case "not-installed", "config-files":
			return false, nil
		}
	}
	return false, fmt.Errorf("%s is no status", excerpt(status))
}

// dpkgBytes reads an Installed-Size, which counts KiB.
func dpkgBytes(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n > math.MaxInt64>>10 {
		return 0, fmt.Errorf("%s is no size", excerpt(text))
	}
	return int64(n) << 10, nil
}
