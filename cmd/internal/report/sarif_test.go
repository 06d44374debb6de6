package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// written is what a format makes of messages, and of how the command ended.
func written(t testing.TB, format string, end End, messages ...any) string {
	t.Helper()
	var b bytes.Buffer
	h, err := New(format, &b, Options{Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if err := send(h, m); err != nil {
			t.Fatal(err)
		}
	}
	if f, ok := h.(finisher); ok {
		if err := f.finish(end); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func send(h Handler, m any) error {
	switch m := m.(type) {
	case Audit:
		return h.Audit(m)
	case Decision:
		return h.Decision(m)
	case Inspection:
		return h.Inspection(m)
	case Written:
		return h.Written(m)
	}
	return fmt.Errorf("no message: %T", m)
}

func everything() []any {
	return []any{
		sampleAudit(), Audit{Source: "dockerfile", Dockerfile: "-", Controls: sampleAudit().Controls}, sampleDecision(),
		Inspection{Image: "a/b@sha256:0", Evidence: sampleDecision().Evidence, Gaps: []string{"referrers: 500"}},
		Written{Image: "a/b", Kind: "attestation", Subject: "sha256:0", Format: "cosign-tag", Location: "a/b:x"}, Written{Kind: "signature", Skipped: "the same is there"},
	}
}

func sarifRunOf(t testing.TB, doc string) sarifRun {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal([]byte(doc), &log); err != nil {
		t.Fatalf("%v in %q", err, doc)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	return log.Runs[0]
}

func TestSARIFSchema(t *testing.T) {
	s := sarifSchemaDocument(t)
	docs := map[string]string{"everything": written(t, "sarif", End{Status: 3}, everything()...), "nothing": written(t, "sarif", End{}), "failed": written(t, "sarif", End{1, "the disk is full"}, sampleAudit())}
	for i, m := range everything() {
		docs[fmt.Sprintf("message %d, %T", i, m)] = written(t, "sarif", End{}, m)
	}
	for i, m := range hostileMessages() {
		docs[fmt.Sprintf("hostile %d, %T", i, m)] = written(t, "sarif", End{2, hostile}, m)
	}
	for name, doc := range docs {
		for _, bad := range s.check(t, []byte(doc)) {
			t.Errorf("%s: %s", name, bad)
		}
	}
}

// TestSARIFResults: every item that is not settled is a result, at a level
// that follows the effect, in a place code scanning can show.
func TestSARIFResults(t *testing.T) {
	run := sarifRunOf(t, written(t, "sarif", End{Status: 3}, sampleAudit()))
	var got []string
	for _, r := range run.Results {
		at := r.Locations[0].Physical
		got = append(got, fmt.Sprintf("%s %s %s:%d %s %d", r.RuleID, r.Level, at.Artifact.URI, at.Region.StartLine, at.Artifact.BaseID, len(r.Suppressions)))
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("rule %d is not %s", r.RuleIndex, r.RuleID)
		}
	}
	want := []string{
		"4.1-image.user error build/Dockerfile:1  0",
		"4.2-image.base note build/Dockerfile:1  0",
		"4.4-image.scanned error build/Dockerfile:1  0",
		"4.8-image.setuid note bin/su:1 IMAGEROOT 1",
		"4.8-image.setuid note usr/bin/a%20b%3Ac%25:1 IMAGEROOT 1",
		"4.9-image.add warning build/Dockerfile:7  0",
		"4.9-image.add warning build/Dockerfile:1  0",
		"4.10-image.secrets error app/id_rsa:2 IMAGEROOT 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s := run.Results[3].Suppressions[0]; s.Kind != "external" || s.Status != "accepted" || s.Justification != "busybox needs su" {
		t.Errorf("suppression %+v", s)
	}
	if len(run.Tool.Driver.Rules) != len(sampleAudit().Controls) || run.Tool.Driver.Version != "1.2.3" {
		t.Errorf("driver %+v", run.Tool.Driver)
	}
	if run.Automation.ID != "pratique/audit/registry.example:5000/team/app/" {
		t.Errorf("category %s", run.Automation.ID)
	}
}

func TestSARIFLevels(t *testing.T) {
	for _, row := range [][3]string{
		{"fail", "deny", "error"}, {"fail", "warn", "warning"}, {"fail", "none", "note"}, {"fail", "", "error"}, {"fail", "odd", "error"},
		{"warn", "deny", "error"}, {"warn", "warn", "warning"}, {"warn", "", "warning"},
		{"manual", "warn", "note"}, {"unknown", "warn", "note"}, {"unknown", "deny", "error"}, {"manual", "deny", "error"},
		{"odd", "odd", "error"},
	} {
		if got := level(row[0], row[1]); got != row[2] {
			t.Errorf("level(%q, %q) = %s, want %s", row[0], row[1], got, row[2])
		}
	}
}

// TestSARIFDecision: a refusal is never a document without an error.
func TestSARIFDecision(t *testing.T) {
	for verdict, want := range map[string]bool{"allow": false, "warn": false, "deny": true, "undecided": true, "": true, "odd": true} {
		for _, reasons := range [][]Reason{nil, {{Code: "control-manual", Effect: "warn"}}, {{Code: "x", Effect: verdict, Message: "no"}}} {
			if !want && len(reasons) > 0 && reasons[0].Effect != "warn" {
				continue
			}
			run := sarifRunOf(t, written(t, "sarif", End{}, Decision{Image: "a/b", Verdict: verdict, Reasons: reasons}))
			isError := slices.ContainsFunc(run.Results, func(r sarifResult) bool { return r.Level == "error" })
			if isError != want {
				t.Errorf("verdict %q with %+v: error %t", verdict, reasons, isError)
			}
		}
	}
	run := sarifRunOf(t, written(t, "sarif", End{Status: 3}, sampleDecision()))
	first := run.Results[0]
	if first.RuleID != "attestation-stale" || !strings.Contains(first.Message.Text, "9 days old") || !strings.Contains(first.Message.Text, "pratique attest ") {
		t.Errorf("%+v", first)
	}
	if rule := run.Tool.Driver.Rules[0]; rule.Properties.Who != "builder" || rule.Short.Text == "" || !strings.Contains(rule.Help.Text, "builder") {
		t.Errorf("%+v", rule)
	}
}

func TestSARIFInvocation(t *testing.T) {
	for status, ok := range map[int]bool{0: true, 1: false, 2: false, 3: true} {
		run := sarifRunOf(t, written(t, "sarif", End{Status: status}, sampleAudit()))
		if i := run.Invocations[0]; i.Successful != ok || i.ExitCode != status || i.ExitMeaning == "" || len(i.Notifications) != 0 {
			t.Errorf("status %d: %+v", status, i)
		}
	}
	run := sarifRunOf(t, written(t, "sarif", End{1, "the disk is full"}, everything()...))
	if n := run.Invocations[0].Notifications; len(n) != 4 || n[3].Level != "error" || n[3].Message.Text != "the disk is full" {
		t.Errorf("%+v", n)
	}
}

// TestNothingFoundIsNotNothingDone: a command that failed before it had
// anything to say must not leave a document that reads as a clean one.
func TestNothingFoundIsNotNothingDone(t *testing.T) {
	for _, format := range []string{"sarif", "junit"} {
		for status, empty := range map[int]bool{0: false, 1: true, 2: true, 3: false} {
			if got := written(t, format, End{Status: status}); (got == "") != empty {
				t.Errorf("%s, status %d: %q", format, status, got)
			}
		}
	}
}

// TestSARIFFingerprints: a rebuild that moves a finding keeps its fingerprint,
// and two findings never share one.
func TestSARIFFingerprints(t *testing.T) {
	prints := func(a Audit) []string {
		var out []string
		for _, r := range sarifRunOf(t, written(t, "sarif", End{}, a)).Results {
			out = append(out, r.Fingerprints["pratiqueFinding/v1"])
		}
		return out
	}
	before, moved := sampleAudit(), sampleAudit()
	moved.Image, moved.Digest = "registry.example:5000/team/app:1.3@sha256:"+strings.Repeat("9", 64), "sha256:"+strings.Repeat("9", 64)
	for i := range moved.Controls {
		for j := range moved.Controls[i].Items {
			item := &moved.Controls[i].Items[j]
			item.Text = strings.ReplaceAll(item.Text, "0f1e", "a2bc")
			item.Origin, item.Layer, item.Row, item.DiffID = "unknown", item.Layer+1, item.Row+1, ""
			if item.Source == "dockerfile" {
				item.Line++
				item.Text = strings.ReplaceAll(item.Text, "line 7", "line 8")
			}
		}
	}
	if a, b := prints(before), prints(moved); !slices.Equal(a, b) {
		t.Errorf("%q became %q", a, b)
	}
	twice := sampleAudit()
	twice.Controls = append(twice.Controls, twice.Controls...)
	seen := prints(twice)
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(seen) || len(seen) != 16 {
		t.Errorf("shared: %q", seen)
	}
	for name, change := range map[string]func(*Audit){
		"platform": func(a *Audit) { a.Platform = "linux/arm64" },
		"image":    func(a *Audit) { a.Image = "registry.example:5000/team/other:1.2" },
		"rule":     func(a *Audit) { a.Controls[0].Key = "other" },
		"text":     func(a *Audit) { a.Controls[0].Items[0].Text = "other" },
		"path":     func(a *Audit) { a.Controls[0].Items[0].Path = "other" },
	} {
		a := sampleAudit()
		if change(&a); prints(a)[0] == prints(before)[0] {
			t.Errorf("another %s, the same fingerprint", name)
		}
	}
	// Code scanning makes the fingerprint of a line of the repository itself.
	for _, r := range sarifRunOf(t, written(t, "sarif", End{}, before)).Results {
		if _, ours := r.Fingerprints["primaryLocationLineHash"]; ours != (r.Locations[0].Physical.Region.StartLine != 7) {
			t.Errorf("%s: primaryLocationLineHash %t", r.Message.Text, ours)
		}
	}
}

func TestSARIFPlaces(t *testing.T) {
	for name, want := range map[string]string{
		"Dockerfile": "Dockerfile", "./a/../Dockerfile": "Dockerfile", "../x/D f": "../x/D%20f", "-": "Dockerfile", "/src/Dockerfile": "file:///src/Dockerfile", "c:d": "c%3Ad",
	} {
		if got := fileURI(name); got != want {
			t.Errorf("fileURI(%q) = %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"a": "a", "a:1": "a", "r:5000/a": "r:5000/a", "r:5000/a:1": "r:5000/a", "r/a:1@sha256:0": "r/a", "r/a@sha256:0": "r/a",
		"oci:dir": "oci:dir", "oci:/d/dir:tag": "oci:/d/dir", "docker-archive:x.tar": "docker-archive:x.tar", "docker-daemon:a:1": "docker-daemon:a", "": "",
	} {
		if got := repository(name); got != want {
			t.Errorf("repository(%q) = %q, want %q", name, got, want)
		}
	}
	long := &sarif{kind: "verify"}
	for i := range 100 {
		long.began("verify", fmt.Sprint("registry.example/some/app", i))
	}
	other := *long
	other.subjects = append(slices.Clone(long.subjects[1:]), long.subjects[0])
	if c := long.category(); len(c) > maxCategory || c != other.category() {
		t.Errorf("category %q, %q", c, other.category())
	}
}

// A path in the image leads nowhere in the repository of whoever reads.
func TestThreat66_SARIFPathsStayInTheImage(t *testing.T) {
	a := sampleAudit()
	a.Controls[0].Items[0] = Item{Status: "fail", Text: "x", Source: "layer", Layer: 1, Path: "../../.github/workflows/ci.yml"}
	at := sarifRunOf(t, written(t, "sarif", End{}, a)).Results[0].Locations[0].Physical.Artifact
	if at.URI != ".github/workflows/ci.yml" || at.BaseID != "IMAGEROOT" {
		t.Errorf("%+v", at)
	}
}

// TestThreat66_SARIFTextIsNoMarkup: viewers make links of brackets, and run
// text backwards that says so.
func TestThreat66_SARIFTextIsNoMarkup(t *testing.T) {
	const evil = "[fixed](https://evil.example) <img src=x> \u202eabc"
	a := sampleAudit()
	a.Controls[0].Title, a.Controls[0].Remediation, a.Controls[0].Items[0].Text = evil, evil, evil
	for _, doc := range []string{
		written(t, "sarif", End{1, evil}, a),
		written(t, "sarif", End{}, Decision{Image: "x", Verdict: "deny", Reasons: []Reason{{Code: "c", Effect: "deny", Message: evil, Hint: evil}}}),
		written(t, "sarif", End{}, Written{Image: "x", Kind: evil}, Inspection{Gaps: []string{evil}, Evidence: []Evidence{{Why: evil}}}),
	} {
		if strings.Contains(strings.ReplaceAll(doc, `\\](`, ""), "](") || strings.Contains(doc, "\u202e") {
			t.Errorf("markup in %s", doc)
		}
		if strings.Contains(doc, `\u202e`) && !strings.Contains(doc, `\\u202e`) {
			t.Errorf("a reader would obey %s", doc)
		}
	}
	help := sarifRunOf(t, written(t, "sarif", End{}, a)).Tool.Driver.Rules[0].Help.Markdown
	if strings.Contains(strings.ReplaceAll(help, `\<`, ""), "<") || strings.Contains(strings.ReplaceAll(help, `\[`, ""), "[") {
		t.Errorf("markdown %s", help)
	}
}
