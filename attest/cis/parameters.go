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
	// AllowedBases are the images to build on: repositories, with /* for one
	// segment at the end and /** for any number, or repository@digest. Without
	// any, 4.2 is for a person to judge.
	AllowedBases []string `json:"allowedBases,omitempty"`
	// DeniedPackages are names no installed package may have, MaxPackages is
	// how many there may be (0 for any number), ForbidShell wants no shell in
	// the image. Without any of them, 4.3 is for a person to judge.
	DeniedPackages []string `json:"deniedPackages,omitempty"`
	MaxPackages    int      `json:"maxPackages,omitempty"`
	ForbidShell    bool     `json:"forbidShell,omitempty"`
	// AllowedSetUID are files that may be set-uid or set-gid, or have file
	// capabilities.
	AllowedSetUID []SetUIDRule `json:"allowedSetuid,omitempty"`
	// AcceptUnseen makes 4.11 pass where nothing was found that turns
	// verification off; otherwise that is for a person to judge, since no
	// reading of a script shows everything it does.
	AcceptUnseen bool `json:"acceptUnseen,omitempty"`
}

// SetUIDRule allows a file its bits. Path is absolute; what is empty or nil
// allows any.
type SetUIDRule struct {
	Path   string `json:"path"`
	Mode   string `json:"mode,omitempty"`
	UID    *int64 `json:"uid,omitempty"`
	GID    *int64 `json:"gid,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
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
