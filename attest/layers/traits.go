package layers

import (
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify/wire"
)

// traits describes the image beside the benchmark.
func (m *merger) traits() {
	t := &m.fact.Traits
	t.Shells, t.PackageManagers = []string{}, []string{}
	distribution := false
	for i, l := range m.layers {
		distribution = distribution || l.facts.Distribution
		for _, p := range l.facts.Tools {
			if m.hidden(i, p) {
				continue
			}
			if toolKind(path.Base(p)) == shell {
				t.Shells = append(t.Shells, "/"+p)
			} else {
				t.PackageManagers = append(t.PackageManagers, "/"+p)
			}
		}
	}
	t.Shells, t.PackageManagers = sortedSet(t.Shells), sortedSet(t.PackageManagers)
	t.Distribution = m.distribution()
	switch {
	case len(t.Shells)+len(t.PackageManagers) > 0:
		t.Kind = cis.KindFull
	case distribution:
		t.Kind = cis.KindDistroless
	default:
		t.Kind = cis.KindScratch
	}
}

func sortedSet(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// maxRelease is the length of what is shown of os-release, in bytes.
const maxRelease = 64

// distribution is ID and VERSION_ID of the image's os-release, as they can be
// shown.
func (m *merger) distribution() string {
	for _, p := range []string{"etc/os-release", "usr/lib/os-release"} {
		if content, layer, why := m.read(p); why == "" && layer > 0 {
			return release(string(content))
		}
	}
	return ""
}

func release(content string) string {
	var id, version string
	for line := range strings.Lines(content) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.Trim(value, `"'`)
		switch key {
		case "ID":
			id = value
		case "VERSION_ID":
			version = value
		}
	}
	out := wire.Printable(strings.TrimSpace(id + " " + version))
	return out[:min(len(out), maxRelease)]
}
