package cis

import (
	"encoding/json"
	"strings"
	"testing"
)

func clone(t *testing.T, f Facts) Facts {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var out Facts
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func liarsImage(t *testing.T) Facts {
	return Collect(doc{
		run:     map[string]any{"User": "0:0", "Env": []string{"MY_TOKEN=" + filler(20)}},
		history: []HistoryEntry{base(), bkRun("apt-get update"), bk("ADD app.py /app # buildkit")}, layers: -1,
	}.contents(t))
}

func TestContradictions(t *testing.T) {
	fresh := liarsImage(t)
	if got := Contradictions(clone(t, fresh), fresh); len(got) != 0 {
		t.Errorf("facts contradict themselves: %q", got)
	}
	id := int64(10001)
	for what, lie := range map[string]func(*Facts){
		"config":       func(f *Facts) { f.ConfigDigest = "sha256:" + strings.Repeat("0", 64) },
		"operating":    func(f *Facts) { f.OS = "windows" },
		"config.User":  func(f *Facts) { f.User.Raw = "10001" },
		"uid":          func(f *Facts) { f.User.UID = &id },
		"health check": func(f *Facts) { f.Healthcheck.Test = []string{"CMD", "/check"} },
		"format":       func(f *Facts) { f.Healthcheck.NoFormat = true },
		"history":      func(f *Facts) { f.History.Digest = "sha256:" + strings.Repeat("0", 64) },
		"history rows": func(f *Facts) { f.History.Rows[1].Text = "true" },
		"refreshes":    func(f *Facts) { f.Updates.Hits = []UpdateHit{} },
		"ADD":          func(f *Facts) { f.Adds.Hits = f.Adds.Hits[:1] },
		"secrets":      func(f *Facts) { f.Secrets.Hits = []SecretHit{} },
	} {
		attested := clone(t, fresh)
		lie(&attested)
		if got := strings.Join(Contradictions(attested, fresh), "\n"); !strings.Contains(got, what) {
			t.Errorf("%s: %q", what, got)
		}
	}
}

// A newer rule that reads the same facts more strictly does not contradict
// older facts, but they still have to be of this config.
func TestContradictionsAcrossRules(t *testing.T) {
	fresh := liarsImage(t)
	older := clone(t, fresh)
	older.RulesVersion = "0"
	older.Secrets.Hits, older.Updates.Hits, older.Adds = []SecretHit{}, []UpdateHit{}, nil
	if got := Contradictions(older, fresh); len(got) != 0 {
		t.Errorf("older rules: %q", got)
	}
	older.User.Raw = "10001"
	if got := Contradictions(older, fresh); len(got) != 1 {
		t.Errorf("older rules, other user: %q", got)
	}
}

func TestContradictionsOfAbsentFacts(t *testing.T) {
	fresh := liarsImage(t)
	bare := Facts{RulesVersion: RulesVersion, ConfigDigest: fresh.ConfigDigest, OS: fresh.OS}
	if got := Contradictions(bare, fresh); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// Facts that claim other rules can leave out what today's rules find; what a
// gate judges cannot.
func TestOverlayKeepsWhatTheGateSees(t *testing.T) {
	fresh := liarsImage(t)
	attested := clone(t, fresh)
	attested.RulesVersion = "0"
	attested.Secrets.Hits = []SecretHit{}
	attested.Layers = &LayersFact{Contents: true}
	if got := Judge(attested, DefaultParameters())[9].Status; got != Pass {
		t.Fatalf("the lie does not work: %s", got)
	}
	if got := Judge(Overlay(attested, fresh), DefaultParameters())[9].Status; got != Fail {
		t.Errorf("overlaid: %s", got)
	}
}
