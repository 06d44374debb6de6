package policy

import (
	"cmp"
	"fmt"
	"strings"
)

// Limits on patterns (threat 91).
const (
	maxPattern  = 512 // bytes
	maxSegments = 32
)

// Pattern matches canonical repository names, host and path apart, segment by
// segment (S3): nothing in it crosses a slash but "**", which is one or more
// whole segments. The zero Pattern matches nothing.
type Pattern struct {
	text string
	// host is nil for the pattern "**", which matches every host.
	host []string
	path []string
}

// ParsePattern reads a pattern for canonical names (threats 129 and 130).
func ParsePattern(s string) (Pattern, error) {
	if s == "**" {
		return Pattern{text: s, path: []string{"**"}}, nil
	}
	host, path, ok := strings.Cut(s, "/")
	switch {
	case len(s) > maxPattern:
		return Pattern{}, fmt.Errorf("pattern longer than %d bytes", maxPattern)
	case !ok || !strings.ContainsAny(host, ".:") && host != "localhost":
		return Pattern{}, fmt.Errorf("pattern %q names no registry host; did you mean %q?", s, guessHost(s))
	}
	if err := checkHostPattern(host); err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %w", s, err)
	}
	p := Pattern{text: s, host: strings.Split(host, "."), path: strings.Split(path, "/")}
	if len(p.path) > maxSegments {
		return Pattern{}, fmt.Errorf("pattern %q: more than %d segments", s, maxSegments)
	}
	for _, segment := range p.path {
		if err := checkSegment(segment); err != nil {
			return Pattern{}, fmt.Errorf("pattern %q: %w", s, err)
		}
	}
	if host == "docker.io" && len(p.path) == 1 && p.path[0] != "**" {
		return Pattern{}, fmt.Errorf("pattern %q matches no canonical name; did you mean %q?", s, "docker.io/library/"+path)
	}
	return p, nil
}

// guessHost writes a short Docker Hub name in full.
func guessHost(s string) string {
	if strings.Contains(s, "/") {
		return "docker.io/" + s
	}
	return "docker.io/library/" + s
}

func checkHostPattern(host string) error {
	switch host {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com":
		return fmt.Errorf("the canonical name of Docker Hub is docker.io; write docker.io")
	}
	name, port, hasPort := strings.Cut(host, ":")
	if strings.HasPrefix(host, "[") {
		end := strings.Index(host, "]")
		if end < 0 || strings.Trim(host[1:end], "0123456789abcdef:.") != "" {
			return fmt.Errorf("host %q is not a canonical IPv6 literal", host)
		}
		name, port, hasPort = "ip", strings.TrimPrefix(host[end+1:], ":"), len(host) > end+1
	}
	if hasPort && (port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" || port[0] == '0') {
		return fmt.Errorf("host %q has no usable port", host)
	}
	if port == "443" {
		return fmt.Errorf("host %q: leave the default port out", host)
	}
	for _, label := range strings.Split(name, ".") {
		if label == "*" {
			continue
		}
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return fmt.Errorf("host %q: labels are lower-case letters, digits and '-', or a whole *", host)
		}
	}
	return nil
}

func checkSegment(segment string) error {
	switch {
	case segment == "**":
		return nil
	case segment == "":
		return fmt.Errorf("an empty segment")
	case strings.Contains(segment, "**"):
		return fmt.Errorf("%q: ** must be a whole segment", segment)
	case strings.ContainsAny(segment, ":@"):
		return fmt.Errorf("%q: patterns match names, without tags and digests", segment)
	case strings.Trim(segment, "abcdefghijklmnopqrstuvwxyz0123456789._-*") != "":
		return fmt.Errorf("%q: segments are lower-case letters, digits, '.', '_', '-' and *", segment)
	case segment == "." || segment == "..":
		return fmt.Errorf("%q is not canonical", segment)
	}
	return nil
}

// String is the pattern as written.
func (p Pattern) String() string { return p.text }

// Match reports whether the pattern covers a canonical name, host/path.
func (p Pattern) Match(repo string) bool {
	host, path, ok := strings.Cut(repo, "/")
	if !ok || p.text == "" || strings.Contains(repo, "*") {
		return false
	}
	name := Pattern{host: strings.Split(host, "."), path: strings.Split(path, "/")}
	return p.meets(name)
}

// rank orders patterns by what they leave open: literal hosts first, then the
// number of literal segments, then "*" before "**" (S3).
func (p Pattern) rank() []int {
	host, literal := 0, 0
	for _, label := range p.host {
		host++
		if !strings.HasPrefix(label, "*") {
			host += maxPattern
		}
	}
	out := []int{host, 0}
	for _, segment := range p.path {
		switch {
		case segment == "**":
			out = append(out, 1)
		case segment == "*":
			out = append(out, 2)
		case strings.Contains(segment, "*"):
			out = append(out, 3)
		default:
			literal++
		}
	}
	out[1] = literal
	return out
}

// compare is positive if p is more specific than q.
func (p Pattern) compare(q Pattern) int {
	a, b := p.rank(), q.rank()
	for i := range min(len(a), len(b)) {
		if c := cmp.Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}
