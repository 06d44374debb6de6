package cis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pratique-dev/pratique/attest/secrets"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// maxRedact is how much of a text is looked through for what stands where a
// secret would; the rest is dropped.
const maxRedact = 8 << 10

// redactor takes secrets out of text that is kept: the values that were found
// anywhere in the image, and whatever stands where a secret would.
type redactor struct {
	values []string
	// all keeps no text at all.
	all bool
}

func newRedactor(found []secret) redactor {
	// So many values would take long to look for, and rules stop counting in
	// one text there: some might be left.
	if len(found) >= maxSecrets {
		return redactor{all: true}
	}
	var r redactor
	for _, s := range found {
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

// keep redacts text and cuts it to max bytes. The cut comes last: half a
// secret is no longer what the patterns look for.
func (r redactor) keep(text string, max int) (kept string, short bool) {
	if r.all && text != "" {
		kept, _ = cut(redacted, max)
		return kept, true
	}
	for _, v := range r.values {
		text = strings.ReplaceAll(text, v, redacted)
	}
	text, long := cut(text, maxRedact)
	if long {
		// What the cut split might be half a secret.
		text = text[:strings.LastIndexAny(text, " \t\n")+1]
	}
	kept, short = cut(redactShapes(text), max)
	return kept, short || long
}

func redactShapes(text string) string {
	p := redactPatterns()
	if strings.Contains(text, "://") {
		text = p.url.ReplaceAllString(text, "${1}"+redacted+"@")
		text = p.bearer.ReplaceAllString(text, "${1}"+redacted+"@")
	}
	if hinted(text) {
		text = p.header.ReplaceAllString(text, "${1}"+redacted)
		text = p.named.ReplaceAllString(text, "${1}"+redacted)
		text = p.flag.ReplaceAllString(text, "${1}"+redacted)
	}
	if strings.Contains(text, "-u") {
		text = p.user.ReplaceAllString(text, "${1}"+redacted)
	}
	return redactRuns(text)
}

// hinted is a cheap look: without one of these words the slower patterns
// match nothing.
func hinted(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"auth", "basic", "bearer", "credential", "key", "pass", "pword", "pwd", "secret", "token"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// bearer is a token that stands alone where a URL has its user.
type redaction struct{ url, bearer, header, named, flag, user *regexp.Regexp }

var redactPatterns = sync.OnceValue(func() redaction {
	const (
		words = `(?:[A-Za-z0-9_.-]*[_.-])?(?:auth|credentials?|keys?|pass|pword|pwd)(?:[_.-][A-Za-z0-9_.-]*)?`
		parts = `[A-Za-z0-9_.-]*(?:api[_-]?key|passphrase|password|passwd|secret|token)[A-Za-z0-9_.-]*`
		names = `(?:` + words + `|` + parts + `)`
		value = `(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s;&|]+)`
	)
	return redaction{
		url:    regexp.MustCompile(`(://[^\s/@:]*:)[^\s/@]+@`),
		bearer: regexp.MustCompile(`(https?://)[^\s/@:]{16,}@`),
		header: regexp.MustCompile(`(?i)((?:basic|bearer|token)\s+)[A-Za-z0-9+/._~=-]{8,}`),
		named:  regexp.MustCompile(`(?i)(\b` + names + `["']?\s*[=:]\s*)` + value),
		flag:   regexp.MustCompile(`(?i)(--?` + names + `["']?,?\s+)` + value),
		user:   regexp.MustCompile(`((?:\s-u|--user|--proxy-user)[ =]?["']?[^\s:"']+:)[^\s"']+`),
	}
})

// minRun is the length from which a run of characters may be a secret.
const minRun = 20

// redactRuns takes out runs of characters that look drawn by lot.
func redactRuns(text string) string {
	var out strings.Builder
	kept := 0
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && (isAlnum(text[end]) || strings.IndexByte("+_=~-", text[end]) >= 0) {
			end++
		}
		if end-i >= minRun && random(text[i:end]) {
			out.WriteString(text[kept:i])
			out.WriteString(redacted)
			kept = end
		}
		i = end + 1
	}
	if kept == 0 {
		return text
	}
	return out.String() + text[kept:]
}

// random reports whether a run of characters looks drawn by lot: mixed case
// and digits, and nearly no repetition. Hex digests are not, nor are names.
func random(run string) bool {
	return strings.ContainsAny(run, "0123456789") &&
		strings.ToLower(run) != run && strings.ToUpper(run) != run && secrets.Entropy(run) >= 400
}

// secretFlag reports whether a word is an option whose value, a secret, is the
// next word.
func secretFlag(word string) bool {
	return strings.HasPrefix(word, "-") && !strings.Contains(word, "=") && secrets.Name(strings.TrimLeft(word, "-"))
}
