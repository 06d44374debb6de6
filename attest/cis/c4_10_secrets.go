package cis

import (
	"fmt"
	"slices"
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
	Place string `json:"place"`
	Index int    `json:"index"`
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
	fact := &SecretFact{Hits: []SecretHit{}}
	found := c.reading().secrets
	if len(found) > maxSecrets {
		fact.More = len(found) - maxSecrets
		found = found[:maxSecrets]
	}
	for _, s := range found {
		name, _ := c.reading().redactor.keep(s.name, maxName)
		fact.Hits = append(fact.Hits, SecretHit{
			Rule: s.rule, Place: s.place, Index: s.index, Name: name,
			Length: len(s.value), Entropy: entropy(s.value), Fingerprint: fingerprint(c.ConfigDigest, s.value),
		})
	}
	f.Secrets = fact
}

func judgeSecrets(f *Facts, p Parameters) Result {
	if f.Secrets == nil {
		return uncollected("whether there are secrets")
	}
	var r Result
	for _, h := range f.Secrets.Hits {
		if status := p.judgeSecret(h); status != Pass {
			at := h.at()
			r.add(status, f.origin(at), at, "%s", h)
		}
	}
	if f.Secrets.More > 0 {
		r.add(Fail, OriginUnknown, Place{}, "%s", plural(f.Secrets.More, "more secret", "more secrets"))
	}
	if len(r.Items) == 0 {
		return say(Pass, OriginOwn, "config and history hold no secret; files in layers were not read")
	}
	return r
}

// at is where the secret is: what a config says is its last layer's word.
func (h SecretHit) at() Place {
	if h.Place == placeHistory {
		return Place{Source: SourceHistory, Row: h.Index + 1}
	}
	return Place{Source: SourceConfig}
}

// judgeSecret weighs one hit: a shape is a credential, a name only promises
// one, and the value has to look like it.
func (p Parameters) judgeSecret(h SecretHit) Status {
	switch {
	case h.Rule != ruleName:
		return Fail
	case slices.Contains(p.AllowedSecretNames, h.Name):
		return Pass
	case h.Length >= p.MinSecretLength && h.Entropy >= p.MinSecretEntropy:
		return Fail
	}
	return Warn
}

// String says where the secret is, and nothing of what it is.
func (h SecretHit) String() string {
	where := fmt.Sprintf("%s entry %d", h.Place, h.Index+1)
	if h.Place == placeHistory {
		where = fmt.Sprintf("history row %d", h.Index+1)
	}
	if h.Name != "" {
		where += fmt.Sprintf(", %q", h.Name)
	}
	return fmt.Sprintf("%s: %s, value of %s (fingerprint %s)", where, h.Rule, plural(h.Length, "byte", "bytes"), h.Fingerprint)
}
