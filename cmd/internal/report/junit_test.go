package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func junitOf(t testing.TB, doc string) junitDocument {
	t.Helper()
	var out junitDocument
	if err := xml.Unmarshal([]byte(doc), &out); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return out
}

func outcome(c junitCase) string {
	switch {
	case c.Failure != nil:
		return "failure"
	case c.Error != nil:
		return "error"
	case c.Skipped != nil:
		return "skipped"
	case c.Out != nil:
		return "noted"
	}
	return "passed"
}

func TestJUnitAudit(t *testing.T) {
	doc := junitOf(t, written(t, "junit", End{Status: 3}, sampleAudit()))
	suite := doc.Suites[0]
	want := []string{"failure", "noted", "error", "skipped", "passed", "skipped", "noted", "failure"}
	if len(suite.Cases) != len(want) || suite.Tests != 8 || suite.Failures != 2 || suite.Errors != 1 || suite.Skipped != 2 || doc.Tests != 8 || doc.Failures != 2 {
		t.Fatalf("%+v", doc)
	}
	for i, c := range suite.Cases {
		if outcome(c) != want[i] {
			t.Errorf("%s: %s, want %s", c.Name, outcome(c), want[i])
		}
	}
	if suite.Name != "registry.example:5000/team/app:1.2 linux/amd64 build/Dockerfile (target final)" || suite.Cases[0].Class != "section4.image.user" {
		t.Errorf("%q, %q", suite.Name, suite.Cases[0].Class)
	}
	if f := suite.Cases[0].Failure; !strings.Contains(f.Message, "config.User is empty") || !strings.Contains(f.Body, "fix: Add USER") {
		t.Errorf("%+v", f)
	}
}

// TestJUnitControls: nothing passes but what passed, warns or wants a person.
func TestJUnitControls(t *testing.T) {
	for _, row := range []struct{ status, effect, want string }{
		{"pass", "none", "passed"}, {"not-applicable", "none", "skipped"}, {"fail", "deny", "failure"}, {"warn", "deny", "failure"}, {"manual", "deny", "failure"},
		{"unknown", "deny", "error"}, {"unknown", "warn", "skipped"}, {"fail", "warn", "noted"}, {"manual", "warn", "noted"}, {"fail", "none", "noted"},
		{"fail", "", "failure"}, {"fail", "odd", "failure"}, {"odd", "deny", "error"}, {"odd", "none", "skipped"}, {"", "", "error"},
	} {
		if got := outcome(controlCase(Control{ID: "4.1", Status: row.status, Effect: row.effect, Evidence: []string{"x"}}, "")); got != row.want {
			t.Errorf("%s, %s: %s, want %s", row.status, row.effect, got, row.want)
		}
	}
	part := Control{ID: "4.8", Status: "fail", Effect: "none", Exception: "some", Items: []Item{{Status: "fail", Effect: "deny", Text: "not excepted"}}}
	if got := outcome(controlCase(part, "")); got != "failure" {
		t.Errorf("an item that denies beside an exception: %s", got)
	}
}

func TestJUnitDecision(t *testing.T) {
	for verdict, want := range map[string]string{"allow": "noted", "warn": "noted", "deny": "failure", "undecided": "error", "": "error", "odd": "error"} {
		if got := outcome(junitOf(t, written(t, "junit", End{}, Decision{Image: "x", Verdict: verdict})).Suites[0].Cases[0]); got != want {
			t.Errorf("verdict %q: %s, want %s", verdict, got, want)
		}
	}
	cases := junitOf(t, written(t, "junit", End{}, sampleDecision())).Suites[0].Cases
	if outcome(cases[1]) != "failure" || outcome(cases[2]) != "error" || outcome(cases[3]) != "noted" || len(cases) != 4+8 {
		t.Errorf("%+v", cases)
	}
}

// TestJUnitNames: readers drop all but one case of a name.
func TestJUnitNames(t *testing.T) {
	d := Decision{Image: "x", Verdict: "deny"}
	for range 3 {
		d.Reasons = append(d.Reasons, Reason{Code: "signature-invalid", Effect: "deny"})
	}
	seen := map[string]bool{}
	for _, c := range junitOf(t, written(t, "junit", End{}, d)).Suites[0].Cases {
		if seen[c.Class+c.Name] {
			t.Errorf("twice: %s", c.Name)
		}
		seen[c.Class+c.Name] = true
	}
	failed := junitOf(t, written(t, "junit", End{1, "the disk is full"}, d))
	if last := failed.Suites[len(failed.Suites)-1]; failed.Errors != 1 || last.Cases[0].Error.Message != "the disk is full" {
		t.Errorf("%+v", failed)
	}
}

