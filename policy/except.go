package policy

import (
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
)

// excepted says why a finding is excepted: every piece of its evidence must be
// covered by an exception that still holds (S6). ended is an exception that
// would have helped.
func (e *evaluation) excepted(list []Exception, f cis.Finding) (reason string, ended *Exception) {
	var active, all []Exception
	for _, x := range list {
		if x.Control != f.Control || x.Image != nil && !x.Image.Match(e.in.Image.Repo) {
			continue
		}
		all = append(all, x)
		if e.in.Now.After(x.Until) {
			ended = &x
			continue
		}
		e.flipsAfter(x.Until)
		active = append(active, x)
	}
	if reason, ok := covers(active, f.Evidence); ok {
		return reason, nil
	}
	if _, ok := covers(all, f.Evidence); !ok {
		ended = nil
	}
	return "", ended
}

// covers reports whether the exceptions together cover the evidence.
func covers(list []Exception, evidence []string) (string, bool) {
	var reasons []string
	for _, x := range list {
		if x.Evidence == "" {
			return x.Reason, true
		}
	}
	for _, line := range evidence {
		i := slices.IndexFunc(list, func(x Exception) bool { return mentions(line, x.Evidence) })
		if i < 0 {
			return "", false
		}
		reasons = append(reasons, list[i].Reason)
	}
	return strings.Join(sorted(reasons), "; "), len(evidence) > 0
}

// mentions reports whether a line of evidence has the part as a whole, so that
// row 1 is not row 12 and /usr/bin/su is not /usr/bin/sudo.
func mentions(line, part string) bool {
	for from := 0; part != "" && from <= len(line)-len(part); from++ {
		if !strings.HasPrefix(line[from:], part) {
			continue
		}
		before, after := line[:from], line[from+len(part):]
		goesBack := endsInName(before) && (startsInName(part) || part[0] == '/')
		goesOn := endsInName(part) && (startsInName(after) || strings.HasPrefix(after, "/"))
		if !goesBack && !goesOn && (part[0] != '/' || wholePath(before, after, part)) {
			return true
		}
	}
	return false
}

// wholePath reports whether a path that stands in quotes is all that does, or
// the folder it begins with: whoever names files may name one "/x /usr/bin/su".
func wholePath(before, after, part string) bool {
	quotes := 0
	for i := 0; i < len(before); i++ {
		switch before[i] {
		case '\\':
			i++
		case '"':
			quotes++
		}
	}
	return quotes%2 == 0 || before[len(before)-1] == '"' && (strings.HasSuffix(part, "/") || strings.HasPrefix(after, `"`))
}

func startsInName(s string) bool { return s != "" && inName(s[0]) }

func endsInName(s string) bool { return s != "" && inName(s[len(s)-1]) }

// inName reports whether a byte can be in the middle of a name; what is not
// ASCII can.
func inName(c byte) bool {
	return c >= 0x80 || c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
