package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// recorded is govulncheck v1.8.0's output for a program with two called vulnerabilities, shortened to
// one finding for each level.
func recorded(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "called.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCalledFindings_KeepsOnlyWhatIsCalled(t *testing.T) {
	called, err := calledFindings(strings.NewReader(recorded(t)))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, f := range called {
		ids[f.ID]++
		if f.Symbol == "" || f.Via == "" {
			t.Errorf("%s has no symbol or caller: %+v", f.ID, f)
		}
	}
	if len(ids) != 2 || ids["GO-2026-4529"] != 1 || ids["GO-2026-5932"] != 1 {
		t.Errorf("called: %v, want each of the two once", ids)
	}
}

func TestCalledFindings_RefusesOutputThatSaysTooLittle(t *testing.T) {
	whole := recorded(t)
	for name, text := range map[string]string{
		"empty":            "",
		"cut off":          whole[:len(whole)-20],
		"no config":        whole[strings.Index(whole, `"progress"`)-3:],
		"scan of packages": strings.Replace(whole, `"scan_level": "symbol"`, `"scan_level": "package"`, 1),
		"not JSON":         "go: command not found",
	} {
		if _, err := calledFindings(strings.NewReader(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestJudge(t *testing.T) {
	const id = "GO-2026-0001"
	called := []finding{{id, "pkg.Vulnerable", "ours.Caller"}, {id, "pkg.Other", "ours.Caller"}}
	until := func(day string) map[string]reason {
		reasons, err := parseReasons(id + " " + day + " never sees foreign input")
		if err != nil {
			t.Fatal(err)
		}
		return reasons
	}
	for _, c := range []struct {
		name     string
		called   []finding
		reasons  map[string]reason
		accept   int
		complain string
	}{
		{"nothing called", nil, nil, 0, ""},
		{"called without a reason", called, nil, 0, "pkg.Vulnerable is called from ours.Caller"},
		{"called with a reason", called, until("2026-12-31"), 1, ""},
		{"the last day counts", called, until("2026-11-22"), 1, ""},
		{"reason expired", called, until("2026-11-21"), 0, "ended on 2026-11-21"},
		{"reason not needed", nil, until("2026-12-31"), 0, "nothing calls it"},
		{"reason for another", []finding{{ID: "GO-2026-0002"}}, until("2026-12-31"), 0, "GO-2026-0002"},
	} {
		accepted, err := judge(c.called, c.reasons, time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC))
		if len(accepted) != c.accept {
			t.Errorf("%s: accepted %v, want %d", c.name, accepted, c.accept)
		}
		if (err == nil) != (c.complain == "") || (err != nil && !strings.Contains(err.Error(), c.complain)) {
			t.Errorf("%s: error %v, want one about %q", c.name, err, c.complain)
		}
	}
}

func TestParseReasons(t *testing.T) {
	good := "# comment\n\nGO-2026-0001 2027-01-31 never sees foreign input\n"
	reasons, err := parseReasons(good)
	if err != nil || len(reasons) != 1 || reasons["GO-2026-0001"].text != "never sees foreign input" {
		t.Fatalf("got %v, %v", reasons, err)
	}
	for name, text := range map[string]string{
		"twice":       good + "GO-2026-0001 2027-02-28 some other reason here",
		"no words":    "GO-2026-0001 2027-01-31",
		"one word":    "GO-2026-0001 2027-01-31 harmless",
		"no day":      "GO-2026-0001 never sees foreign input",
		"day too big": "GO-2026-0001 2027-02-30 never sees foreign input",
		"other id":    "CVE-2026-0001 2027-01-31 never sees foreign input",
	} {
		if _, err := parseReasons(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestReasonsFile_Parses reads the real list, so that a typing error shows before the slow scan.
func TestReasonsFile_Parses(t *testing.T) {
	text, err := os.ReadFile("reasons.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseReasons(string(text)); err != nil {
		t.Error(err)
	}
}

func TestRun_FailsWithoutALookAtTheCode(t *testing.T) {
	if err := run(t.Context(), "", filepath.Join("testdata", "missing.txt"), nil); err == nil {
		t.Error("a missing list of reasons passes")
	}
	if err := run(t.Context(), "file:///nonexistent", "reasons.txt", []string{"."}); err == nil {
		t.Error("a missing database passes")
	}
}
