package cosign

import (
	"fmt"

	"github.com/pratique-dev/pratique/verify"
)

// reason is why an item does not verify, in words that stand alone; kind is
// the sentinel it matches.
type reason struct {
	text string
	kind error
}

func (r reason) Error() string { return r.text }
func (r reason) Unwrap() error { return r.kind }

// invalid is a reason that wraps verify.ErrInvalid.
func invalid(format string, args ...any) error {
	return reason{fmt.Sprintf(format, args...), verify.ErrInvalid}
}

// unreadable is a reason that wraps verify.ErrUnreadable: we cannot tell what
// the item says.
func unreadable(format string, args ...any) error {
	return reason{fmt.Sprintf(format, args...), verify.ErrUnreadable}
}

// untrusted is the reason of an item that no key of the ring verifies.
func untrusted(text string) error { return reason{text, verify.ErrUntrusted} }
