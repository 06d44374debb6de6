package policy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
)

func (c *compiler) attestation(s *attestationShape) Attestation {
	out := Attestation{Name: s.Predicate.s, AnyOf: c.anyOf(s.AnyOf), TimeClaimed: s.Time.set()}
	out.Threshold = c.threshold(s.Threshold, len(s.AnyOf))
	var err error
	if s.Predicate.set() {
		if out.Predicates, err = predicateTypes(s.Predicate.s); err != nil {
			c.add(s.Predicate.at, "", "%v", err)
		}
	}
	if s.MaxAge.set() {
		if out.MaxAge, err = parseAge(s.MaxAge.s); err != nil {
			c.add(s.MaxAge.at, "", "%v", err)
		}
	}
	out.Scan = c.scan(s, out.Predicates)
	if s.Predicate.s == AuditPredicate {
		out.Audit = c.auditRule(s)
		return out
	}
	if s.Profile.set() || len(s.Controls.list) > 0 || len(s.Except) > 0 || s.Base != nil || s.Parameters != nil {
		c.add(s.At, "", "profile, controls, except, base and parameters are for predicate %s only", AuditPredicate)
	}
	return out
}

// auditRule reads what decides the status and the effect of an audit's
// findings.
func (c *compiler) auditRule(s *attestationShape) *AuditRule {
	out := &AuditRule{Standard: Standard{ProfileName: profileName(s.Profile)}, Parameters: c.parameters(s.Parameters)}
	var err error
	if out.Profile, err = cis.LookupProfile(out.ProfileName); err != nil {
		c.add(s.Profile.at, "", "%v", err)
		return out
	}
	out.Standard = c.standard(out.Standard, s.Controls, s.Except)
	if s.Base != nil {
		out.Base = c.base(out.Standard, s.Base)
	}
	return out
}

// base reads the standard for the base. Without a profile of its own it is the
// image's, so that nothing is judged more loosely for having been left out.
func (c *compiler) base(own Standard, s *baseShape) *Standard {
	if s.Profile.set() {
		own.ProfileName = s.Profile.s
		var err error
		if own.Profile, err = cis.LookupProfile(s.Profile.s); err != nil {
			c.add(s.Profile.at, "", "%v", err)
			return &own
		}
	}
	out := c.standard(own, s.Controls, s.Except)
	return &out
}

// standard is another one with controls raised or lowered, and exceptions of
// its own.
func (c *compiler) standard(from Standard, controls dict[text], except []exceptionShape) Standard {
	from.Except = c.exceptions(except, 4)
	for _, one := range controls.list {
		effect, ok := c.control(one, 4)
		if !ok {
			continue
		}
		p, err := from.Profile.With(one.key.s, effect)
		if err != nil {
			c.add(one.key.at, "", "%v", err)
			continue
		}
		from.Profile = p
	}
	return from
}

// run reads section 5, which the doors that see a request judge.
func (c *compiler) run(s *runShape) *Run {
	out := &Run{ProfileName: profileName(s.Profile), Except: c.exceptions(s.Except, 5), Controls: map[string]cis.Effect{}}
	for _, one := range s.Controls.list {
		if effect, ok := c.control(one, 5); ok {
			out.Controls[one.key.s] = effect
		}
	}
	return out
}

func profileName(t text) string {
	if !t.set() {
		return cis.ProfileStarter
	}
	return t.s
}

// control reads one control that a policy raises or lowers.
func (c *compiler) control(one named[text], section int) (cis.Effect, bool) {
	if err := checkControl(one.key.s, section); err != nil {
		c.add(one.key.at, "", "%v", err)
		return cis.EffectDeny, false
	}
	effect, err := cis.ParseEffect(one.value.s)
	if err != nil && one.value.set() {
		c.add(one.value.at, "", "%v", err)
	}
	return effect, err == nil
}

func (c *compiler) exceptions(list []exceptionShape, section int) []Exception {
	var out []Exception
	for i := range list {
		out = append(out, c.exception(&list[i], section))
	}
	return out
}

func (c *compiler) exception(s *exceptionShape, section int) Exception {
	e := Exception{Control: s.Control.s, Reason: s.Reason.s, Evidence: s.Evidence.s, at: s.At}
	if s.Control.set() {
		if err := checkControl(e.Control, section); err != nil {
			c.add(s.Control.at, "", "%v", err)
		}
	}
	if s.Until.set() {
		var err error
		if e.Until, err = parseDay(s.Until.s); err != nil {
			c.add(s.Until.at, "", "%v", err)
		}
	}
	if s.Image.set() {
		p, err := ParsePattern(s.Image.s)
		if err != nil {
			c.add(s.Image.at, "", "%v", err)
		}
		e.Image = &p
	}
	return e
}

// lastControl is the number of controls of sections 4 and 5 of CIS Docker
// 1.13.0.
func lastControl(section int) int { return map[int]int{4: 11, 5: 31}[section] }

func checkControl(id string, section int) error {
	prefix := strconv.Itoa(section) + "."
	n, err := strconv.Atoi(strings.TrimPrefix(id, prefix))
	if err != nil || !strings.HasPrefix(id, prefix) || id != prefix+strconv.Itoa(n) || n < 1 || n > lastControl(section) {
		return fmt.Errorf("control %q: here they are %s1 to %s%d, numbers of %s", id, prefix, prefix, lastControl(section), cis.Benchmark)
	}
	return nil
}
