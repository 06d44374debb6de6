package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// reason says why a called vulnerability cannot hurt, and until when that holds.
type reason struct {
	until string    // last day, as written
	end   time.Time // end of that day, UTC
	text  string
}

// parseReasons reads "GO-2026-0001 2027-01-31 reason" lines; # starts a comment line.
func parseReasons(text string) (map[string]reason, error) {
	reasons := map[string]reason{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, r, err := parseReason(line)
		if _, twice := reasons[id]; twice && err == nil {
			err = errors.New("second reason for " + id)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		reasons[id] = r
	}
	return reasons, nil
}

func parseReason(line string) (string, reason, error) {
	words := strings.Fields(line)
	if len(words) < 5 {
		return "", reason{}, errors.New("want an id, a last day and a reason in words")
	}
	if !regexp.MustCompile(`^GO-\d{4}-\d{4,}$`).MatchString(words[0]) {
		return "", reason{}, fmt.Errorf("%q is not an id like GO-2026-0001", words[0])
	}
	day, err := time.Parse(time.DateOnly, words[1])
	if err != nil {
		return "", reason{}, fmt.Errorf("%q is not a day like 2027-01-31", words[1])
	}
	end := day.AddDate(0, 0, 1).Add(-time.Nanosecond)
	return words[0], reason{words[1], end, strings.Join(words[2:], " ")}, nil
}
