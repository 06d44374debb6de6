package packages

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inventory collects packages that can be told apart once they are written as
// name=version/arch.
type inventory struct{ list []Package }

func (in *inventory) add(p Package) error {
	if len(in.list) == MaxPackages {
		return fmt.Errorf("more than %d packages", MaxPackages)
	}
	for _, w := range []struct{ what, text, banned string }{
		{"name", p.Name, "=/"}, {"version", p.Version, "/"}, {"architecture", p.Arch, "/"},
	} {
		if err := checkWord(w.what, w.text, w.banned); err != nil {
			return err
		}
	}
	switch {
	case p.Name == "":
		return fmt.Errorf("a package without a name")
	case p.Version == "":
		return fmt.Errorf("package %s has no version", excerpt(p.Name))
	case p.Bytes < 0:
		return fmt.Errorf("package %s has a negative size", excerpt(p.Name))
	}
	in.list = append(in.list, p)
	return nil
}

// checkWord refuses what no package manager writes and what would make two
// inventories look the same.
func checkWord(what, text, banned string) error {
	switch {
	case len(text) > MaxWord:
		return fmt.Errorf("a %s of %d bytes, at most %d are read", what, len(text), MaxWord)
	case !utf8.ValidString(text), strings.ContainsAny(text, banned), strings.ContainsFunc(text, odd):
		return fmt.Errorf("%s %s has a character that does not belong there", what, excerpt(text))
	}
	return nil
}

func odd(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
