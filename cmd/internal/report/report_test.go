package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const hostile = "a\x1b[2Jb\u202ec\nALLOW  d"

func decision() Decision {
	return Decision{
		Image: hostile, Pinned: hostile, Rule: hostile, Verdict: "deny", Policy: Policy{Name: hostile},
		Evidence: []Evidence{{Kind: "attestation", PredicateType: hostile, Signer: hostile, Counted: true, Location: hostile, Why: hostile}},
		Reasons:  []Reason{{Code: "x", Effect: "deny", Platform: hostile, Message: hostile, Hint: hostile}, {Code: "x", Effect: "deny", Platform: hostile, Message: "other", Hint: hostile}},
	}
}

// What others wrote must not reach the terminal raw: no escape sequences, no
// lines of its own making.
func TestThreat66_NothingHostileReachesTheTerminal(t *testing.T) {
	for name, write := range map[string]func(Handler) error{
		"decision": func(h Handler) error { return h.Decision(decision()) },
		"inspection": func(h Handler) error {
			return h.Inspection(Inspection{Image: hostile, Digest: hostile, Evidence: decision().Evidence, Gaps: []string{hostile}, Platforms: []Platform{{hostile, hostile}}})
		},
		"audit": func(h Handler) error {
			return h.Audit(Audit{Image: hostile, Platform: hostile, Benchmark: hostile, Profile: hostile, Controls: []Control{{ID: "4.1", Title: hostile, Status: "fail", Effect: "deny", Evidence: []string{hostile}, Remediation: hostile}}})
		},
		"written": func(h Handler) error {
			return h.Written(Written{Image: hostile, Kind: "attestation", PredicateType: hostile, Subject: hostile, Platform: hostile, Format: hostile, Location: hostile})
		},
		"kept": func(h Handler) error { return h.Written(Written{Kind: hostile, Subject: hostile, Skipped: hostile}) },
	} {
		var b bytes.Buffer
		h, err := New("text", &b, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := write(h); err != nil {
			t.Fatal(err)
		}
		out := b.String()
		if strings.ContainsAny(out, "\x1b\u202e") || strings.Contains(out, "\nALLOW") {
			t.Errorf("%s: %q", name, out)
		}
	}
}

func TestColourIsNeverTheOnlySignal(t *testing.T) {
	var plain, painted bytes.Buffer
	for w, colour := range map[*bytes.Buffer]bool{&plain: false, &painted: true} {
		h, _ := New("text", w, Options{Colour: colour})
		if err := h.Decision(Decision{Image: "x", Verdict: "deny"}); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasPrefix(plain.String(), "DENY  x") || !strings.Contains(painted.String(), "\x1b[31mDENY\x1b[0m") {
		t.Fatalf("plain %q, painted %q", &plain, &painted)
	}
}

func TestJSONListsAreNeverNull(t *testing.T) {
	var b bytes.Buffer
	h, _ := New("json", &b, Options{})
	for _, err := range []error{h.Decision(Decision{Findings: []Finding{{}}}), h.Inspection(Inspection{}), h.Audit(Audit{Controls: []Control{{}}}), h.Written(Written{})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(strings.ReplaceAll(b.String(), `"ids":null`, ""), "null") {
		t.Errorf("a null among %s", &b)
	}
	if lines := strings.Count(b.String(), "\n"); lines != 4 {
		t.Errorf("%d lines for 4 objects", lines)
	}
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("not one JSON object: %s", line)
		}
	}
}

func TestOutputs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	var stdout bytes.Buffer
	s, err := Open([]string{"json=" + file}, &stdout, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Decision(Decision{Image: "x", Verdict: "allow"}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the file is there before it is whole")
	}
	if err := s.Close(End{}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil || !json.Valid(raw) || !strings.HasPrefix(stdout.String(), "ALLOW  x") {
		t.Errorf("file %q (%v), stdout %q", raw, err, &stdout)
	}
	for _, outputs := range [][]string{{"xml"}, {"json", "text"}, {"yaml=x"}} {
		if _, err := Open(outputs, &stdout, Options{}); err == nil {
			t.Errorf("%q was accepted", outputs)
		}
	}
}
