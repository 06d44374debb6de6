// Package wire holds what every reader of foreign bytes needs: limits, strict
// JSON, and files that are written whole or not at all. Standard library only.
//
// encoding/json is a friendly reader: it takes invalid UTF-8, lets the last of
// several equal keys win, and accepts SUBJECT where it was told subject. Two
// programs can then read two things out of one signed document. [Decode] is
// encoding/json behind a scanner that refuses every document on which readers
// could differ, before anything is decoded.
package wire

import (
	"encoding/json"
	"errors"
	"reflect"
)

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
// nesting over MaxJSONDepth, anything after the document (threats 56, 64, 68).
// The error is an [*Error]. Check puts no limit on the length of doc.
func Check(doc []byte) error {
	s := scanner{doc: doc}
	return s.document(nil)
}

// Decode checks doc and decodes it into v, a non-nil pointer. A key that
// equals a field of v's type only by case folding is an error. Unknown keys
// are ignored. What lands in an interface, a map or a type with its own
// unmarshaler (json.RawMessage, which keeps the exact bytes) may have any keys.
// A document that is refused is an [*Error]; v may then be partly filled.
func Decode(doc []byte, v any) error { return decode(doc, v, false) }

// DecodeKnown is Decode, and an unknown key is an error wherever v's type has
// a struct.
func DecodeKnown(doc []byte, v any) error { return decode(doc, v, true) }

func decode(doc []byte, v any, known bool) error {
	s := scanner{doc: doc, known: known, shapes: map[reflect.Type]*shape{}}
	if err := s.document(s.shapeOf(reflect.TypeOf(v))); err != nil {
		return err
	}
	err := json.Unmarshal(doc, v)
	var mismatch *json.UnmarshalTypeError
	var misuse *json.InvalidUnmarshalError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &misuse):
		return err
	case errors.As(err, &mismatch):
		// The message of encoding/json quotes numbers; name only the place.
		return &Error{Offset: int(mismatch.Offset), Path: Printable(mismatch.Field),
			Reason: "want " + jsonKind(mismatch.Type), cause: err}
	}
	return &Error{Offset: -1, Reason: "a value does not have the form its type asks for", cause: err}
}
