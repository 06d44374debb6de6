package vuln

import (
	"net/url"
	"strings"
)

// purl is a package URL: pkg:type/namespace/name@version?qualifiers#subpath.
type purl struct {
	kind, path, version string
	qualifiers          url.Values
}

// parsePURL takes a package URL apart; the zero value means that it is none.
func parsePURL(text string) purl {
	rest, ok := strings.CutPrefix(text, "pkg:")
	if !ok {
		return purl{}
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	rest, version := cutLast(rest, "@")
	kind, path, ok := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	path, err := url.PathUnescape(strings.Trim(path, "/"))
	if !ok || err != nil || path == "" {
		return purl{}
	}
	if version, err = url.PathUnescape(version); err != nil {
		return purl{}
	}
	qualifiers, err := url.ParseQuery(query)
	if err != nil {
		return purl{}
	}
	return purl{strings.ToLower(kind), path, version, qualifiers}
}

// cutLast cuts at the last sep of the last path element: a namespace may have
// one, too, as npm's do.
func cutLast(s, sep string) (before, after string) {
	i := strings.LastIndex(s, sep)
	if i < 0 || strings.Contains(s[i:], "/") {
		return s, ""
	}
	return s[:i], s[i+len(sep):]
}

// samePackage says whether two package URLs are of one version of one package.
// Qualifiers, such as the architecture, do not count.
func samePackage(a, b string) bool {
	p, q := parsePURL(a), parsePURL(b)
	return p.kind != "" && p.version != "" && p.kind == q.kind && p.path == q.path && p.version == q.version
}
