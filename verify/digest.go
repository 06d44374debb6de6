package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Digest is "sha256:" and 64 lower-case hex digits; the only algorithm
// accepted. The zero value is no digest.
type Digest string

// ParseDigest accepts exactly the canonical sha256 form: what has no other
// spelling can be compared, and put into a path (threat 22).
func ParseDigest(s string) (Digest, error) {
	h, ok := strings.CutPrefix(s, "sha256:")
	if !ok {
		return "", fmt.Errorf("digest %q: only sha256 is accepted", short(s))
	}
	if len(h) != 64 || strings.Trim(h, "0123456789abcdef") != "" {
		return "", fmt.Errorf("digest %q: want 64 lower-case hex digits", short(s))
	}
	return Digest(s), nil
}

// short keeps a digest from outside, which may be of any length, within what
// a line can show.
func short(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// DigestOf hashes content.
func DigestOf(b []byte) Digest {
	h := sha256.Sum256(b)
	return Digest("sha256:" + hex.EncodeToString(h[:]))
}

// Hex is the digest without its algorithm.
func (d Digest) Hex() string { return strings.TrimPrefix(string(d), "sha256:") }
