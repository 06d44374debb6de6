package cosign

import (
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/verify"
)

// maxReason keeps what somebody pushed, and a reason quotes, from filling the
// output, in bytes.
const maxReason = 1 << 10

func brief(s string) string {
	if len(s) <= maxReason {
		return s
	}
	return strings.ToValidUTF8(s[:maxReason], "") + "..."
}

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
	return reason{brief(fmt.Sprintf(format, args...)), verify.ErrInvalid}
}

// unreadable is a reason that wraps verify.ErrUnreadable: we cannot tell what
// the item says.
func unreadable(format string, args ...any) error {
	return reason{brief(fmt.Sprintf(format, args...)), verify.ErrUnreadable}
}

// untrusted is the reason of an item that no key of the ring verifies.
func untrusted(text string) error { return reason{text, verify.ErrUntrusted} }

// elsewhere is the reason of evidence that speaks of another image.
func elsewhere(format string, args ...any) error {
	return reason{fmt.Sprintf(format, args...), verify.ErrOtherSubject}
}
