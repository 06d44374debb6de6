package verify

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/pratique-dev/pratique/verify/wire"
)

// maxHost is the longest DNS name, and maxLabel its longest part, in bytes
// (RFC 1035 section 2.3.4).
const (
	maxHost  = 253
	maxLabel = 63
)

// checkText refuses what no reference holds, before a grammar looks at it.
func checkText(s string) error {
	if len(s) > maxReference {
		return fmt.Errorf("longer than %d characters", maxReference)
	}
	for _, c := range s {
		switch {
		case unicode.IsSpace(c):
			return errors.New("holds white space; write it without")
		case c < ' ' || c > '~':
			return errors.New("holds a character outside printable ASCII; write host/path:tag in plain letters")
		}
	}
	if strings.Contains(s, "://") {
		return errors.New("looks like a URL; write host/path:tag without the scheme")
	}
	if _, d, ok := strings.Cut(s, "@"); ok {
		if _, err := ParseDigest(d); err != nil {
			return errors.New("only a sha256 digest may follow @; write name@sha256: and 64 lower-case hex digits")
		}
	}
	if strings.HasPrefix(s, "sha256:") {
		return errors.New("a digest without a name; write name@sha256: and 64 hex digits")
	}
	return nil
}

// explain says why the grammar refused s.
func explain(s string) error {
	name, _, _ := strings.Cut(s, "@")
	first, rest, slash := strings.Cut(name, "/")
	host := slash && strings.ContainsAny(first, ".:[")
	path := name
	if host {
		path = rest
	}
	path, _, _ = strings.Cut(path, ":")
	switch {
	case name == "":
		return errors.New("has no name; write host/path:tag")
	case host && strings.Contains(first, "%"):
		return errors.New("an IPv6 zone in the host; write the address without it")
	case host && strings.HasSuffix(strings.Split(first, ":")[0], "."):
		return errors.New("the host ends in a dot; write it without")
	case strings.Contains("/"+path+"/", "//"):
		return errors.New("an empty path component; write single slashes, none at the ends")
	case strings.Contains("/"+path+"/", "/../") || strings.Contains("/"+path+"/", "/./"):
		return errors.New("a dot for a path component; write the path itself")
	case path != strings.ToLower(path):
		return errors.New("upper case in the repository; write it in lower case")
	case looksLikeID(s):
		return errors.New("is an image id; write a repository with a tag or a digest")
	}
	return errors.New("want host/path:tag or host/path@sha256:..., path in lower-case letters, digits and single . _ - /")
}

// checkHost accepts one spelling for each host (threat 20).
func checkHost(host string) error {
	if host == "" {
		// The grammar takes the first component for a directory then.
		return errors.New("the host holds other than letters, digits, dots and -")
	}
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
		if err := checkPort(name, port); err != nil {
			return err
		}
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		return checkAddress(strings.TrimSuffix(inner, "]"))
	}
	if name != strings.ToLower(name) {
		return fmt.Errorf("upper case in the host; write %s", strings.ToLower(name))
	}
	return checkName(name)
}

// checkName judges a host that is no IPv6 address.
func checkName(name string) error {
	if len(name) > maxHost {
		return fmt.Errorf("the host is longer than %d characters", maxHost)
	}
	labels := strings.Split(name, ".")
	for _, l := range labels {
		switch {
		case l == "" || len(l) > maxLabel:
			return fmt.Errorf("a part of the host is empty or longer than %d characters", maxLabel)
		case strings.HasPrefix(l, "xn--"):
			return errors.New("punycode in the host; write the registry by a plain ASCII name")
		}
	}
	// Resolvers read 127.1, 0x7f.1 and 2130706433 as addresses.
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return checkAddress(name)
	}
	return nil
}

func checkPort(name, port string) error {
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || n == 0:
		return errors.New("the port is not within 1 to 65535")
	case n == 443:
		return fmt.Errorf("the port is the default one; write %s without it", name)
	case port != strconv.FormatUint(n, 10):
		return fmt.Errorf("zeros before the port; write %s:%d", name, n)
	}
	return nil
}

func checkAddress(s string) error {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return errors.New("the host is not a full IP address; write four decimal numbers, or [IPv6]")
	}
	if a.String() != s {
		return fmt.Errorf("not the canonical form of the address; write %s", a)
	}
	return nil
}

// looksLikeID reports whether s could be the id of an image in an engine's
// store, in full or cut short as engines show it (threat 23).
func looksLikeID(s string) bool {
	return len(s) >= 6 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// shown quotes a refused reference without what may be a password in it.
func shown(s string) string {
	const most = 256
	if before, after, ok := strings.Cut(s, "@"); ok && !strings.HasPrefix(after, "sha256:") {
		scheme, _, url := strings.Cut(before, "://")
		s = "...@" + after
		if url {
			s = scheme + "://" + s
		}
	}
	if len(s) > most {
		s = s[:most] + "..."
	}
	return `"` + wire.Printable(s) + `"`
}
