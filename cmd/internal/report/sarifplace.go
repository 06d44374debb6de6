package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// imageRoot is what paths in the image are relative to.
const imageRoot = "IMAGEROOT"

// maxCategory is how long the name of a run may be, in bytes.
const maxCategory = 200

// category tells code scanning which earlier run this one replaces: the same
// question about the same images, whatever their tags.
func (s *sarif) category() string {
	names := slices.Sorted(slices.Values(s.subjects))
	id := s.kind + "/" + strings.Join(names, "+")
	if len(id) > maxCategory {
		sum := sha256.Sum256([]byte(id))
		id = s.kind + "/" + hex.EncodeToString(sum[:8])
	}
	return shown(id)
}

// location is where a result points. Code scanning shows a result at a file
// and a line, so each has both: a line of the Dockerfile, a file of the image,
// or line 1 of the Dockerfile or of the image's name. What it really is about
// is the logical location.
func (s *sarif) location(i Item, subject, dockerfile string) sarifLocation {
	at := sarifLocation{Logical: i.logical()}
	at.Physical.Region = &sarifRegion{1}
	switch {
	case i.Source == sourceDockerfile && dockerfile != "":
		at.Physical.Artifact.URI = fileURI(dockerfile)
		at.Physical.Region.StartLine = max(i.Line, 1)
	case i.Path != "":
		s.inLayer = true
		at.Physical.Artifact = sarifArtifact{URI: relativeURI(path.Clean("/" + i.Path)[1:]), BaseID: imageRoot}
		at.Physical.Region.StartLine = max(i.Line, 1)
	case dockerfile != "":
		at.Physical.Artifact.URI = fileURI(dockerfile)
	default:
		at.Physical.Artifact.URI = relativeURI(subject)
	}
	return at
}

// logical are the parts of the image or the Dockerfile an item is in.
func (i Item) logical() []sarifLogical {
	var out []sarifLogical
	add := func(name, full, kind string) {
		out = append(out, sarifLogical{shown(name), shown(firstOf(full, name)), shown(kind)})
	}
	if i.Row > 0 {
		add(fmt.Sprintf("history row %d", i.Row), "", sourceHistory)
	}
	if i.Layer > 0 {
		add(fmt.Sprintf("layer %d", i.Layer), i.DiffID, sourceLayer)
	}
	if i.Source == sourceDockerfile && i.Line > 0 {
		add(fmt.Sprintf("line %d", i.Line), "", sourceDockerfile)
	}
	if len(out) == 0 && i.Source != "" {
		add(i.Source, "", i.Source)
	}
	return out
}

// fileURI is a file as given on the command line, relative to the working
// folder unless it was given from the root.
func fileURI(name string) string {
	if name == "-" {
		return "Dockerfile" // from standard input; a name is wanted all the same
	}
	name = path.Clean(filepath.ToSlash(name))
	if path.IsAbs(name) {
		return (&url.URL{Scheme: "file", Path: name}).String()
	}
	return relativeURI(name)
}

// relativeURI escapes a relative path, so that no colon in it reads as the end
// of a scheme.
func relativeURI(name string) string {
	if name == "" {
		return "image"
	}
	return strings.ReplaceAll((&url.URL{Path: name}).EscapedPath(), ":", "%3A")
}

// fingerprint is what makes two results of different builds the same finding:
// the rule, what was judged, the file it is in, and the text without numbers.
// Whose layer it is, its number, and the line may change.
type fingerprint struct {
	rule, subject, platform string
	item                    Item
}

func (f fingerprint) sum() string {
	h := sha256.New()
	for _, part := range []string{f.rule, f.subject, f.platform, f.item.Source, f.item.Path, moving().ReplaceAllString(f.item.Text, "#")} {
		fmt.Fprintf(h, "%d:%s\n", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// moving finds the numbers and digests in a text, those of secrets too, which
// depend on the build.
var moving = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`sha256:[0-9a-f]{64}|\(fingerprint [0-9a-f]+\)|[0-9]+`)
})
