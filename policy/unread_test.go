package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

// Evidence that was found and could not be read says nothing of its kind. It
// must not pass for an absence, which mode warn would let through.
func TestUnreadIsNotAbsent(t *testing.T) {
	for _, c := range []struct {
		name string
		item verify.Item
		want string
	}{
		{"a bundle whose bytes were changed", verify.Item{Format: verify.FormatCosignBundle, Err: fmt.Errorf("blob: %w", verify.ErrInvalid)}, "signature-invalid"},
		{"a bundle nobody can read", verify.Item{Format: verify.FormatCosignBundle, Err: verify.ErrUnreadable}, "evidence-unreadable"},
		{"a notation signature", verify.Item{Format: verify.FormatNotation, Kind: verify.KindSignature, Err: verify.ErrUnreadable}, "evidence-unreadable"},
		{"something else that is attached", verify.Item{Format: verify.FormatUnknown, Err: verify.ErrUnreadable}, "signature-missing"},
		{"a signature of another image", verify.Item{Format: verify.FormatCosignTag, Kind: verify.KindSignature, Err: verify.ErrOtherSubject}, "signature-wrong-subject"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "release")
			c.item.Subject = w.in.Image.Index
			w.add(c.item)
			check(t, w.evaluate(w.rule("signatures: {anyOf: [release]}")), Deny, c.want)
		})
	}
}

// TestS15_FactsAreNotTakenOnTheirSignersWord: an audit nobody held against the
// image's own config allows nothing.
func TestS15_FactsAreNotTakenOnTheirSignersWord(t *testing.T) {
	w := oneArch(t, "ci")
	w.audit("ci", 0, time.Hour, goodFacts(t)).Fresh = nil
	check(t, w.evaluate(w.rule(fmt.Sprintf(auditRule, ""))), Undecided, "registry-unreachable")
}
