package secrets

import (
	"bytes"
	"slices"
)

// Limits on what is looked at and kept of one file.
const (
	maxLine  = 4096 // bytes of a line that the rule for names reads
	maxFound = 128  // findings
	maxName  = 128  // bytes of a name
)

// The rules that do not go by a shape.
const (
	// RuleName is for values whose name says that they are secret.
	RuleName = "secret-name"
	// RuleFileName is for files whose name says so, where nothing more is known.
	RuleFileName = "secret-file-name"
	// RuleOption is for values of a command's option, RulePassword for
	// passwords that commands take otherwise.
	RuleOption   = "secret-option"
	RulePassword = "command-password"
	// RuleHash is for hashes of passwords.
	RuleHash = "password-hash"
)

// Found is a secret in a file. It does not hold the value.
type Found struct {
	// Rule is the rule's id.
	Rule string
	// Line is the line, from 1; 0 where the file as a whole is meant.
	Line int
	// Name is the variable's name, if there is one.
	Name string
	// Length is the value's, in bytes, Entropy in hundredths of a bit per byte.
	Length, Entropy int
	// Fingerprint is 16 bits of a hash of the value, keyed by the key given.
	Fingerprint string
}

// File finds secrets in a file of a layer: by its name (path has no leading
// slash), and, where content is not nil, in its content. key is for the
// fingerprints. Content that was read and holds nothing clears a telling name,
// unless the format is not one that is read here. There are at most 128
// findings, in the order of the file.
func File(path string, content []byte, key string) []Found {
	k := kindOf(path)
	if content == nil {
		if k.named {
			return []Found{{Rule: RuleFileName}}
		}
		return nil
	}
	list := k.values(content)
	for _, m := range Find(content) {
		if !Weighed(m.Rule) || k.settings() || drawn(content[m.Start:m.End]) {
			list = append(list, value{rule: m.Rule, start: m.Start, end: m.End})
		}
	}
	if k.names != nil {
		list = append(list, k.namedValues(content)...)
	}
	found := report(content, list, key)
	if blank := bytes.TrimSpace(content); len(found) == 0 && k.opaque && !Placeholder(string(blank[:min(len(blank), maxName)])) {
		return []Found{{Rule: RuleFileName}}
	}
	return found
}

// settings reports whether what stands in the file is meant to be used.
func (k kind) settings() bool { return k.named || k.read || k.plain || k.names != nil }

// drawn reports whether a value looks drawn by lot. In code and prose, what
// does not is an example.
func drawn(v []byte) bool { return len(v) >= 12 && Entropy(string(v)) >= 350 }

// value is a finding with its place in the text.
type value struct {
	rule, name string
	start, end int
}

// report turns values into what may leave the package. Of values in the same
// place the first counts.
func report(content []byte, list []value, key string) []Found {
	slices.SortStableFunc(list, func(a, b value) int { return a.start - b.start })
	var out []Found
	line, at, end := 1, 0, -1
	for _, v := range list {
		if v.start < end || len(out) == maxFound {
			continue
		}
		line += bytes.Count(content[at:v.start], []byte{'\n'})
		at, end = v.start, v.end
		text := string(content[v.start:v.end])
		out = append(out, Found{
			Rule: v.rule, Line: line, Name: v.name,
			Length: len(text), Entropy: Entropy(text), Fingerprint: Fingerprint(key, text),
		})
	}
	return out
}

// Suspect reports whether a file's name alone says that it holds credentials,
// so that its content is worth reading where contents are not searched.
func Suspect(path string) bool {
	k := kindOf(path)
	return k.named || k.read
}

// Store reports whether a file is one that programs keep credentials in, where
// even a weak value is one.
func Store(path string) bool { return kindOf(path).named }

// Weighed reports whether what a rule finds is only as good as its value looks:
// it goes by the words around the value, which examples have too.
func Weighed(rule string) bool {
	switch rule {
	case RuleName, RuleOption, RulePassword, "url-credentials", "http-authorization", "connection-string", "netrc":
		return true
	}
	return false
}
