package archive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxNamed is how many images an error lists.
const maxNamed = 20

// Choose picks the image of a name, with all of its platforms: a name in the
// archive, in any spelling, or @sha256:HEX of its config. An empty name picks
// the only one. It wraps verify.ErrNone where nothing has that name; where
// several images do, the error lists the names there are.
func Choose(images []Image, name string) ([]Image, error) {
	var out []Image
	several := false
	for _, i := range images {
		if name == "" || i.is(name) {
			out = append(out, i)
			several = several || i.group != out[0].group
		}
	}
	switch {
	case several:
		return nil, fmt.Errorf("holds several such images: %s; name one", names(out))
	case len(out) > 0:
		return out, nil
	}
	return nil, fmt.Errorf("has no image %q, only %s: %w", wire.Printable(name), names(images), verify.ErrNone)
}

func (i Image) is(name string) bool {
	if d, ok := strings.CutPrefix(name, "@"); ok {
		return d == string(i.digest())
	}
	return slices.ContainsFunc(i.RepoTags, func(t string) bool { return normal(t) == normal(name) })
}

// normal is the full spelling of a reference, and anything else as it stands.
func normal(name string) string {
	ref, err := verify.ParseReference(name)
	if err != nil {
		return name
	}
	return ref.String()
}

// names lists images by their tags, those without one by their configs.
func names(images []Image) string {
	var out []string
	for n, i := range images {
		if n == maxNamed {
			out = append(out, fmt.Sprintf("%d more", len(images)-n))
			break
		}
		name := strings.Join(i.RepoTags, " or ")
		if name == "" {
			name = "@" + string(i.digest())
		}
		out = append(out, wire.Printable(name))
	}
	return strings.Join(out, ", ")
}
