// Package wire holds what every reader of foreign bytes needs: limits, strict
// JSON, and files that are written whole or not at all. Standard library only.
package wire

import "io"

// Limits on what is read from outside, in bytes unless said. Checked before
// anything is allocated or parsed.
const (
	MaxManifest  = 4 << 20
	MaxConfig    = 8 << 20
	MaxPayload   = 64 << 10 // simple-signing payload
	MaxBundle    = 4 << 20  // bundle, DSSE envelope or statement
	MaxPolicy    = 1 << 20
	MaxKeyFile   = 64 << 10
	MaxJSONDepth = 64
	MaxItems     = 1024 // signatures or attestations read at one place, count
	MaxReferrers = 1024 // count
	MaxPages     = 10   // referrers pages, count
	MaxSubjects  = 1024 // subjects of one statement, count
	MaxDigests   = 32   // digests of one subject, count
)

// Check reports what is wrong with a JSON document: invalid UTF-8, a byte
// order mark, duplicate keys, keys of one object that differ only by case,
// nesting over MaxJSONDepth, anything after the document.
func Check(doc []byte) error { panic("unwritten") }

// Decode checks doc and decodes it into v. A key that equals a field of v's
// type only by case folding is an error. Unknown keys are ignored.
func Decode(doc []byte, v any) error { panic("unwritten") }

// DecodeKnown is Decode, and an unknown key is an error.
func DecodeKnown(doc []byte, v any) error { panic("unwritten") }

// ReadAll reads at most max bytes; more is an error wrapping ErrTooLarge.
func ReadAll(r io.Reader, max int64) ([]byte, error) { panic("unwritten") }

// ReadFile reads a file of at most max bytes.
func ReadFile(path string, max int64) ([]byte, error) { panic("unwritten") }

// WriteFile writes data to a temporary name beside path and renames it.
func WriteFile(path string, data []byte, perm uint32) error { panic("unwritten") }

// CreateFile writes data to path, which must not exist yet.
func CreateFile(path string, data []byte, perm uint32) error { panic("unwritten") }

// Lock takes an exclusive lock on path (created if missing) among processes.
func Lock(path string) (unlock func(), err error) { panic("unwritten") }

// Printable makes text from outside safe for a terminal: control characters,
// escape sequences and invalid UTF-8 are shown, not obeyed.
func Printable(s string) string { panic("unwritten") }
