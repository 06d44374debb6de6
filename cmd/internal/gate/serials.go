package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

// ErrRollback means that a policy is older than one seen before, or differs
// from one with the same serial (S5).
var ErrRollback = errors.New("policy rollback")

type seen struct {
	Name   string `json:"name"`
	Serial int64  `json:"serial"`
	Digest string `json:"digest"`
}

// CheckSerial remembers the highest serial of a policy, by its place and name,
// in stateDir, and refuses to go back. A policy without a serial is not
// tracked. A state that cannot be kept is an error: silently not checking
// would undo the check.
func CheckSerial(stateDir, path string, ref policy.Ref) error {
	if ref.Serial == 0 || stateDir == "" {
		return nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	dir := filepath.Join(stateDir, "policies")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("remember policy serial: %w", err)
	}
	sum := sha256.Sum256([]byte(abs + "\x00" + ref.Name))
	file := filepath.Join(dir, hex.EncodeToString(sum[:8])+".json")
	unlock, err := wire.Lock(file + ".lock")
	if err != nil {
		return fmt.Errorf("remember policy serial: %w", err)
	}
	defer unlock()
	return advance(file, seen{ref.Name, ref.Serial, string(ref.Digest)})
}

func advance(file string, now seen) error {
	raw, err := wire.ReadFile(file, wire.MaxKeyFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remember policy serial: %w", err)
	}
	var last seen
	if err == nil {
		if err := wire.DecodeKnown(raw, &last); err != nil {
			return fmt.Errorf("remember policy serial: %s: %w", file, err)
		}
	}
	switch {
	case now.Serial < last.Serial:
		return fmt.Errorf("%w: policy %s has serial %d, and %d was seen before", ErrRollback, now.Name, now.Serial, last.Serial)
	case now == last:
		return nil
	case now.Serial == last.Serial:
		return fmt.Errorf("%w: policy %s changed but kept serial %d; raise metadata.serial", ErrRollback, now.Name, now.Serial)
	}
	out, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return wire.WriteFile(file, out, 0o600)
}
