package cis

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCatalogueIsContiguous(t *testing.T) {
	keys := map[string]bool{}
	for i, c := range Section4() {
		id := fmt.Sprintf("4.%d", i+1)
		if c.ID != id || c.IDs["1.13.0"] != id || c.IDs["1.8.0"] != id {
			t.Errorf("%s stands where %s belongs", c.ID, id)
		}
		if c.Title == "" || c.Remediation == "" || c.Key == "" || keys[c.Key] || c.Judge == nil || c.Decidable == "" {
			t.Errorf("%s is incomplete", c.ID)
		}
		if c.Level != 1 && c.Level != 2 {
			t.Errorf("%s: level %d", c.ID, c.Level)
		}
		keys[c.Key] = true
	}
	if n := len(Section4()); n != 11 {
		t.Errorf("%d controls", n)
	}
}

func TestCatalogueFlags(t *testing.T) {
	scored := map[string]bool{"4.1": true, "4.5": true, "4.6": true}
	second := map[string]bool{"4.5": true, "4.8": true, "4.11": true}
	for _, c := range Section4() {
		if c.Scored != scored[c.ID] || (c.Level == 2) != second[c.ID] {
			t.Errorf("%s: level %d, scored %v", c.ID, c.Level, c.Scored)
		}
	}
}

// Every control that needs nobody can pass and can fail.
func TestAutomaticControlsHaveBothOutcomes(t *testing.T) {
	good := searched(t, goodImage())
	bad := doc{
		run: map[string]any{"Env": []string{"MY_TOKEN=" + filler(20)}},
		history: []HistoryEntry{
			base(), bkRun("apt-get update"), bk("ADD app.py /app # buildkit"),
		},
		layers: -1,
	}.contents(t)
	for _, c := range Section4() {
		if c.Decidable != Auto {
			continue
		}
		if f := judged(t, good, c.ID); f.Status != Pass {
			t.Errorf("%s on the good image: %s %q", c.ID, f.Status, f.Evidence)
		}
		if f := judged(t, bad, c.ID); f.Status != Fail {
			t.Errorf("%s on the bad image: %s %q", c.ID, f.Status, f.Evidence)
		}
	}
}

func goodImage() doc {
	return doc{
		run: map[string]any{
			"User": "10001:10001", "Env": []string{"PATH=/usr/bin"}, "Cmd": []string{"/app"},
			"Healthcheck": map[string]any{"Test": []string{"CMD", "/app", "health"}},
		},
		history: []HistoryEntry{base(), bkRun("apk add --no-cache curl"), bk("COPY app /app # buildkit"), bk("USER 10001:10001")},
		layers:  -1,
	}
}

// What layers decide is unknown with the reason, never a pass, and 4.5 is not
// for an image to answer.
func TestWhatWasNotLookedAtIsNeverAPass(t *testing.T) {
	for id, want := range map[string]Status{
		"4.2": Unknown, "4.3": Unknown, "4.4": Unknown, "4.5": NotApplicable, "4.8": Unknown, "4.11": Unknown,
	} {
		f := judged(t, goodImage().contents(t), id)
		if f.Status != want || len(f.Evidence) == 0 {
			t.Errorf("%s: %s %q, want %s and the reason", id, f.Status, f.Evidence, want)
		}
	}
}

// Threat 62: a fact that is absent is no pass.
func TestThreat62_AbsentFactsAreUnknown(t *testing.T) {
	for _, f := range Judge(Facts{}, DefaultParameters()) {
		if f.Status != Unknown && f.Control != "4.5" {
			t.Errorf("%s: %s", f.Control, f.Status)
		}
	}
}

func TestJudgeIsInBenchmarkOrder(t *testing.T) {
	findings := Judge(Collect(goodImage().contents(t)), DefaultParameters())
	if len(findings) != 11 {
		t.Fatalf("%d findings", len(findings))
	}
	for i, c := range Section4() {
		if findings[i].Control != c.ID || findings[i].Key != c.Key || findings[i].Evidence == nil || findings[i].Origin == "" {
			t.Errorf("finding %d: %+v", i, findings[i])
		}
	}
}

func TestFactsAreStableJSON(t *testing.T) {
	c := goodImage().contents(t)
	a, err := json.Marshal(Collect(c))
	if err != nil {
		t.Fatal(err)
	}
	var back Facts
	if err := json.Unmarshal(a, &back); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(back)
	again, _ := json.Marshal(Collect(c))
	if string(a) != string(b) || string(a) != string(again) {
		t.Errorf("facts differ:\n%s\n%s\n%s", a, b, again)
	}
	var names []string
	var top map[string]any
	if err := json.Unmarshal(a, &top); err != nil {
		t.Fatal(err)
	}
	for k := range top {
		names = append(names, k)
	}
	slices.Sort(names)
	want := "adds configDigest created healthcheck history os rulesVersion secrets switches updates user"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("names %q, want %q", got, want)
	}
}

func TestStatusAndEffectNames(t *testing.T) {
	for s, name := range map[Status]string{
		Unknown: "unknown", Pass: "pass", Fail: "fail", Warn: "warn", Manual: "manual", NotApplicable: "not-applicable",
	} {
		if got, err := ParseStatus(name); got != s || err != nil || s.String() != name {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	for _, name := range []string{"", "Pass", "PASS", "na", "pass ", "ok"} {
		if got, err := ParseStatus(name); err == nil || got != Unknown {
			t.Errorf("%q parses as %s", name, got)
		}
	}
	for e, name := range map[Effect]string{EffectDeny: "deny", EffectWarn: "warn", EffectNone: "none"} {
		if got, err := ParseEffect(name); got != e || err != nil || e.String() != name {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	if _, err := json.Marshal(Status(9)); err == nil {
		t.Error("an undefined status marshals")
	}
	if _, err := json.Marshal(Effect(9)); err == nil {
		t.Error("an undefined effect marshals")
	}
	if Status(0) != Unknown || Effect(0) != EffectDeny {
		t.Error("a zero value does not refuse")
	}
}
