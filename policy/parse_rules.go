package policy

import (
	"slices"
	"time"

	"github.com/pratique-dev/pratique/verify"
)

func (c *compiler) rules(list []ruleShape) {
	names := map[string]bool{}
	for i := range list {
		s := &list[i]
		if !s.Name.set() {
			continue
		}
		if names[s.Name.s] || s.Name.s == "floor" {
			c.add(s.Name.at, "", "rule name %q is taken", s.Name.s)
		}
		names[s.Name.s] = true
		c.doc.at["rule "+s.Name.s] = s.At
		r := Rule{Name: s.Name.s, Images: c.patterns(s.Images), WarnUntil: c.warnUntil(s)}
		r.Platforms = c.platforms(s.Platforms)
		r.Requirements = c.requirements(&s.evidenceShape, s.At, "rule "+s.Name.s)
		c.doc.Rules = append(c.doc.Rules, r)
	}
	c.overlaps(list)
}

func (c *compiler) patterns(list []text) []Pattern {
	var out []Pattern
	for _, t := range list {
		if !t.set() {
			continue
		}
		p, err := ParsePattern(t.s)
		if err != nil {
			c.add(t.at, "", "%v", err)
			continue
		}
		out = append(out, p)
	}
	return out
}

// overlaps refuses two patterns of different rules that are equally specific
// and can match the same name (S3, threat 131): which rule holds must not
// depend on the order of the file.
func (c *compiler) overlaps(list []ruleShape) {
	if c.err() != nil {
		return
	}
	for i, rule := range c.doc.Rules {
		for _, earlier := range c.doc.Rules[:i] {
			for k, p := range rule.Images {
				for _, q := range earlier.Images {
					if p.compare(q) == 0 && p.meets(q) {
						c.add(list[i].Images[k].at, "make one of them more specific",
							"pattern %q of rule %s and %q of rule %s match the same names and are equally specific", p, rule.Name, q, earlier.Name)
					}
				}
			}
		}
	}
}

func (c *compiler) warnUntil(s *ruleShape) time.Time {
	if s.Mode.s != "warn" {
		if s.Until.set() {
			c.add(s.Until.at, "", "until is for mode: warn")
		}
		return time.Time{}
	}
	if !s.Until.set() {
		return forever()
	}
	t, err := parseDay(s.Until.s)
	if err != nil {
		c.add(s.Until.at, "", "%v", err)
	}
	return t
}

func (c *compiler) platforms(w words) Platforms {
	switch w.word.s {
	case "", "all":
	case "host":
		return Platforms{Host: true}
	default:
		c.add(w.word.at, "", "platforms is all, host, or a list such as [linux/amd64], not %q", w.word.s)
	}
	var out Platforms
	for _, t := range w.list {
		if !t.set() {
			continue
		}
		p, err := verify.ParsePlatform(t.s)
		if err != nil {
			c.add(t.at, "", "%v", err)
			continue
		}
		if slices.Contains(out.List, p) {
			c.add(t.at, "", "platform %s is there twice", p)
		}
		out.List = append(out.List, p)
	}
	return out
}

func (c *compiler) requirements(s *evidenceShape, at pos, what string) Requirements {
	if s.Signatures == nil && len(s.Attestations) == 0 && s.Run == nil {
		c.add(at, "", "%s needs at least one of signatures, attestations and run", what)
	}
	var out Requirements
	if s.Signatures != nil {
		out.Signatures = c.signatures(s.Signatures)
	}
	for i := range s.Attestations {
		a := c.attestation(&s.Attestations[i])
		if slices.ContainsFunc(out.Attestations, func(b Attestation) bool {
			return slices.Equal(a.Predicates, b.Predicates) && slices.Equal(a.AnyOf, b.AnyOf)
		}) {
			c.add(s.Attestations[i].At, "", "this attestation is asked for twice")
		}
		out.Attestations = append(out.Attestations, a)
	}
	if s.Run != nil {
		out.Run = c.run(s.Run)
	}
	return out
}

func (c *compiler) signatures(s *signaturesShape) *Signatures {
	out := &Signatures{AnyOf: c.anyOf(s.AnyOf), Binds: BindsDigest, Annotations: map[string]string{}}
	out.Threshold = c.threshold(s.Threshold, len(s.AnyOf))
	if s.Binds.set() {
		out.Binds = Binds(s.Binds.s)
	}
	for _, t := range s.SignedAs {
		host, path, err := verify.ParseRepository(t.s)
		switch {
		case err != nil:
			c.add(t.at, "", "%v", err)
		case host+"/"+path != t.s:
			c.add(t.at, "write "+host+"/"+path, "signedAs %q is not a canonical name", t.s)
		}
		out.SignedAs = append(out.SignedAs, t.s)
	}
	for _, a := range s.Annotations.list {
		out.Annotations[a.key.s] = a.value.s
	}
	return out
}

// anyOf resolves names of signers; each may be written once.
func (c *compiler) anyOf(list []text) []string {
	known := make([]string, len(c.doc.Signers))
	for i, s := range c.doc.Signers {
		known[i] = s.Name
	}
	var out []string
	for _, t := range list {
		switch {
		case !t.set():
		case !slices.Contains(known, t.s):
			c.add(t.at, suggest(t.s, known), "no signer is called %q", t.s)
		case slices.Contains(out, t.s):
			c.add(t.at, "", "signer %s is there twice", t.s)
		default:
			out = append(out, t.s)
		}
	}
	return out
}

func (c *compiler) threshold(w *whole, names int) int {
	switch {
	case w == nil:
		return 1
	case w.n < 1:
		c.add(w.at, "", "threshold %d: want at least 1", w.n)
	case w.n > int64(names):
		c.add(w.at, "", "threshold %d can never be met by %d signers", w.n, names)
	default:
		return int(w.n)
	}
	return 1
}
