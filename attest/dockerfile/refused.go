package dockerfile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/pratique-dev/pratique/verify/wire"
)

// maxReason is how much of the parser's own words an error carries, in bytes.
const maxReason = 160

// invalid is an error about one line.
func invalid(line int, format string, args ...any) error {
	return fmt.Errorf("%w: line %d: %s", ErrInvalid, line, fmt.Sprintf(format, args...))
}

// refused is an error of BuildKit's parser, with its line. BuildKit quotes the
// file in its errors, and the file may hold secrets, so quotes are left out.
func refused(err error) error {
	line := 0
	var at *parser.LocationError
	if errors.As(err, &at) {
		for _, ranges := range at.Locations {
			for _, r := range ranges {
				if line == 0 || r.Start.Line < line {
					line = r.Start.Line
				}
			}
		}
	}
	return invalid(max(line, 1), "%s", reason(err))
}

var quotations = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`"(?:[^"\\]|\\.)*"`), regexp.MustCompile("`[^`]*`"), regexp.MustCompile(`\B'[^']*'`), regexp.MustCompile(`\S{24,}`),
	}
})

func reason(err error) string {
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		if w := unknown.Instruction; len(w) <= 20 && strings.Trim(strings.ToUpper(w), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return "unknown instruction " + w
		}
		return "unknown instruction"
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	if _, rest, ok := strings.Cut(text, "dockerfile parse error on line "); ok {
		_, text, _ = strings.Cut(rest, ": ")
	}
	if text == "no build stage in current context" {
		return "an instruction in front of the first FROM"
	}
	for _, q := range quotations() {
		text = q.ReplaceAllString(text, "…")
	}
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return wire.Printable(text)
}
