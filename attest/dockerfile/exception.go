package dockerfile

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
)

// maxExceptionReason is the longest reason, in bytes.
const maxExceptionReason = 512

// Exception is an inline exception. It changes what an audit prints and exits
// with, never a fact (S6).
type Exception struct {
	Control, Reason string
	// Until is the last day, YYYY-MM-DD.
	Until string
	// Line is the line of the comment, Covers the line it is about, 0 for the
	// whole file.
	Line, Covers int
}

var exceptionMark = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*#\s*pratique:(\S+)(.*)$`)
})

// exceptions reads the comments that are exceptions. One covers the
// instruction it stands before or in.
func (src *source) exceptions() ([]Exception, error) {
	var out []Exception
	node := 0
	for i, text := range bytes.Split(src.content, []byte("\n")) {
		line := i + 1
		for node < len(src.nodes) && src.nodes[node].EndLine < line {
			node++
		}
		m := exceptionMark().FindSubmatch(bytes.TrimRight(bytes.TrimPrefix(text, []byte("\ufeff")), "\r"))
		if m == nil || src.inDocument(node, line) {
			continue
		}
		e, err := readException(line, string(m[1]), string(m[2]))
		if err != nil {
			return nil, err
		}
		if string(m[1]) == "ignore" {
			if node == len(src.nodes) {
				return nil, invalid(line, "pratique:ignore: no instruction follows")
			}
			e.Covers = src.nodes[node].StartLine
		}
		out = append(out, e)
	}
	return out, nil
}

// inDocument reports whether a line may be part of a here document, where
// nothing is a comment.
func (src *source) inDocument(node, line int) bool {
	return node < len(src.nodes) && line > src.nodes[node].StartLine && len(src.nodes[node].Heredocs) > 0
}

func readException(line int, word, rest string) (Exception, error) {
	e := Exception{Line: line}
	if word != "ignore" && word != "ignore-file" {
		return e, invalid(line, "a pratique comment that is neither ignore nor ignore-file")
	}
	e.Control, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
	if !isControl(e.Control) {
		return e, invalid(line, "pratique:%s: not a control of section 4", word)
	}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		var err error
		if rest, err = e.field(rest); err != nil {
			return e, err
		}
	}
	if e.Until == "" || e.Reason == "" {
		return e, invalid(line, "pratique:%s: until=YYYY-MM-DD and reason=\"…\" are both needed", word)
	}
	return e, nil
}

// field takes one key=value off the rest.
func (e *Exception) field(rest string) (string, error) {
	key, value, _ := strings.Cut(rest, "=")
	switch {
	case key == "until" && e.Until == "":
		day, rest, _ := strings.Cut(value, " ")
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return "", invalid(e.Line, "until is not a day, YYYY-MM-DD")
		}
		e.Until = day
		return rest, nil
	case key == "reason" && e.Reason == "":
		quoted, err := strconv.QuotedPrefix(value)
		if err != nil || quoted[0] != '"' {
			return "", invalid(e.Line, "the reason is not in double quotes")
		}
		e.Reason, err = strconv.Unquote(quoted)
		if err != nil || strings.TrimSpace(e.Reason) == "" || len(e.Reason) > maxExceptionReason {
			return "", invalid(e.Line, "the reason is empty, or longer than %d bytes", maxExceptionReason)
		}
		return value[len(quoted):], nil
	}
	return "", invalid(e.Line, "an exception takes until= and reason=, each once")
}

func isControl(id string) bool {
	for _, c := range cis.Section4() {
		if c.ID == id {
			return true
		}
	}
	return false
}