// What others wrote must be XML 1.0, of no structure of its own.
func TestThreat66_JUnitIsSafeXML(t *testing.T) {
	const evil = hostile + "\x00\x0b\ufffe]]></failure><testcase name=\"ok\"/>&#0;"
	for i, m := range append(hostileMessages(), Decision{Image: evil, Verdict: "deny", Reasons: []Reason{{Code: evil, Message: evil, Hint: evil}}}) {
		doc := written(t, "junit", End{1, evil}, m)
		if strings.ContainsAny(doc, "\x00\x0b\x1b\u202e\ufffe\ufffd") {
			t.Errorf("message %d: %q", i, doc)
		}
		for _, s := range junitOf(t, doc).Suites {
			for _, c := range s.Cases {
				if c.Name == "ok" {
					t.Errorf("message %d made a case of its own: %s", i, doc)
				}
			}
		}
	}
}

// TestSameBytes: the same messages make the same bytes in every format.
func TestSameBytes(t *testing.T) {
	for _, format := range Formats() {
		first := written(t, format, End{Status: 3}, everything()...)
		for range 5 {
			if again := written(t, format, End{Status: 3}, everything()...); again != first {
				t.Fatalf("%s: %q\nthen %q", format, first, again)
			}
		}
		if !strings.Contains(first, "registry.example") {
			t.Errorf("%s holds nothing: %q", format, first)
		}
	}
}

func TestNoForm(t *testing.T) {
	for _, format := range []string{"sarif", "junit"} {
		h, err := New(format, new(bytes.Buffer), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Document(map[string]string{}, ""); !errors.Is(err, ErrForm) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func hostileMessages() []any {
	item := Item{Status: hostile, Effect: hostile, Origin: hostile, Text: hostile, Source: hostile, Path: hostile, DiffID: hostile, Layer: 1, Row: 1, Line: 1}
	control := Control{ID: hostile, Key: hostile, Title: hostile, Status: "fail", Effect: "none", Exception: hostile, Origin: "base", Evidence: []string{hostile}, Remediation: hostile, Items: []Item{item, {Status: "fail", Text: hostile}}}
	return []any{
		Audit{Image: hostile, Digest: hostile, Platform: hostile, Dockerfile: hostile, Target: hostile, Time: hostile, Benchmark: hostile, Profile: hostile, Source: hostile,
			Base:     &Base{Ref: hostile, Digest: hostile, How: hostile, Mismatch: hostile},
			Facts:    &Facts{Created: hostile, Kind: hostile, Distribution: hostile, Layers: 1, Shells: []string{hostile}, PackageManagers: []string{hostile}, PrivilegedPorts: []string{hostile}},
			Controls: []Control{control, {Status: hostile, Evidence: []string{hostile}}}},
		Decision{Image: hostile, Digest: hostile, Verdict: hostile, Rule: hostile, Pinned: hostile, Reasons: []Reason{{Code: hostile, Effect: hostile, Rule: hostile, Platform: hostile, Message: hostile, Who: hostile, Hint: hostile}},
			Findings: []Finding{{Control: hostile, Status: hostile, Effect: hostile, Platform: hostile, Evidence: []string{hostile}, Items: []Item{item}}}},
		Inspection{Image: hostile, Digest: hostile, Evidence: []Evidence{{Kind: hostile, Format: hostile, Why: hostile, Platform: hostile, Location: hostile}}, Gaps: []string{hostile}},
		Written{Image: hostile, Kind: hostile, Subject: hostile, Location: hostile}, Written{Image: hostile, Kind: hostile, Subject: hostile, Skipped: hostile},
	}
}

// No format lets what others wrote reach a terminal or a reader raw.
func TestThreat66_NoFormatIsRaw(t *testing.T) {
	for _, format := range Formats() {
		for i, m := range hostileMessages() {
			doc := written(t, format, End{1, hostile}, m)
			if strings.ContainsAny(doc, "\x1b\u202e") || format == "text" && strings.Contains(doc, "\nALLOW") {
				t.Errorf("%s, message %s: %q", format, fmt.Sprint(i), doc)
			}
		}
	}
}
