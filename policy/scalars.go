package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxDuration keeps ages within what a time can be moved by: ten years.
const maxDuration = 10 * 366 * 24 * time.Hour

// parseAge reads a Go duration ("168h") or whole days ("7d").
func parseAge(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a duration such as 168h or 7d", s)
	var d time.Duration
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || strconv.Itoa(n) != days || n > 3660 {
			return 0, bad
		}
		d = time.Duration(n) * 24 * time.Hour
	} else {
		var err error
		if d, err = time.ParseDuration(s); err != nil {
			return 0, bad
		}
	}
	if d <= 0 || d > maxDuration {
		return 0, fmt.Errorf("duration %q must be more than nothing and at most ten years", s)
	}
	return d, nil
}

// parseDay reads YYYY-MM-DD and gives the last instant of that day, UTC (S6).
func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a day such as 2027-01-31", s)
	}
	return t.Add(24*time.Hour - time.Nanosecond), nil
}

// parseInstant reads an RFC 3339 time, or a day, which stands for its first
// instant or its last.
func parseInstant(s string, last bool) (time.Time, error) {
	// The zero time stands for no bound, which nobody writes as a time.
	if t, err := time.Parse(time.RFC3339, s); err == nil && !t.IsZero() {
		return t.UTC(), nil
	}
	t, err := parseDay(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time such as 2027-01-31 or 2027-01-31T12:00:00Z", s)
	}
	if !last {
		t = t.Add(time.Nanosecond - 24*time.Hour)
	}
	return t, nil
}

// checkURL accepts https URLs of a host and a path, without user, query and
// fragment. They are compared and shown, never fetched here.
func checkURL(s string) error {
	rest, ok := strings.CutPrefix(s, "https://")
	host, _, _ := strings.Cut(rest, "/")
	if !ok || host == "" || strings.ContainsAny(rest, " \t\r\n?#@\\") {
		return fmt.Errorf("%q is not an https URL of a host and a path", s)
	}
	return nil
}

// checkHost accepts host[:port] in lower case, the way canonical names write
// it.
func checkHost(s string) error {
	if strings.ContainsAny(s, "*/@ ") {
		return fmt.Errorf("%q is not a host[:port]", s)
	}
	return checkHostPattern(s)
}

// anchored compiles an expression so that it must match the whole text
// (threat 29).
func anchored(expr string) (*regexp.Regexp, error) {
	if len(expr) > maxPattern {
		return nil, fmt.Errorf("expression longer than %d bytes", maxPattern)
	}
	if _, err := regexp.Compile(expr); err != nil {
		return nil, fmt.Errorf("expression %q: %w", expr, err)
	}
	return regexp.Compile(`\A(?:` + expr + `)\z`)
}
