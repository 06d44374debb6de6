package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

// Limits on saved reports, in bytes.
const (
	MaxSaved     = 64 << 20
	maxSavedLine = 16 << 20
)

// Saved is reports that were read, in their order.
type Saved []func(Handler) error

// Replay sends the reports to h as if they were made now.
func (s Saved) Replay(h Handler) error {
	for _, send := range s {
		if err := send(h); err != nil {
			return err
		}
	}
	return nil
}

// Read reads reports that were saved as JSON, one a line. A line that is no
// report, or says what no report says, is an error that names it. Keys of
// later versions are dropped. Nothing saved is an error too: it would read as
// nothing found.
func Read(saved []byte) (Saved, error) {
	var out Saved
	for number := 1; len(saved) > 0; number++ {
		var line []byte
		line, saved, _ = bytes.Cut(saved, []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		send, err := readLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		out = append(out, send)
	}
	if len(out) == 0 {
		return nil, errors.New("no report in it")
	}
	return out, nil
}

// readLine is what sends one line.
func readLine(line []byte) (func(Handler) error, error) {
	if len(line) > maxSavedLine {
		return nil, wire.ErrTooLarge
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := wire.Decode(line, &head); err != nil {
		return nil, err
	}
	switch head.Schema {
	case DecisionSchema:
		return readAs(line, Decision.check, Handler.Decision)
	case AuditSchema:
		return readAs(line, Audit.check, Handler.Audit)
	case InspectSchema:
		return readAs(line, Inspection.check, Handler.Inspection)
	case WrittenSchema:
		return readAs(line, Written.check, Handler.Written)
	}
	return nil, fmt.Errorf("schema %q: not one of %s, %s, %s, %s", head.Schema, DecisionSchema, AuditSchema, InspectSchema, WrittenSchema)
}

func readAs[M any](line []byte, check func(M) error, send func(Handler, M) error) (func(Handler) error, error) {
	var m M
	if err := wire.Decode(line, &m); err != nil {
		return nil, err
	}
	return func(h Handler) error { return send(h, m) }, check(m)
}

// check refuses a decision that no gate makes.
func (d Decision) check() error {
	var errs []error
	errs = append(errs, oneOf("verdict", d.Verdict, verdicts()))
	for _, r := range d.Reasons {
		errs = append(errs, oneOf("effect of reason "+r.Code, r.Effect, verdicts()[1:]))
	}
	for _, f := range d.Findings {
		errs = append(errs, checkControl(Control{ID: f.Control, Status: f.Status, Effect: f.Effect, Items: f.Items}))
	}
	return first(errs)
}

// check refuses an audit that no program of ours makes.
func (a Audit) check() error {
	var errs []error
	if len(a.Controls) == 0 {
		errs = append(errs, errors.New("an audit without controls"))
	}
	for _, c := range a.Controls {
		errs = append(errs, checkControl(c))
	}
	return first(errs)
}

func checkControl(c Control) error {
	errs := []error{oneOf("status of "+c.ID, c.Status, statuses()), oneOf("effect of "+c.ID, c.Effect, effects())}
	for _, i := range c.Items {
		errs = append(errs, oneOf("status of "+c.ID, i.Status, statuses()))
		if i.Effect != "" {
			errs = append(errs, oneOf("effect of "+c.ID, i.Effect, effects()))
		}
	}
	return first(errs)
}

func (i Inspection) check() error { return named(i.Image) }
func (w Written) check() error    { return named(w.Kind) }

func named(s string) error {
	if s == "" {
		return errors.New("it says of nothing in particular what it reports")
	}
	return nil
}

// verdicts are what a decision can be, the first of them without a reason.
func verdicts() []string {
	return []string{policy.Allow.String(), policy.Warn.String(), policy.Undecided.String(), policy.Deny.String()}
}

func statuses() []string {
	return []string{statusPass, statusFail, statusWarn, statusManual, statusUnknown, statusNA}
}

func effects() []string { return []string{effectDeny, effectWarn, effectNone} }

func oneOf(what, value string, want []string) error {
	if slices.Contains(want, value) {
		return nil
	}
	return fmt.Errorf("%s %q: not one of %s", what, value, strings.Join(want, ", "))
}

// first is the first error there is.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
