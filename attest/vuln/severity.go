package vuln

import (
	"strconv"
	"strings"
)

// Severity orders what scanners say; the zero value is unknown.
type Severity uint8

// The severities, lowest first. An unknown one may be any of the others, so it
// has to be taken for worse than all of them.
const (
	SeverityUnknown Severity = iota
	SeverityNegligible
	SeverityLow
	SeverityMedium
	SeverityHigh
	SeverityCritical
)

// String is the severity in lower case.
func (s Severity) String() string {
	names := [...]string{"unknown", "negligible", "low", "medium", "high", "critical"}
	if int(s) < len(names) {
		return names[s]
	}
	return names[SeverityUnknown]
}

// rank orders severities by how bad they may be.
func (s Severity) rank() Severity {
	if s == SeverityUnknown {
		return SeverityCritical + 1
	}
	return s
}

// ParseSeverity reads the name of a severity in any case. SeverityUnknown
// means that it is none we know.
func ParseSeverity(name string) Severity {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "none", "negligible", "informational":
		return SeverityNegligible
	case "low":
		return SeverityLow
	case "medium", "moderate":
		return SeverityMedium
	case "high", "important":
		return SeverityHigh
	case "critical":
		return SeverityCritical
	}
	return SeverityUnknown
}

// scored is a severity by some method, as in-toto's predicates have them.
type scored struct {
	Method string `json:"method"`
	// Score is a name or a number; some write numbers without quotes.
	Score any `json:"score"`
}

// highest is the highest severity that can be read. Others beside it are of
// methods that say no severity, such as a likelihood.
func highest(list []scored) Severity {
	top := SeverityUnknown
	for _, s := range list {
		top = max(top, s.severity())
	}
	return top
}

func (s scored) severity() Severity {
	switch score := s.Score.(type) {
	case float64:
		return s.number(score)
	case string:
		if number, err := strconv.ParseFloat(strings.TrimSpace(score), 64); err == nil {
			return s.number(number)
		}
		return ParseSeverity(score)
	}
	return SeverityUnknown
}

// number reads a CVSS score by the scale that versions 3 and 4 share. Numbers
// of other methods mean something else.
func (s scored) number(score float64) Severity {
	method := strings.ToLower(s.Method)
	if !strings.Contains(method, "cvss") && method != "nvd" {
		return SeverityUnknown
	}
	switch {
	case score == 0:
		return SeverityNegligible
	case score > 0 && score < 4:
		return SeverityLow
	case score >= 4 && score < 7:
		return SeverityMedium
	case score >= 7 && score < 9:
		return SeverityHigh
	case score >= 9 && score <= 10:
		return SeverityCritical
	}
	return SeverityUnknown
}
