package policy

import (
	"regexp"
	"strings"
)

func (l *linter) signer(s *Signer) {
	at := l.doc.at["signer "+s.Name]
	if !l.used[s.Name] && !s.Revoked {
		l.add(at, "signer-unused", "name it in an anyOf, or remove it", "signer %s is not used", s.Name)
	}
	if s.Kind != SignerKey {
		l.add(at, "unsupported-signer", "name a signer with a key", "signer %s: this build cannot check %s signers, and never allows for want of one", s.Name, s.Kind)
	}
	if s.Keyless != nil {
		l.keyless(s, at)
	}
	if t := s.ContentTrust; t != nil && t.MaxTimestampAge == 0 {
		l.add(at, "max-timestamp-age-missing", "write maxTimestampAge: 24h", "signer %s accepts trust data as old as the server's own limit", s.Name)
	}
}

// keyless looks for identities that match more than they seem to (threat 29,
// S10).
func (l *linter) keyless(s *Signer, at pos) {
	k := s.Keyless
	forge := k.Issuer == "https://token.actions.githubusercontent.com" || strings.HasPrefix(k.Issuer, "https://gitlab.")
	if forge && k.Repository == "" {
		l.add(at, "repository-missing", "write repository: with the source repository",
			"signer %s: a reusable workflow has the same identity for every caller", s.Name)
	}
	if k.IdentityRegexp == "" {
		return
	}
	if !strings.HasPrefix(k.IdentityRegexp, "^") || !strings.HasSuffix(k.IdentityRegexp, "$") {
		l.add(at, "identity-unanchored", "write ^...$", "signer %s: identityRegexp is anchored here, but its text does not say so", s.Name)
	}
	if globLike(k.IdentityRegexp) {
		l.add(at, "identity-glob-like", `write [^/]* for "anything within a segment", and \. for a dot`,
			"signer %s: identityRegexp %q looks like a glob, or has a dot that matches any character", s.Name, k.IdentityRegexp)
	}
}

// globLike finds a star after something nobody repeats, and an unescaped dot
// between letters.
func globLike(expr string) bool {
	star := regexp.MustCompile(`(^|[/@:a-zA-Z0-9])\*`)
	dot := regexp.MustCompile(`[a-zA-Z0-9]\.[a-zA-Z0-9]`)
	return star.MatchString(expr) || dot.MatchString(expr)
}
