package registry

import (
	"strings"
)

const (
	// maxChallenge is how much of one WWW-Authenticate header is read, in bytes.
	maxChallenge = 8 << 10
	// maxChallenges bounds how many challenges are looked at.
	maxChallenges = 16
)

// challenge is one of the ways a registry offers to log in (RFC 9110 §11.6.1).
type challenge struct {
	// scheme is in lower case.
	scheme string
	// params has lower-case names; of a repeated one the first counts.
	params map[string]string
}

// parseChallenges reads WWW-Authenticate headers. What cannot be read ends its
// header; it never panics.
func parseChallenges(headers []string) []challenge {
	var out []challenge
	for _, h := range headers {
		if len(h) > maxChallenge {
			continue
		}
		s := scanner{h}
		for len(out) < maxChallenges {
			c, ok := s.challenge()
			if !ok {
				break
			}
			out = append(out, c)
		}
	}
	return out
}

// pick finds the first challenge of a scheme.
func pick(list []challenge, scheme string) (challenge, bool) {
	for _, c := range list {
		if c.scheme == scheme {
			return c, true
		}
	}
	return challenge{}, false
}

// scanner is the rest of a header.
type scanner struct{ rest string }

func (s *scanner) challenge() (challenge, bool) {
	s.skip(" \t,")
	scheme := s.token()
	if scheme == "" {
		return challenge{}, false
	}
	c := challenge{scheme: strings.ToLower(scheme), params: map[string]string{}}
	for {
		before := *s
		s.skip(" \t,")
		name := strings.ToLower(s.token())
		s.skip(" \t")
		if name == "" || !strings.HasPrefix(s.rest, "=") {
			// Not a parameter: the next scheme, or the end.
			*s = before
			return c, true
		}
		s.rest = s.rest[1:]
		s.skip(" \t")
		value, ok := s.value()
		if !ok {
			s.rest = ""
			return c, true
		}
		if _, seen := c.params[name]; !seen {
			c.params[name] = value
		}
	}
}

func (s *scanner) skip(set string) { s.rest = strings.TrimLeft(s.rest, set) }

func (s *scanner) token() string {
	i := 0
	for i < len(s.rest) && isTokenByte(s.rest[i]) {
		i++
	}
	t := s.rest[:i]
	s.rest = s.rest[i:]
	return t
}

func (s *scanner) value() (string, bool) {
	if !strings.HasPrefix(s.rest, `"`) {
		v := s.token()
		return v, v != ""
	}
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch ch := s.rest[i]; {
		case ch == '"':
			s.rest = s.rest[i+1:]
			return b.String(), true
		case ch == '\\' && i+1 < len(s.rest):
			i++
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(ch)
		}
	}
	return "", false
}

func isTokenByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}
