package cis

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pratique-dev/pratique/attest/secrets"
)

// SecretFact is where secrets were found. It never holds a value.
type SecretFact struct {
	Hits []SecretHit `json:"hits"`
	// More counts the hits beyond those kept.
	More int `json:"more,omitempty"`
}

// SecretHit is one secret: which rule found it, where, and enough to tell it
// from another of the same image.
type SecretHit struct {
	// Rule is the rule's id, "secret-name" for a name that promises a secret.
	Rule string `json:"rule"`
	// Place is env, label, cmd, entrypoint, onbuild, healthcheck or history,
	// and Index the entry there, from 0 (labels in the order of their names).
	// In a Dockerfile Place is the instruction in small letters.
	Place string `json:"place"`
	Index int    `json:"index"`
	// Line is the line of the Dockerfile, Row the row of the history, from 1,
	// that gave an env or label its value; 0 where there is none.
	Line int `json:"line,omitempty"`
	Row  int `json:"row,omitempty"`
	// Name is the variable's or label's name, if there is one.
	Name string `json:"name,omitempty"`
	// Length is the value's, in bytes, and Entropy in hundredths of a bit per
	// byte.
	Length  int `json:"length"`
	Entropy int `json:"entropy"`
	// Fingerprint is 16 bits of a keyed hash of the value.
	Fingerprint string `json:"fingerprint"`
}

// maxName is how much of a name is kept, in bytes.
const maxName = 128

func c0410() Control {
	return Control{
		ID: "4.10", Key: "image.secrets", IDs: sameID("4.10"), Level: 1, Decidable: Auto,
		Title:       "The image holds no secrets",
		Remediation: "Rotate the secret, hand it to the build with RUN --mount=type=secret, and rebuild without it.",
		Collect:     collectSecrets,
		Judge:       judgeSecrets,
	}
}

func collectSecrets(c Contents, f *Facts) {
	r := c.reading()
	f.Secrets = secretFact(r.secrets, r.redactor, c.ConfigDigest)
	labels := slices.Sorted(maps.Keys(c.Labels))
	for i, h := range f.Secrets.Hits {
		switch h.Place {
		case placeEnv:
			f.Secrets.Hits[i].Row = setBy(r.steps, "ENV", c.Env[h.Index])
		case placeLabel:
			f.Secrets.Hits[i].Row = setBy(r.steps, "LABEL", labels[h.Index]+"="+c.Labels[labels[h.Index]])
		}
	}
}

// dockerfileSecrets are those of the stages that make the image.
func (c Contents) dockerfileSecrets() *SecretFact {
	key := c.ConfigDigest
	if key == "" {
		key = c.Dockerfile.Digest
	}
	return secretFact(c.reading().lines, c.reading().file, key)
}

func secretFact(found []secret, r redactor, key string) *SecretFact {
	fact := &SecretFact{Hits: []SecretHit{}}
	if len(found) > maxSecrets {
		fact.More = len(found) - maxSecrets
		found = found[:maxSecrets]
	}
	for _, s := range found {
		name, _ := r.keep(s.name, maxName)
		fact.Hits = append(fact.Hits, SecretHit{
			Rule: s.rule, Place: s.place, Index: s.index, Line: s.line, Name: name,
			Length: len(s.value), Entropy: secrets.Entropy(s.value), Fingerprint: secrets.Fingerprint(key, s.value),
		})
	}
	return fact
}

func judgeSecrets(f *Facts, p Parameters) Result {
	if f.Secrets == nil && f.fileOnly() {
		return p.judgeWrittenSecrets(f)
	}
	if f.Secrets == nil {
		return uncollected("whether there are secrets")
	}
	var r Result
	p.judgeHits(&r, f, f.Secrets)
	if f.Dockerfile != nil && f.Dockerfile.Secrets != nil {
		p.judgeHits(&r, f, f.Dockerfile.Secrets)
	}
	if l := f.Layers; l != nil {
		p.judgeSecretFiles(&r, f, l)
	}
	judgeSearch(&r, f)
	if len(r.Items) == 0 {
		return say(Pass, OriginOwn, "config, history and "+plural(f.Layers.Count, "layer", "layers")+" hold no secret")
	}
	return r
}

// judgeHits judges what config and history, or a Dockerfile, show.
func (p Parameters) judgeHits(r *Result, f *Facts, fact *SecretFact) {
	for _, h := range fact.Hits {
		if status := p.judgeSecret(h); status != Pass {
			r.add(status, f.origin(h.setAt()), h.at(), "%s", h)
		}
	}
	if fact.More > 0 {
		r.add(Fail, OriginUnknown, Place{}, "%s", plural(fact.More, "more secret", "more secrets"))
	}
}

// at is where the secret is.
func (h SecretHit) at() Place {
	switch {
	case h.Line > 0:
		return Place{Source: SourceDockerfile, Line: h.Line}
	case h.Place == placeHistory:
		return Place{Source: SourceHistory, Row: h.Index + 1}
	}
	return Place{Source: SourceConfig}
}

// setAt is where it came from, as far as the history tells.
func (h SecretHit) setAt() Place {
	if h.Row > 0 {
		return Place{Source: SourceHistory, Row: h.Row}
	}
	return h.at()
}

// judgeSecret weighs one hit: a shape is a credential, a name only promises
// one, and the value has to look like it.
func (p Parameters) judgeSecret(h SecretHit) Status {
	switch h.Rule {
	case secrets.RuleName, secrets.RuleOption, secrets.RulePassword:
		return p.judgePromise(h.Name, h.Length, h.Entropy)
	}
	return Fail
}

// judgePromise weighs a value of which only the words around it say that it is
// secret.
func (p Parameters) judgePromise(name string, length, entropy int) Status {
	switch {
	case name != "" && slices.Contains(p.AllowedSecretNames, name):
		return Pass
	case length >= p.MinSecretLength && entropy >= p.MinSecretEntropy:
		return Fail
	}
	return Warn
}

// String says where the secret is, and nothing of what it is.
func (h SecretHit) String() string {
	where := fmt.Sprintf("%s entry %d", h.Place, h.Index+1)
	switch {
	case h.Line > 0:
		where = fmt.Sprintf("Dockerfile line %d, %s", h.Line, h.Place)
	case h.Place == placeHistory:
		where = fmt.Sprintf("history row %d", h.Index+1)
	}
	if h.Name != "" {
		where += fmt.Sprintf(", %q", h.Name)
	}
	return fmt.Sprintf("%s: %s, value of %s (fingerprint %s)", where, h.Rule, plural(h.Length, "byte", "bytes"), h.Fingerprint)
}
