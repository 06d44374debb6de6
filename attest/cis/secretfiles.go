package cis

import (
	"fmt"

	"github.com/pratique-dev/pratique/attest/secrets"
)

// judgeSecretFiles judges what files in layers hold. One that a later layer
// deletes is in the image all the same.
func (p Parameters) judgeSecretFiles(r *Result, f *Facts, l *LayersFact) {
	for _, s := range l.Secrets {
		if status := p.judgeSecretFile(s); status != Pass {
			r.add(status, f.origin(s.At), s.At, "%s", s)
		}
	}
	if more := l.More["secrets"]; more > 0 {
		r.add(Unknown, OriginUnknown, Place{}, "%s in files, which the facts do not list", plural(more, "more secret", "more secrets"))
	}
}

// judgeSecretFile weighs one: in a test suite or documentation even a key that
// is one opens nothing, as a rule; outside of the files that programs keep
// credentials in, what only the words around it make a secret has to look it.
func (p Parameters) judgeSecretFile(s SecretFile) Status {
	status := Fail
	switch {
	case s.Rule == secrets.RuleFileName || s.Rule == secrets.RuleHash:
		return Warn
	case s.Rule == secrets.RuleName, secrets.Weighed(s.Rule) && !secrets.Store(s.At.Path):
		status = p.judgePromise(s.Name, s.Length, s.Entropy)
	}
	if status == Fail && secrets.Sample(s.At.Path) {
		return Warn
	}
	return status
}

// judgeSearch says what was not searched. It might be anything.
func judgeSearch(r *Result, f *Facts) {
	const what = "file contents were not searched for secrets"
	switch {
	case f.Layers == nil:
		r.add(Unknown, OriginUnknown, Place{}, what+": no layer was read")
	case !f.Layers.Contents:
		r.add(Unknown, OriginUnknown, Place{}, what+", only names were")
	}
	f.unread(r, "4.10")
}

// String says where the secret is, and nothing of what it is.
func (s SecretFile) String() string {
	where := s.At.String()
	if s.Line > 0 {
		where += fmt.Sprintf(", line %d", s.Line)
	}
	if s.Name != "" {
		where += fmt.Sprintf(", %q", s.Name)
	}
	text := where + ": " + s.Rule
	if s.Rule != secrets.RuleFileName {
		text += fmt.Sprintf(", value of %s (fingerprint %s)", plural(s.Length, "byte", "bytes"), s.Fingerprint)
	}
	if s.Deleted {
		text += ", deleted in a later layer"
	}
	return text
}
