package cis

import "testing"

func TestProfiles(t *testing.T) {
	deny := map[string][]string{
		ProfileStarter: {"4.10"},
		ProfileL1:      {"4.1", "4.6"},
		ProfileL2:      {"4.1", "4.5", "4.6"},
	}
	none := map[string][]string{ProfileL1: {"4.5", "4.8", "4.11"}}
	for _, name := range Profiles() {
		p, err := LookupProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]Effect{}
		for _, c := range Section4() {
			want[c.ID] = EffectWarn
		}
		for _, id := range deny[name] {
			want[id] = EffectDeny
		}
		for _, id := range none[name] {
			want[id] = EffectNone
		}
		for id, e := range want {
			testEffects(t, p, id, e)
		}
	}
}

// testEffects checks all statuses of a control whose failure leads to e.
func testEffects(t *testing.T, p Profile, id string, e Effect) {
	t.Helper()
	mild := EffectWarn
	if e == EffectNone {
		mild = EffectNone
	}
	for s, want := range map[Status]Effect{
		Fail: e, Unknown: e, Status(99): e, Warn: mild, Manual: mild, Pass: EffectNone, NotApplicable: EffectNone,
	} {
		if got := p.Effect(id, s); got != want {
			t.Errorf("%s %s %s: %s, want %s", p.Name, id, s, got, want)
		}
	}
}

func TestProfileRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, name := range []string{"", "Starter", "cis-l3"} {
		if _, err := LookupProfile(name); err == nil {
			t.Errorf("profile %q exists", name)
		}
	}
	if e := (Profile{}).Effect("4.1", Fail); e != EffectDeny {
		t.Errorf("the zero profile: %s", e)
	}
	p, _ := LookupProfile(ProfileStarter)
	if e := p.Effect("9.9", Fail); e != EffectDeny {
		t.Errorf("an unknown control: %s", e)
	}
	if _, err := p.With("5.4", EffectWarn); err == nil {
		t.Error("With takes a control that is not there")
	}
}

func TestProfileWith(t *testing.T) {
	p, _ := LookupProfile(ProfileL1)
	before := p.Digest()
	for _, e := range []Effect{EffectNone, EffectWarn, EffectDeny} {
		q, err := p.With("4.7", e)
		if err != nil {
			t.Fatal(err)
		}
		testEffects(t, q, "4.7", e)
		testEffects(t, q, "4.1", EffectDeny)
		if (q.Digest() == before) != (e == EffectWarn) {
			t.Errorf("%s: digest %s", e, q.Digest())
		}
	}
	testEffects(t, p, "4.7", EffectWarn)
	if p.Digest() != before {
		t.Error("With changed its receiver")
	}
}

func TestDigestsDiffer(t *testing.T) {
	seen := map[string]string{DefaultParameters().Digest(): "parameters"}
	for _, name := range Profiles() {
		p, _ := LookupProfile(name)
		if other, ok := seen[p.Digest()]; ok {
			t.Errorf("%s and %s share a digest", name, other)
		}
		seen[p.Digest()] = name
	}
	p := DefaultParameters()
	p.MinSecretLength++
	if p.Digest() == DefaultParameters().Digest() {
		t.Error("the digest does not cover MinSecretLength")
	}
}
