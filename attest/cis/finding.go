package cis

import "fmt"

// The sources a [Place] can be in.
const (
	SourceConfig     = "config"
	SourceHistory    = "history"
	SourceLayer      = "layer"
	SourceDockerfile = "dockerfile"
)

// Place says where something was found, as far as it is known.
type Place struct {
	// Source is config, history, layer or dockerfile.
	Source string `json:"source,omitempty"`
	// Row is the history row, from 1.
	Row int `json:"row,omitempty"`
	// Layer is the layer, from 1 for the lowest.
	Layer int `json:"layer,omitempty"`
	// Path is the file in the layer, without a leading slash.
	Path string `json:"path,omitempty"`
	// Line is the line of the Dockerfile, from 1.
	Line int `json:"line,omitempty"`
}

// String names the place for a person, "" where there is nothing to name.
func (p Place) String() string {
	switch {
	case p.Line > 0:
		return fmt.Sprintf("line %d", p.Line)
	case p.Row > 0:
		return fmt.Sprintf("history row %d", p.Row)
	case p.Path != "":
		return fmt.Sprintf("layer %d, %q", p.Layer, "/"+p.Path)
	}
	return ""
}

// Item is one piece of a finding: a status of its own, and where it stands.
type Item struct {
	Status Status `json:"status"`
	// Text is what a person can check, without secrets.
	Text   string `json:"text"`
	Origin Origin `json:"origin"`
	At     Place  `json:"at"`
}

// Result is what Judge says of one control. One without items is unknown.
type Result struct{ Items []Item }

// say is a result of one status about the image as a whole; every line is a
// piece of evidence.
func say(s Status, o Origin, lines ...string) Result {
	var r Result
	for _, l := range lines {
		r.Items = append(r.Items, Item{Status: s, Text: l, Origin: o, At: Place{Source: SourceConfig}})
	}
	return r
}

func (r *Result) add(s Status, o Origin, at Place, format string, args ...any) {
	r.Items = append(r.Items, Item{Status: s, Text: fmt.Sprintf(format, args...), Origin: o, At: at})
}

// weight orders statuses, the worst highest: what is unknown might be a
// failure, so nothing but a failure outweighs it.
func weight(s Status) int {
	switch s {
	case Fail:
		return 5
	case Warn:
		return 3
	case Manual:
		return 2
	case Pass:
		return 1
	case NotApplicable:
		return 0
	}
	return 4
}

// worst is the status of a control with these items; without any it is
// unknown.
func worst(items []Item) Status {
	if len(items) == 0 {
		return Unknown
	}
	out := items[0].Status
	for _, i := range items[1:] {
		if weight(i.Status) > weight(out) {
			out = i.Status
		}
	}
	return out
}

// originOf is whose a finding is: own if any of what decides it is, the base's
// if all of it is.
func originOf(items []Item, s Status) Origin {
	out := Origin("")
	for _, i := range items {
		switch {
		case i.Status != s:
		case i.Origin == OriginOwn:
			return OriginOwn
		case out == "":
			out = i.Origin
		case out != i.Origin:
			out = OriginUnknown
		}
	}
	if out == "" {
		return OriginUnknown
	}
	return out
}

// Of is the part of a finding whose items keep accepts, judged by itself. ok
// is false where there is none.
func (f Finding) Of(keep func(Item) bool) (part Finding, ok bool) {
	var items []Item
	for _, i := range f.Items {
		if keep(i) {
			items = append(items, i)
		}
	}
	return newFinding(f.Control, f.Key, items), len(items) > 0
}

// newFinding makes the finding of some items. Beside a worse item, what passed
// is not worth a line.
func newFinding(control, key string, items []Item) Finding {
	f := Finding{Control: control, Key: key, Status: worst(items), Items: items}
	f.Origin = originOf(items, f.Status)
	var lines []string
	for _, i := range items {
		if weight(i.Status) > weight(Pass) || weight(f.Status) <= weight(Pass) {
			lines = append(lines, i.Text)
		}
	}
	f.Evidence = shorten(lines)
	return f
}
