package report

import (
	"fmt"
	"slices"
	"strings"
)

// The statuses, effects and origins that handlers tell apart. Whatever else a
// message holds is treated like the worst of them.
const (
	statusPass    = "pass"
	statusFail    = "fail"
	statusWarn    = "warn"
	statusManual  = "manual"
	statusUnknown = "unknown"
	statusNA      = "not-applicable"

	effectDeny = "deny"
	effectWarn = "warn"
	effectNone = "none"

	originBase = "base"

	sourceLayer      = "layer"
	sourceHistory    = "history"
	sourceDockerfile = "dockerfile"
)

// settled tells whether nobody has to do or know anything about a status.
func settled(status string) bool { return status == statusPass || status == statusNA }

// Excepted tells whether an exception makes up for everything the control
// finds; an item with an effect of its own is not part of it.
func (c Control) Excepted() bool {
	return c.Exception != "" && c.Effect == effectNone && !slices.ContainsFunc(c.Items, func(i Item) bool {
		return i.Effect != "" && i.Effect != effectNone
	})
}

// Denies tells whether a control refuses, by itself or by one of its items. An
// effect that is not known is the worst.
func (c Control) Denies() bool {
	if !settled(c.Status) && c.Effect != effectWarn && c.Effect != effectNone {
		return true
	}
	for _, i := range c.trouble() {
		if i.Effect == effectDeny {
			return true
		}
	}
	return false
}

// known tells whether a status is one of the six.
func known(status string) bool { return slices.Contains(statuses(), status) }

// trouble is every item of a control that is not settled. A control that is
// not settled has at least one: its evidence, or else its title.
func (c Control) trouble() []Item {
	var out []Item
	for _, i := range c.Items {
		if !settled(i.Status) {
			out = append(out, i)
		}
	}
	if len(out) > 0 || settled(c.Status) {
		return out
	}
	for _, e := range c.Evidence {
		out = append(out, Item{Status: c.Status, Origin: c.Origin, Text: e})
	}
	if len(out) == 0 {
		out = []Item{{Status: c.Status, Origin: c.Origin, Text: c.Title}}
	}
	return out
}

// effect is what an item leads to.
func (c Control) effect(i Item) string {
	if i.Effect != "" {
		return i.Effect
	}
	return c.Effect
}

// place names where an item is, "" where that is the image as a whole.
func (i Item) place() string {
	switch {
	case i.Source == sourceDockerfile && i.Line > 0:
		return fmt.Sprintf("line %d", i.Line)
	case i.Path != "":
		where := "/" + strings.TrimPrefix(i.Path, "/")
		if i.Line > 0 {
			where += fmt.Sprintf(":%d", i.Line)
		}
		if i.Layer == 0 {
			return where
		}
		return fmt.Sprintf("layer %d, %s", i.Layer, where)
	case i.Row > 0:
		return fmt.Sprintf("history row %d", i.Row)
	case i.Layer > 0:
		return fmt.Sprintf("layer %d", i.Layer)
	}
	return ""
}

// line is an item in one line: whose it is, where the text leaves that open,
// and what was found.
func (i Item) line() string {
	out := i.Text
	if i.Origin == originBase {
		out = "base: " + out
	}
	if at := i.place(); at != "" && !i.named() {
		out += " (" + at + ")"
	}
	return out
}

// named tells whether the text names the place already.
func (i Item) named() bool {
	switch {
	case i.Source == sourceDockerfile && i.Line > 0:
		return mentions(i.Text, "line ", i.Line)
	case i.Path != "":
		return strings.Contains(i.Text, i.Path) && (i.Layer == 0 || mentions(i.Text, "layer ", i.Layer))
	case i.Row > 0:
		return mentions(i.Text, "history row ", i.Row)
	}
	return mentions(i.Text, "layer ", i.Layer)
}

// mentions finds word and number in text, and "row 4" not in "row 41".
func mentions(text, word string, n int) bool {
	phrase := fmt.Sprint(word, n)
	for {
		_, rest, ok := strings.Cut(text, phrase)
		if !ok {
			return false
		}
		if rest == "" || rest[0] < '0' || rest[0] > '9' {
			return true
		}
		text = rest
	}
}

// subject is the name of what an audit is about, the same for every build of
// it: an image without tag and digest, or the Dockerfile.
func (a Audit) subject() string {
	if a.Image == "" {
		return a.Dockerfile
	}
	return repository(a.Image)
}

// repository is an image's name without tag and digest.
func repository(image string) string {
	name, _, _ := strings.Cut(image, "@")
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 || strings.ContainsRune(name[colon:], '/') {
		return name
	}
	switch name[:colon] {
	case "oci", "docker-archive", "docker-daemon":
		return name // what follows is a file or a name, no tag
	}
	return name[:colon]
}
