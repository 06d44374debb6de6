package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLists_Apply keeps the lists honest without running a mutant: every entry still names a line
// of the tree and a test that exists.
func TestLists_Apply(t *testing.T) {
	mutants, err := loadLists(filepath.Join("..", ".."), "")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, m := range mutants {
		key := m.file + "\n" + m.old + "\n" + m.new
		if before, twice := seen[key]; twice {
			t.Errorf("%s: same mutation as %s", m.place(), before)
		}
		seen[key] = m.place()
	}
}

func TestParseList_ReadsEntries(t *testing.T) {
	mutants, err := parseList("room.txt", []byte(`# why: first: with a colon
file: a.go
old: 	if bad {
new: 	if false {
test: ./a TestA/sub

# why: removes a line
file: b.go
old: check()
new:
test: ./b FuzzB
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []mutant{
		{list: "room.txt", line: 1, why: "first: with a colon", file: "a.go", old: "\tif bad {", new: "\tif false {", pkg: "./a", test: "TestA/sub"},
		{list: "room.txt", line: 7, why: "removes a line", file: "b.go", old: "check()", new: "", pkg: "./b", test: "FuzzB"},
	}
	if len(mutants) != len(want) {
		t.Fatalf("got %d entries, want %d", len(mutants), len(want))
	}
	for i := range want {
		if mutants[i] != want[i] {
			t.Errorf("entry %d\n got %+v\nwant %+v", i, mutants[i], want[i])
		}
	}
}

func TestParseList_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	const good = "# why: w\nfile: f.go\nold: a\nnew: b\ntest: ./p TestP\n"
	for name, text := range map[string]string{
		"unknown key":    good + "severity: high\n",
		"repeated key":   good + "old: c\n",
		"repeated test":  good + "test: ./p TestQ\n",
		"missing file":   strings.Replace(good, "file: f.go\n", "", 1),
		"missing reason": strings.Replace(good, "# why: w\n", "", 1),
		"missing test":   strings.Replace(good, "test: ./p TestP\n", "", 1),
		"test no name":   strings.Replace(good, "./p TestP", "./p", 1),
		"no mutation":    strings.Replace(good, "new: b", "new: a", 1),
		"no key":         good + "just words\n",
	} {
		if _, err := parseList("room.txt", []byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := parseList("room.txt", []byte(good)); err != nil {
		t.Errorf("the entry all cases start from: %v", err)
	}
}

func TestApplicable_FindsStaleEntries(t *testing.T) {
	root := writeModule(t)
	good := mutant{file: "check/check.go", old: "n > limit", new: "false", pkg: "./check", test: "TestLimit"}
	if err := good.applicable(root); err != nil {
		t.Fatalf("the entry all cases start from: %v", err)
	}
	for name, change := range map[string]func(*mutant){
		"file gone":      func(m *mutant) { m.file = "check/gone.go" },
		"file outside":   func(m *mutant) { m.file = "../check.go" },
		"fragment gone":  func(m *mutant) { m.old = "n >= limit" },
		"fragment twice": func(m *mutant) { m.old = "limit" },
		"test gone":      func(m *mutant) { m.test = "TestLim" },
		"no test name":   func(m *mutant) { m.test = "limit" },
	} {
		stale := good
		change(&stale)
		if err := stale.applicable(root); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestTry_TellsKilledFromSurvivedFromBroken(t *testing.T) {
	runner, err := newRunner(writeModule(t))
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(runner.scratch)
	for name, c := range map[string]struct {
		old, new, test string
		want           string
	}{
		"check removed":           {"n > limit", "false", "TestLimit", outcomeKilled},
		"panic counts as failing": {"return n > limit", `panic("gone")`, "TestLimit", outcomeKilled},
		"test looks elsewhere":    {"n > limit", "false", "TestOther", outcomeSurvived},
		"does not compile":        {"n > limit", "missing", "TestLimit", outcomeError},
		"fails as it is":          {"n > limit", "false", "TestBroken", outcomeError},
		"subtest does not run":    {"n > limit", "false", "TestLimit/sub", outcomeError},
	} {
		t.Run(name, func(t *testing.T) {
			m := mutant{file: "check/check.go", old: c.old, new: c.new, pkg: "./check", test: c.test}
			got := runner.try(context.Background(), m)
			if got.outcome != c.want {
				t.Errorf("got %s, want %s\n%s", got.outcome, c.want, got.detail)
			}
		})
	}
	text, err := os.ReadFile(filepath.Join(runner.root, "check", "check.go"))
	if err != nil || string(text) != checkSource {
		t.Errorf("the tree changed: %v\n%s", err, text)
	}
}

func TestRun_FailsWhenAMutantSurvives(t *testing.T) {
	root := writeModule(t)
	for test, want := range map[string]int{"TestLimit": 0, "TestOther": 1, "TestGone": 2} {
		writeFile(t, root, "e2e/mutants/list/check.txt",
			"# why: w\nfile: check/check.go\nold: n > limit\nnew: false\ntest: ./check "+test+"\n")
		if got := run(context.Background(), []string{"-root", root, "-only", "check"}); got != want {
			t.Errorf("%s: exit %d, want %d", test, got, want)
		}
	}
}

const checkSource = `package check

const limit = 3

func tooMany(n int) bool { return n > limit }
`

// writeModule makes a module with one check and three tests: one that holds it, one that does not
// look at it, one that always fails.
func writeModule(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	writeFile(t, root, "go.mod", "module example.test/check\n\ngo 1.26\n")
	writeFile(t, root, "check/check.go", checkSource)
	writeFile(t, root, "check/check_test.go", `package check

import "testing"

func TestLimit(t *testing.T) {
	if !tooMany(4) {
		t.Fatal("4 passes")
	}
}

func TestOther(t *testing.T) { tooMany(2) }

func TestBroken(t *testing.T) { t.Fatal("always") }
`)
	return root
}

func writeFile(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
