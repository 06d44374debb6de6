package verify

import (
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
)

// Reference is what a user may name: a canonical repository with a tag, a
// digest, or both.
type Reference struct {
	// Asked is the text as written.
	Asked string
	// Host is the registry host with its port; docker.io for Docker Hub.
	Host string
	// Path is the repository inside the registry (library/nginx).
	Path string
	// Tag is "" if only a digest was given, "latest" if neither was.
	Tag string
	// Digest is "" unless one was given.
	Digest Digest
}

// Repo is the canonical host/path.
func (r Reference) Repo() string { return r.Host + "/" + r.Path }

// String is the canonical spelling, with the tag and the digest there are.
func (r Reference) String() string {
	s := r.Repo()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + string(r.Digest)
	}
	return s
}

// maxReference is the length of the longest possible reference, in bytes: a
// host of 253 with a port, a path of 255, a tag of 128 and a digest.
const maxReference = 720

// ParseReference reads a reference strictly: one image has one spelling, apart
// from Docker Hub's short forms, all of which become docker.io (threats 20-23,
// 130). An error says what to write instead.
func ParseReference(s string) (Reference, error) {
	r, err := parseReference(s)
	if err == nil && looksLikeID(s) {
		err = fmt.Errorf("could be an image id; for a repository on Docker Hub write docker.io/library/%s", s)
	}
	if err != nil {
		return Reference{}, fmt.Errorf("reference %s: %w", shown(s), err)
	}
	if r.Tag == "" && r.Digest == "" {
		r.Tag = "latest"
	}
	return r, nil
}

// ParseRepository reads a repository name as signed payloads carry it, with
// neither tag nor digest, and returns its canonical host and path. It knows
// Docker Hub's aliases as [ParseReference] does.
func ParseRepository(s string) (host, path string, err error) {
	r, err := parseReference(s)
	if err == nil && (r.Tag != "" || r.Digest != "") {
		err = errors.New("want a repository, without a tag or a digest")
	}
	if err != nil {
		return "", "", fmt.Errorf("repository %s: %w", shown(s), err)
	}
	return r.Host, r.Path, nil
}

// parseReference leaves the tag empty where none is written.
func parseReference(s string) (Reference, error) {
	if err := checkText(s); err != nil {
		return Reference{}, err
	}
	named, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return Reference{}, explain(s)
	}
	r := Reference{Asked: s, Host: reference.Domain(named), Path: reference.Path(named)}
	if t, ok := named.(reference.Tagged); ok {
		r.Tag = t.Tag()
	}
	if d, ok := named.(reference.Digested); ok {
		if r.Digest, err = ParseDigest(string(d.Digest())); err != nil {
			return Reference{}, err
		}
	}
	if err := checkHost(r.Host); err != nil {
		return Reference{}, err
	}
	// The grammar is not ours: whatever it may leave out or rewrite, what was
	// written must be a spelling of what was read.
	if !r.spelled(s) {
		return Reference{}, fmt.Errorf("not the canonical spelling; write %s", r)
	}
	return r.canonicalHub(), nil
}

// hub is the canonical name of Docker Hub, and library the namespace of its
// official images, which may be left out.
const (
	hub     = "docker.io"
	library = "library/"
)

// canonicalHub gives Docker Hub its one name (threat 130).
func (r Reference) canonicalHub() Reference {
	switch r.Host {
	case hub, "index.docker.io", "registry-1.docker.io":
		r.Host = hub
		if !strings.Contains(r.Path, "/") {
			r.Path = library + r.Path
		}
	}
	return r
}

// spelled reports whether s is a spelling of r: the full one, or a short form
// of Docker Hub.
func (r Reference) spelled(s string) bool {
	if s == r.String() {
		return true
	}
	if r.Host != hub {
		return false
	}
	rest, ok := strings.CutPrefix(s, "index.docker.io/")
	if !ok {
		rest = strings.TrimPrefix(s, hub+"/")
	}
	full := strings.TrimPrefix(r.String(), hub+"/")
	official, _ := strings.CutPrefix(full, library)
	return rest == full || rest == official && !strings.Contains(r.Path[len(library):], "/")
}
