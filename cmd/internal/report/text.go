package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// text is for people: the verdict first, then why, then what to do. Colour is
// never the only signal, and nothing from outside reaches the terminal raw.
type text struct {
	w      io.Writer
	colour bool
	shown  int // decisions so far
	err    error
}

func (t *text) printf(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = wire.Printable(s)
		}
	}
	t.raw(format, args...)
}

func (t *text) raw(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

// paint wraps s in the colour that goes with a verdict or status.
func (t *text) paint(s string) string {
	codes := map[string]string{
		"ALLOW": "32", "pass": "32",
		"WARN": "33", "warn": "33", "manual": "33", "unknown": "33",
		"DENY": "31", "UNDECIDED": "31", "deny": "31", "undecided": "31", "fail": "31",
	}
	if c, ok := codes[strings.TrimSpace(s)]; ok && t.colour {
		return "\x1b[" + c + "m" + s + "\x1b[0m"
	}
	return s
}

func (t *text) Decision(d Decision) error {
	if t.shown++; t.shown > 1 {
		t.raw("\n")
	}
	t.raw("%s", t.paint(strings.ToUpper(wire.Printable(d.Verdict))))
	t.printf("  %s%s\n", d.Image, meaning(d.Verdict))
	if d.Pinned != "" {
		t.printf("  run    %s\n", d.Pinned)
	}
	if d.Rule != "" {
		t.printf("  rule   %s of policy %s\n", d.Rule, d.Policy.Name)
	}
	t.vouchers(d.Evidence)
	for _, same := range folded(d.Reasons) {
		t.reasons(d.Rule, same)
	}
	return t.err
}

// meaning says what a verdict between yes and no comes to.
func meaning(verdict string) string {
	switch verdict {
	case "warn":
		return "  (allowed, with warnings)"
	case "undecided":
		return "  (refused: could not decide)"
	}
	return ""
}

func (t *text) vouchers(items []Evidence) {
	for _, e := range items {
		if !e.Counted {
			continue
		}
		what := e.Kind
		if e.PredicateType != "" && e.Kind == "attestation" {
			what += " " + e.PredicateType
		}
		t.printf("  by     %s: %s\n", e.Signer, what)
	}
}

// folded groups reasons that differ in their message only, in order.
func folded(reasons []Reason) [][]Reason {
	var out [][]Reason
	at := map[Reason]int{}
	for _, r := range reasons {
		key := r
		key.Message = ""
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

// reasons shows reasons with one code and one hint. What asks is named where
// it is not the image's own rule, such as the floor.
func (t *text) reasons(rule string, same []Reason) {
	first, where := same[0], ""
	if first.Rule != "" && first.Rule != rule {
		where = " of " + first.Rule
	}
	if first.Platform != "" {
		where += " (" + first.Platform + ")"
	}
	t.raw("\n  %s", t.paint(wire.Printable(first.Effect)))
	t.printf(" %s%s:", first.Code, where)
	if len(same) == 1 {
		t.printf(" %s\n", first.Message)
	} else {
		t.raw("\n")
		for _, r := range same {
			t.printf("    - %s\n", r.Message)
		}
	}
	t.printf("    who:  %s\n", first.Who)
	if first.Hint != "" {
		t.printf("    hint: %s\n", first.Hint)
	}
}

func (t *text) Inspection(i Inspection) error {
	t.printf("%s\n", i.Image)
	t.printf("digest    %s\n", i.Digest)
	for _, p := range i.Platforms {
		t.printf("platform  %s %s\n", p.Platform, p.Digest)
	}
	if len(i.Evidence) == 0 && len(i.Gaps) == 0 {
		t.printf("\nno evidence: every place was looked at, and nothing is attached to this image\n")
	}
	for n, e := range i.Evidence {
		t.item(n+1, e)
	}
	for _, g := range i.Gaps {
		t.raw("\n")
		t.printf("could not look: %s\n", g)
	}
	return t.err
}

func (t *text) item(n int, e Evidence) {
	t.raw("\n%d. ", n)
	t.printf("%s  %s", e.Kind, e.Format)
	if e.PredicateType != "" {
		t.printf("  %s", e.PredicateType)
	}
	t.raw("\n")
	t.field("at", e.Location)
	t.field("of", strings.TrimSpace(e.Subject+" "+e.Platform))
	t.field("signer", e.Signer)
	t.field("identity", e.Identity)
	if e.Time != "" {
		t.field("time", e.Time+" ("+e.TimeProof+")")
	}
	if e.Counted {
		t.field("counts", "yes")
	} else {
		t.field("counts", "no: "+e.Why)
	}
}

func (t *text) field(name, value string) {
	if value != "" {
		t.printf("   %-9s %s\n", name, value)
	}
}

func (t *text) Written(w Written) error {
	if w.Skipped != "" {
		t.printf("kept  %s of %s: %s\n", w.Kind, w.Subject, w.Skipped)
		return t.err
	}
	what := w.Kind
	if w.PredicateType != "" && w.Kind == "attestation" {
		what += " " + w.PredicateType
	}
	t.printf("wrote %s for %s", what, w.Subject)
	if w.Platform != "" {
		t.printf(" (%s)", w.Platform)
	}
	t.printf("\n      %s at %s\n", w.Format, w.Location)
	return t.err
}

// Document prints text made by the program itself; what it quotes from outside
// was made printable by whoever quoted it.
func (t *text) Document(_ any, text string) error {
	t.raw("%s", text)
	return t.err
}
