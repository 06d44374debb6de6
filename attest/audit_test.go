package attest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
)

const testConfig = `{"os":"linux","architecture":"amd64","config":{"User":"","Env":["MY_TOKEN=swordfish"]},
"history":[{"created":"2026-01-02T03:04:05Z","created_by":"ADD rootfs.tar.gz / # buildkit","comment":"buildkit.dockerfile.v0"},
{"created_by":"RUN /bin/sh -c apt-get update # buildkit","comment":"buildkit.dockerfile.v0"}],
"rootfs":{"type":"layers","diff_ids":["sha256:1","sha256:2"]}}`

func digest(c byte) string { return "sha256:" + strings.Repeat(string(c), 64) }

func testAudit(t testing.TB) Audit {
	t.Helper()
	c, err := cis.ParseContents([]byte(testConfig))
	if err != nil {
		t.Fatal(err)
	}
	c.Dockerfile = &cis.Dockerfile{Digest: digest('b')}
	p, err := cis.LookupProfile(cis.ProfileStarter)
	if err != nil {
		t.Fatal(err)
	}
	return New(c, Options{
		Profile: p, Now: time.Date(2026, 11, 21, 12, 0, 0, 5, time.FixedZone("x", 3600)),
		Tool: "pratique", ToolVersion: "0.1.0", Manifest: digest('a'),
		Builder: Builder{ID: "ci", Pipeline: "p", SourceURI: "https://example.com/x", SourceRevision: "abc", Reason: "release"},
	})
}

