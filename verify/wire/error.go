package wire

import (
	"errors"
	"fmt"
	"reflect"
)

// ErrTooLarge means that there was more to read than the caller's limit.
var ErrTooLarge = errors.New("larger than the limit")

// Error says where a JSON document was refused and why. It names keys and
// places, never values: a value may be a secret.
type Error struct {
	// Offset is the byte at which reading stopped, -1 if not known.
	Offset int
	// Path leads to the place, as in subject[0].digest; "" at the top.
	Path   string
	Reason string

	cause error
}

func (e *Error) Error() string {
	s := "json: " + e.Reason
	if e.Path != "" {
		s = "json: " + e.Path + ": " + e.Reason
	}
	if e.Offset < 0 {
		return s
	}
	return fmt.Sprintf("%s (byte %d)", s, e.Offset)
}

// Unwrap is the error of encoding/json or of an unmarshaler, where there is
// one. Its text may quote the document.
func (e *Error) Unwrap() error { return e.cause }

// jsonKind is the word for what JSON holds where a Go type is expected.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number that fits " + t.Kind().String()
}
