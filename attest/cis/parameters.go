package cis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Parameters is what an operator may set about judging facts. They never
// change a fact.
type Parameters struct {
	// AllowedSecretNames are names whose values are public whatever the name
	// promises; exact, case-sensitive.
	AllowedSecretNames []string `json:"allowedSecretNames"`
	// MinSecretLength (bytes) and MinSecretEntropy (hundredths of a bit per
	// byte): from here on the value behind a telling name is a secret, and
	// below it only a warning.
	MinSecretLength  int `json:"minSecretLength"`
	MinSecretEntropy int `json:"minSecretEntropy"`
	// WarnRootGroup makes 4.1 warn where the group is or may be gid 0, as it
	// is for a bare uid without an entry in /etc/passwd.
	WarnRootGroup bool `json:"warnRootGroup"`
}

// DefaultParameters are those under which findings are attested.
func DefaultParameters() Parameters {
	return Parameters{
		AllowedSecretNames: []string{"GPG_KEY", "GPG_KEYS"},
		MinSecretLength:    12,
		MinSecretEntropy:   350,
	}
}

// Digest is the sha256 digest of the parameters, "sha256:" and hex.
func (p Parameters) Digest() string { return jsonDigest(p) }

// jsonDigest hashes a value's JSON; v must be of strings, numbers and bools.
func jsonDigest(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