func predicateOf(t testing.TB, a Audit) []byte {
	t.Helper()
	doc, err := a.Predicate()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// bare is findings without what is not attested.
func bare(list []cis.Finding) []cis.Finding {
	out := slices.Clone(list)
	for i := range out {
		out[i].Items = nil
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	a := testAudit(t)
	doc := predicateOf(t, a)
	back, err := Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	a.Findings = bare(a.Findings)
	if !reflect.DeepEqual(a, back) {
		t.Errorf("read back differs:\n%+v\n%+v", a, back)
	}
	if again := predicateOf(t, back); string(again) != string(doc) {
		t.Errorf("bytes differ:\n%s\n%s", doc, again)
	}
}

func TestPredicateIsDeterministicButForItsTime(t *testing.T) {
	a, b := testAudit(t), testAudit(t)
	if string(predicateOf(t, a)) != string(predicateOf(t, b)) {
		t.Error("two audits of one image at one time differ")
	}
	b.AuditedAt = b.AuditedAt.Add(time.Second)
	if got := strings.Replace(string(predicateOf(t, b)), "12:00:01", "12:00:00", 1); strings.Replace(string(predicateOf(t, a)), "11:00:00", "12:00:00", 1) != strings.Replace(got, "11:00:01", "12:00:00", 1) {
		t.Error("more than auditedAt differs")
	}
}

// What other policy engines read.
func TestPredicateIsATestResult(t *testing.T) {
	var p struct {
		Result        string
		Configuration []struct {
			Name   string
			Digest map[string]string
		}
		PassedTests, WarnedTests, FailedTests []string
	}
	if err := json.Unmarshal(predicateOf(t, testAudit(t)), &p); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %v %v %v", p.Result, p.PassedTests, p.WarnedTests, p.FailedTests)
	want := "FAILED [CIS-DI-4.9] [CIS-DI-4.2 CIS-DI-4.3 CIS-DI-4.4 CIS-DI-4.8 CIS-DI-4.10 CIS-DI-4.11] [CIS-DI-4.1 CIS-DI-4.6 CIS-DI-4.7]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(p.Configuration) != 3 || p.Configuration[0].Name != "starter" || len(p.Configuration[0].Digest["sha256"]) != 64 || p.Configuration[2].Name != "Dockerfile" {
		t.Errorf("configuration %+v", p.Configuration)
	}
}

func TestResultIsTheWorst(t *testing.T) {
	for want, statuses := range map[string][]cis.Status{
		ResultPassed: {cis.Pass, cis.NotApplicable},
		ResultWarned: {cis.Pass, cis.Unknown},
		ResultFailed: {cis.Warn, cis.Fail},
	} {
		var findings []cis.Finding
		for _, s := range statuses {
			findings = append(findings, cis.Finding{Control: "4.1", Status: s})
		}
		if _, _, _, got := lists(findings); got != want {
			t.Errorf("%v: %s, want %s", statuses, got, want)
		}
	}
	for _, s := range []cis.Status{cis.Warn, cis.Manual, cis.Unknown, cis.Status(99)} {
		if _, warned, _, got := lists([]cis.Finding{{Control: "4.1", Status: s}}); got != ResultWarned || len(warned) != 1 {
			t.Errorf("%s: %s", s, got)
		}
	}
}

func TestParseAllowsWhatInTotoAllows(t *testing.T) {
	doc := edit(t, predicateOf(t, testAudit(t)), func(top, _ map[string]any) {
		top["url"] = "https://ci.example.com/1"
		top["https://example.com/other/v1"] = map[string]any{"x": 1}
		top["failedTests"] = []string{"CIS-DI-4.7", "CIS-DI-4.6", "CIS-DI-4.1"}
	})
	if _, err := Parse(doc); err != nil {
		t.Error(err)
	}
}

func TestBareTestResultIsNoAudit(t *testing.T) {
	for _, doc := range []string{
		`{"result":"PASSED","configuration":[],"passedTests":["CIS-DI-4.1"]}`, `{}`,
		`{"result":"PASSED","` + ExtensionType + `":null}`,
	} {
		if _, err := Parse([]byte(doc)); !errors.Is(err, ErrNotAudit) || errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

// Threat 62: a control that is not there did not pass.
func TestThreat62_MissingControl(t *testing.T) {
	doc := edit(t, predicateOf(t, testAudit(t)), func(top, ext map[string]any) {
		ext["controls"] = ext["controls"].([]any)[1:]
		top["failedTests"] = []string{"CIS-DI-4.6", "CIS-DI-4.7"}
	})
	if _, err := Parse(doc); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

// Threat 63: numbers mean something only with their benchmark and version.
func TestThreat63_OtherBenchmark(t *testing.T) {
	for _, name := range []string{"CIS Docker 1.8.0", "CIS Kubernetes 1.13.0", "", "cis docker 1.13.0"} {
		doc := edit(t, predicateOf(t, testAudit(t)), func(_, ext map[string]any) { ext["benchmark"] = name })
		if _, err := Parse(doc); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "benchmark") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Threat 56: two readers must not read two audits.
func TestThreat56_DuplicateAndFoldedKeys(t *testing.T) {
	doc := string(predicateOf(t, testAudit(t)))
	for name, bad := range map[string]string{
		"repeated result":    strings.Replace(doc, `"result":`, `"result":"PASSED","result":`, 1),
		"folded result":      strings.Replace(doc, `"result":`, `"Result":"PASSED","result":`, 1),
		"repeated extension": strings.Replace(doc, `"`+ExtensionType+`":`, `"`+ExtensionType+`":{},"`+ExtensionType+`":`, 1),
		"repeated status":    strings.Replace(doc, `"status":"fail"`, `"status":"pass","status":"fail"`, 1),
		"folded status":      strings.Replace(doc, `"status":"fail"`, `"Status":"fail"`, 1),
		"trailing document":  doc + "{}",
		"byte order mark":    "\xef\xbb\xbf" + doc,
		"invalid utf-8":      strings.Replace(doc, `"release"`, "\"rel\xffase\"", 1),
		"empty":              "",
		"null":               "null",
		"array":              "[]",
	} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func TestThreat64_HugePredicate(t *testing.T) {
	doc := predicateOf(t, testAudit(t))
	huge := append([]byte(`{"x":"`+strings.Repeat("a", 5<<20)+`",`), doc[1:]...)
	if _, err := Parse(huge); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "limit") {
		t.Errorf("huge: %.200v", err)
	}
	deep := append([]byte(`{"x":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`,`), doc[1:]...)
	if _, err := Parse(deep); err == nil {
		t.Error("deep: read")
	}
}

func TestThreat65_NoSecretInPredicate(t *testing.T) {
	if doc := string(predicateOf(t, testAudit(t))); strings.Contains(doc, "swordfish") {
		t.Error(doc)
	}
}

// Nothing is signed that no gate can read.
func TestPredicateRefusesWhatParseWould(t *testing.T) {
	for name, spoil := range map[string]func(*Audit){
		"no findings":      func(a *Audit) { a.Findings = nil },
		"unknown control":  func(a *Audit) { a.Findings[0].Control = "9.9" },
		"undefined status": func(a *Audit) { a.Findings[0].Status = 99 },
		"no time":          func(a *Audit) { a.AuditedAt = time.Time{} },
		"no config":        func(a *Audit) { a.Config = "" },
		"no profile":       func(a *Audit) { a.ProfileDigest = "" },
		"other facts":      func(a *Audit) { a.Facts.ConfigDigest = digest('d') },
	} {
		a := testAudit(t)
		spoil(&a)
		if doc, err := a.Predicate(); err == nil {
			t.Errorf("%s: %s", name, doc)
		}
	}
}

// A gate that reads the audit back can judge it again and compare it with the
// image.
func TestFactsSurviveForTheGate(t *testing.T) {
	a, err := Parse(predicateOf(t, testAudit(t)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := cis.ParseContents([]byte(testConfig))
	if err != nil {
		t.Fatal(err)
	}
	if got := cis.Contradictions(a.Facts, cis.Collect(c)); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if !reflect.DeepEqual(bare(cis.Judge(a.Facts, cis.DefaultParameters())), a.Findings) {
		t.Error("the facts judge otherwise after a round trip")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(predicateOf(f, testAudit(f)))
	f.Add([]byte(`{"result":"PASSED","configuration":[]}`))
	f.Add([]byte(`{"` + ExtensionType + `":{"controls":[{"status":"pass"}]}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		a, err := Parse(doc)
		if err != nil {
			if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotAudit) {
				t.Errorf("error of neither kind: %v", err)
			}
			return
		}
		again, err := a.Predicate()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if b, err := Parse(again); err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("written and read again: %v", err)
		}
	})
}
