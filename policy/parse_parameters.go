package policy

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

// Bounds of parameters: counts, and what fits a uid.
const (
	maxSecretBound = 1000
	maxPackages    = 1_000_000
	maxID          = 1<<32 - 2 // the last value means "no id"
)

// parameters changes the default parameters by what is written.
func (c *compiler) parameters(s *parametersShape) cis.Parameters {
	p := cis.DefaultParameters()
	if s == nil {
		return p
	}
	if s.AllowedSecretNames != nil {
		p.AllowedSecretNames = nil
	}
	for _, name := range s.AllowedSecretNames {
		p.AllowedSecretNames = append(p.AllowedSecretNames, name.s)
	}
	c.count(s.MinSecretLength, maxSecretBound, &p.MinSecretLength)
	c.count(s.MinSecretEntropy, maxSecretBound, &p.MinSecretEntropy)
	c.count(s.MaxPackages, maxPackages, &p.MaxPackages)
	p.WarnRootGroup, p.ForbidShell, p.AcceptUnseen = s.WarnRootGroup.b, s.ForbidShell.b, s.AcceptUnseen.b
	p.AllowedBases = c.each(s.AllowedBases, allowedBase)
	p.DeniedPackages = c.each(s.DeniedPackages, packageName)
	for i := range s.AllowedSetuid {
		p.AllowedSetUID = append(p.AllowedSetUID, c.setuid(&s.AllowedSetuid[i]))
	}
	return p
}

// count reads a number from 1 on; what is not written stays as it is.
func (c *compiler) count(w *whole, limit int64, to *int) {
	switch {
	case w == nil:
	case w.n < 1 || w.n > limit:
		c.add(w.at, "", "want a number from 1 to %d", limit)
	default:
		*to = int(w.n)
	}
}

// each reads a list whose entries may each be written once.
func (c *compiler) each(list []text, read func(string) (string, error)) []string {
	var out []string
	for _, t := range list {
		if !t.set() {
			continue
		}
		one, err := read(t.s)
		switch {
		case err != nil:
			c.add(t.at, "", "%v", err)
		case slices.Contains(out, one):
			c.add(t.at, "", "%s is there twice", one)
		default:
			out = append(out, one)
		}
	}
	return out
}

// allowedBase reads a base to build on and gives it the one name it has in
// facts: short names of Docker Hub are written out.
func allowedBase(s string) (string, error) {
	name, star := s, ""
	for _, end := range []string{"/**", "/*"} {
		if before, ok := strings.CutSuffix(s, end); ok {
			name, star = before, end
			break
		}
	}
	switch {
	case strings.Contains(name, "*"):
		return "", fmt.Errorf("base %q: only the end may be open, as /* for one segment or /** for any number", s)
	case name == cis.Scratch:
		return "", fmt.Errorf("base %q: an image of nothing but its own files needs no entry", s)
	case star != "" && !strings.Contains(name, "/") && (strings.ContainsAny(name, ".:") || name == "localhost"):
		return hostBases(name, star)
	case star != "":
		// A namespace alone would be read as an official image.
		r, err := verify.ParseReference(name + "/x")
		if err != nil {
			return "", fmt.Errorf("base %q: %w", s, err)
		}
		return strings.TrimSuffix(r.Repo(), "/x") + star, nil
	}
	return oneBase(s)
}

// oneBase is a repository, or one image of it. A tag can be moved, so it says
// nothing of what was built on.
func oneBase(s string) (string, error) {
	r, err := verify.ParseReference(s)
	if err != nil {
		return "", fmt.Errorf("base %q: %w", s, err)
	}
	name, _, pinned := strings.Cut(s, "@")
	if strings.LastIndex(name, ":") > strings.LastIndex(name, "/") {
		return "", fmt.Errorf("base %q: a tag can be moved, and facts do not tell what it was; write %s, or %s@sha256:DIGEST", s, r.Repo(), r.Repo())
	}
	if pinned {
		return r.Repo() + "@" + string(r.Digest), nil
	}
	return r.Repo(), nil
}

// hostBases are all images of a registry.
func hostBases(host, star string) (string, error) {
	if err := checkHost(host); err != nil {
		return "", fmt.Errorf("base %q: %w", host+star, err)
	}
	if host == "docker.io" && star == "/*" {
		return "", fmt.Errorf("base %q matches no canonical name; did you mean %q?", host+star, "docker.io/library/*")
	}
	return host + star, nil
}

// packageName reads the exact name of a package.
func packageName(s string) (string, error) {
	if strings.ContainsAny(s, "=<>~* \t\r\n/") {
		return "", fmt.Errorf("package %q: want a name alone, as the package manager lists it, without version or pattern", s)
	}
	return s, nil
}

// setuid reads a file that may have its bits.
func (c *compiler) setuid(s *setuidShape) cis.SetUIDRule {
	r := cis.SetUIDRule{Path: s.Path.s, UID: c.id(s.UID), GID: c.id(s.GID), SHA256: s.SHA256.s}
	if s.Path.set() && (r.Path[0] != '/' || r.Path == "/" || path.Clean(r.Path) != r.Path) {
		c.add(s.Path.at, "write "+path.Clean("/"+r.Path), "%q is not the absolute path of a file, in its shortest form", r.Path)
	}
	if s.Mode.set() {
		bits, err := strconv.ParseUint(s.Mode.s, 8, 12)
		if err != nil {
			c.add(s.Mode.at, "", "%q is not a mode in octal, such as \"4755\"", s.Mode.s)
		}
		r.Mode = fmt.Sprintf("%04o", bits)
	}
	if s.SHA256.set() && (len(r.SHA256) != 64 || strings.Trim(r.SHA256, "0123456789abcdef") != "") {
		c.add(s.SHA256.at, "", "sha256 %q is not 64 lower-case hex digits", r.SHA256)
	}
	return r
}

// id reads a uid or gid.
func (c *compiler) id(w *whole) *int64 {
	if w == nil {
		return nil
	}
	if w.n < 0 || w.n > maxID {
		c.add(w.at, "", "want a number from 0 to %d", int64(maxID))
	}
	return &w.n
}
