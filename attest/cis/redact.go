package cis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// redactor takes secrets out of text that is kept: the values that were found
// anywhere in the image, and whatever stands where a secret would.
type redactor struct{ values []string }

func newRedactor(c Contents) redactor {
	var r redactor
	for _, s := range scan(c) {
		// Shorter values would blank out parts of ordinary words; where they
		// stand behind their name, the patterns below take them.
		if len(s.value) < 4 {
			continue
		}
		quoted := strconv.Quote(s.value)
		r.values = append(r.values, s.value, quoted[1:len(quoted)-1])
	}
	slices.SortFunc(r.values, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	r.values = slices.Compact(r.values)
	return r
}

func (r redactor) redact(text string) string {
	for _, v := range r.values {
		text = strings.ReplaceAll(text, v, redacted)
	}
	p := redactPatterns()
	text = p.url.ReplaceAllString(text, "${1}"+redacted+"@")
	text = p.header.ReplaceAllString(text, "${1}"+redacted)
	text = p.named.ReplaceAllString(text, "${1}"+redacted)
	text = p.flag.ReplaceAllString(text, "${1}"+redacted)
	text = p.user.ReplaceAllString(text, "${1}"+redacted)
	return p.run.ReplaceAllStringFunc(text, func(run string) string {
		if random(run) {
			return redacted
		}
		return run
	})
}

type redaction struct{ url, header, named, flag, user, run *regexp.Regexp }

var redactPatterns = sync.OnceValue(func() redaction {
	const (
		names = `(?:[A-Za-z0-9_.-]*[_.-])?(?:apikey|api[_-]?key|auth|authtoken|credentials?|key|keys|passphrase|password|pword|passwd|pass|pwd|secret|token)(?:[_.-][A-Za-z0-9_.-]*)?`
		value = `(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s;&|]+)`
	)
	return redaction{
		url:    regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^\s/@:]*:)[^\s/@]+@`),
		header: regexp.MustCompile(`(?i)((?:basic|bearer|token)\s+)[A-Za-z0-9+/._~=-]{8,}`),
		named:  regexp.MustCompile(`(?i)(\b` + names + `["']?\s*[=:]\s*)` + value),
		flag:   regexp.MustCompile(`(?i)(--?` + names + `\s+)` + value),
		user:   regexp.MustCompile(`((?:\s-u|--user|--proxy-user)[ =]?["']?[^\s:"']+:)[^\s"']+`),
		run:    regexp.MustCompile(`[A-Za-z0-9+_=~-]{20,}`),
	}
})

// random reports whether a run of characters looks drawn by lot: mixed case
// and digits, and nearly no repetition. Hex digests are not, nor are names.
func random(run string) bool {
	return strings.ContainsAny(run, "0123456789") &&
		strings.ToLower(run) != run && strings.ToUpper(run) != run && entropy(run) >= 400
}
