package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// jsonLines writes one object per message and line. Lists are never null.
type jsonLines struct{ enc *json.Encoder }

func newJSON(w io.Writer) *jsonLines {
	enc := json.NewEncoder(printable{w})
	enc.SetEscapeHTML(false)
	return &jsonLines{enc}
}

// printable writes JSON, of which encoding/json escapes only what JSON must: a
// terminal would still obey the C1 control characters, and show text that is
// marked to run backwards (threat 66).
type printable struct{ w io.Writer }

func (p printable) Write(b []byte) (int, error) {
	if _, err := io.WriteString(p.w, PrintableJSON(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// PrintableJSON is the same JSON value in a form that a terminal can show.
func PrintableJSON(doc []byte) string {
	var safe strings.Builder
	for _, r := range string(doc) {
		switch {
		case r < ' ' || strconv.IsPrint(r):
			safe.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&safe, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&safe, `\u%04x`, r)
		}
	}
	return safe.String()
}

func (j *jsonLines) Decision(d Decision) error {
	d.Schema = DecisionSchema
	d.Platforms = list(d.Platforms)
	d.Reasons = list(d.Reasons)
	d.Evidence = list(d.Evidence)
	d.Findings = list(d.Findings)
	for i := range d.Findings {
		d.Findings[i].Evidence = list(d.Findings[i].Evidence)
		d.Findings[i].Items = list(d.Findings[i].Items)
	}
	return j.enc.Encode(d)
}

func (j *jsonLines) Inspection(i Inspection) error {
	i.Schema = InspectSchema
	i.Platforms = list(i.Platforms)
	i.Evidence = list(i.Evidence)
	i.Gaps = list(i.Gaps)
	return j.enc.Encode(i)
}

func (j *jsonLines) Audit(a Audit) error {
	a.Schema = AuditSchema
	a.Controls = list(a.Controls)
	for i := range a.Controls {
		a.Controls[i].Evidence = list(a.Controls[i].Evidence)
		a.Controls[i].Items = list(a.Controls[i].Items)
	}
	return j.enc.Encode(a)
}

func (j *jsonLines) Written(w Written) error {
	w.Schema = WrittenSchema
	return j.enc.Encode(w)
}

func (j *jsonLines) Document(doc any, _ string) error { return j.enc.Encode(doc) }

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
