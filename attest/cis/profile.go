package cis

import (
	"fmt"
	"maps"
	"strings"
)

// Profile says what findings lead to (S17). The zero Profile denies on
// everything that is not a pass.
type Profile struct {
	// Name is starter, cis-l1 or cis-l2; controls changed by With do not change
	// it, but they change the digest.
	Name string
	// effects is what a failure of each control leads to.
	effects map[string]Effect
}

// The profiles. Nine public images in ten run as root and have no health
// check, so ProfileStarter, the default, denies only what is dangerous.
const (
	ProfileStarter = "starter"
	ProfileL1      = "cis-l1"
	ProfileL2      = "cis-l2"
)

// Profiles are the names LookupProfile knows.
func Profiles() []string { return []string{ProfileStarter, ProfileL1, ProfileL2} }

// LookupProfile finds a profile by its exact name.
func LookupProfile(name string) (Profile, error) {
	var onFailure func(Control) Effect
	switch name {
	case ProfileStarter:
		onFailure = starterEffect
	case ProfileL1:
		onFailure = func(c Control) Effect { return levelEffect(c, 1) }
	case ProfileL2:
		onFailure = func(c Control) Effect { return levelEffect(c, 2) }
	default:
		return Profile{}, fmt.Errorf("profile %q: not one of %s", name, strings.Join(Profiles(), ", "))
	}
	p := Profile{Name: name, effects: map[string]Effect{}}
	for _, c := range Section4() {
		p.effects[c.ID] = onFailure(c)
	}
	return p, nil
}

// starterEffect denies on secrets alone: they are out once the image is.
func starterEffect(c Control) Effect {
	if c.ID == "4.10" {
		return EffectDeny
	}
	return EffectWarn
}

// levelEffect follows the benchmark up to a level: scored failures deny,
// unscored ones warn, controls of a higher level are not part of the profile.
func levelEffect(c Control, level int) Effect {
	switch {
	case c.Level > level:
		return EffectNone
	case c.Scored:
		return EffectDeny
	}
	return EffectWarn
}

// Effect is what a status of a control leads to. A failure and what is unknown
// lead to the same; manual and warn never deny. A control the profile does not
// know denies unless it passed.
//
// s must come from Judge, run by the caller: NotApplicable satisfies because
// the caller derived it, and must not be taken from a statement (S17).
func (p Profile) Effect(control string, s Status) Effect {
	onFailure := p.effects[control]
	switch s {
	case Pass, NotApplicable:
		return EffectNone
	case Warn, Manual:
		return max(onFailure, EffectWarn)
	}
	return onFailure
}

// With is the profile with another effect for failures of one control; the
// receiver stays as it is. EffectNone excepts the control altogether.
func (p Profile) With(control string, e Effect) (Profile, error) {
	if _, ok := lookup(control); !ok {
		return Profile{}, fmt.Errorf("control %q is not in section 4 of %s", control, Benchmark)
	}
	effects := maps.Clone(p.effects)
	if effects == nil {
		effects = map[string]Effect{}
	}
	effects[control] = e
	return Profile{Name: p.Name, effects: effects}, nil
}

// Digest is the sha256 digest of the name and all effects, "sha256:" and hex.
func (p Profile) Digest() string {
	return jsonDigest(struct {
		Name    string            `json:"name"`
		Effects map[string]Effect `json:"effects"`
	}{p.Name, p.effects})
}
