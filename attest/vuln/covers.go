package vuln

import (
	"path"
	"slices"
	"strings"
	"time"
)

// Image is what statements of OpenVEX may be about.
type Image struct {
	// Repository is where the image is, with its registry: ghcr.io/org/app.
	Repository string
	// Digests are the digests of the image and of an index it was chosen from,
	// as in sha256:<hex>.
	Digests []string
}

// Covers returns what the document says last of a finding in an image; ok is
// false where it says nothing. Of statements of the same time, one that warns
// counts.
//
// A statement that takes a finding away (not_affected, fixed) has to name the
// image by its digest, as the package URL pkg:oci/NAME@sha256:... or as a hash:
// one that names a repository would hold for whatever is pushed there next. A
// statement that warns (affected, under_investigation) may name the repository.
func (v VEX) Covers(f Finding, image Image) (status, justification string, at time.Time, ok bool) {
	var last VEXStatement
	for _, s := range v.Statements {
		if !s.names(f) || !s.about(f, image) {
			continue
		}
		later := s.Timestamp.After(last.Timestamp) || s.Timestamp.Equal(last.Timestamp) && s.warns()
		if !ok || later {
			last, ok = s, true
		}
	}
	return last.Status, last.Justification, last.Timestamp, ok
}

func (s VEXStatement) warns() bool { return s.Status != VEXNotAffected && s.Status != VEXFixed }

// names says whether the statement is about the vulnerability of a finding. An
// advisory that stands for several vulnerabilities is not covered by a
// statement about one of them.
func (s VEXStatement) names(f Finding) bool {
	is := func(id string) bool { return id != "" && (s.ID == id || slices.Contains(s.Aliases, id)) }
	if s.warns() {
		// What takes a finding away names it as the report does; a warning holds
		// however it is written.
		is = func(id string) bool {
			same := func(other string) bool { return id != "" && strings.EqualFold(id, other) }
			return same(s.ID) || slices.ContainsFunc(s.Aliases, same)
		}
	}
	if is(f.ID) {
		return true
	}
	if s.warns() {
		return slices.ContainsFunc(f.Aliases, is)
	}
	return len(f.Aliases) == 1 && is(f.Aliases[0])
}

func (s VEXStatement) about(f Finding, image Image) bool {
	return slices.ContainsFunc(s.Products, func(p VEXProduct) bool {
		if !p.isImage(image) && !(s.warns() && p.isRepository(image)) {
			return false
		}
		return len(p.Subcomponents) == 0 || slices.ContainsFunc(p.Subcomponents, func(id string) bool {
			return samePackage(id, f.PURL)
		})
	})
}

// isImage says whether a product is an image, by its digest.
func (p VEXProduct) isImage(image Image) bool {
	for _, digest := range image.Digests {
		sum, ok := strings.CutPrefix(digest, "sha256:")
		if !ok || len(sum) != 64 {
			continue
		}
		if slices.Contains(p.SHA256, sum) || slices.ContainsFunc(p.IDs, func(id string) bool {
			u := parsePURL(id)
			return u.kind == "oci" && u.version == digest
		}) {
			return true
		}
	}
	return false
}

// isRepository says whether a product is whatever a repository holds: a
// package URL without version, with the repository or its last name.
func (p VEXProduct) isRepository(image Image) bool {
	return image.Repository != "" && slices.ContainsFunc(p.IDs, func(id string) bool {
		u := parsePURL(id)
		if u.kind != "oci" || u.version != "" {
			return false
		}
		if in := u.qualifiers.Get("repository_url"); in != "" {
			return in == image.Repository
		}
		return u.path == path.Base(image.Repository)
	})
}
