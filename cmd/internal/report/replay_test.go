package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify/wire"
)

func replayed(t testing.TB, saved []byte, format string) string {
	t.Helper()
	read, err := Read(saved)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	h, err := New(format, &b, Options{Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Replay(h); err != nil {
		t.Fatal(err)
	}
	if f, ok := h.(finisher); ok {
		if err := f.finish(End{Status: 3}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// TestReplay: a saved report says in every format what it said when it was
// made, and as JSON the same bytes.
func TestReplay(t *testing.T) {
	saved := written(t, "json", End{}, everything()...)
	for _, format := range Formats() {
		if got, want := replayed(t, []byte(saved), format), written(t, format, End{Status: 3}, everything()...); got != want {
			t.Errorf("%s: %s\nwant %s", format, got, want)
		}
	}
	if got := replayed(t, []byte("\n"+strings.TrimSuffix(saved, "\n")), "json"); got != saved {
		t.Errorf("without the last newline: %s", got)
	}
	newer := strings.Replace(saved, `"profile":`, `"someday":{"x":[1]},"profile":`, 1)
	if got := replayed(t, []byte(newer), "json"); newer == saved || got != saved {
		t.Errorf("with a key of a later version: %s", got)
	}
}

func TestReplayRefuses(t *testing.T) {
	audit, decision := written(t, "json", End{}, sampleAudit()), written(t, "json", End{}, sampleDecision())
	swap := func(doc, old, new string) string {
		if !strings.Contains(doc, old) {
			t.Fatalf("no %s", old)
		}
		return strings.Replace(doc, old, new, 1)
	}
	for name, saved := range map[string]string{
		"nothing":          "",
		"blank":            "\n \n",
		"no JSON":          "hello",
		"a list":           "[" + strings.TrimSpace(audit) + "]",
		"indented":         "{\n\"schema\":\"pratique.audit/v1\"}",
		"no schema":        "{}",
		"another schema":   swap(audit, "pratique.audit/v1", "pratique.audit/v2"),
		"no controls":      `{"schema":"pratique.audit/v1","controls":[]}`,
		"status":           swap(audit, `"status":"fail"`, `"status":"failed"`),
		"no effect":        swap(audit, `"effect":"deny"`, `"effect":""`),
		"item's status":    swap(audit, `"items":[{"status":"fail"`, `"items":[{"status":"PASS"`),
		"item's effect":    swap(audit, `"items":[{"status":"fail"`, `"items":[{"effect":"allow","status":"fail"`),
		"verdict":          swap(decision, `"verdict":"deny"`, `"verdict":"denied"`),
		"no verdict":       swap(decision, `"verdict":"deny",`, ``),
		"reason's effect":  swap(decision, `"effect":"deny"`, `"effect":"allow"`),
		"finding's status": swap(decision, `"status":"fail"`, `"status":""`),
		"two keys":         swap(decision, `"verdict":"deny"`, `"verdict":"deny","verdict":"allow"`),
		"folded key":       swap(decision, `"verdict"`, `"Verdict"`),
		"number":           swap(audit, `"level":1`, `"level":"1"`),
		"inspection":       `{"schema":"pratique.inspect/v1"}`,
		"written":          `{"schema":"pratique.written/v1"}`,
		"second":           audit + "{}",
	} {
		read, err := Read([]byte(saved))
		if err == nil || read != nil {
			t.Errorf("%s: accepted", name)
		} else if name == "second" && !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThreat87_ReplayIsBounded(t *testing.T) {
	line := `{"schema":"pratique.written/v1","kind":"` + strings.Repeat("x", maxSavedLine) + `"}`
	if _, err := Read([]byte(line)); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("%.100s", fmt.Sprint(err))
	}
}

// FuzzReplay: nothing panics, and what is accepted can be written in every
// format and comes back the same.
func FuzzReplay(f *testing.F) {
	for _, small := range []string{
		`{"schema":"pratique.audit/v1","image":"a:1","controls":[{"id":"4.1","status":"fail","effect":"deny","items":[{"status":"fail","text":"x","path":"a","layer":1}]}]}`,
		`{"schema":"pratique.decision/v1","verdict":"deny","reasons":[{"code":"c","effect":"deny"}],"findings":[{"control":"4.1","status":"fail","effect":"warn"}]}`,
		`{"schema":"pratique.inspect/v1","image":"a@b","gaps":["x"]}`,
		`{"schema":"pratique.written/v1","kind":"signature"}`,
	} {
		f.Add([]byte(small))
	}
	s := sarifSchemaDocument(f)
	f.Fuzz(func(t *testing.T, saved []byte) {
		if _, err := Read(saved); err != nil {
			return
		}
		once := replayed(t, saved, "json")
		if twice := replayed(t, []byte(once), "json"); once != twice {
			t.Errorf("%q became %q", once, twice)
		}
		for _, bad := range s.check(t, []byte(replayed(t, saved, "sarif"))) {
			t.Error(bad)
		}
		junitOf(t, replayed(t, saved, "junit"))
		if text := replayed(t, saved, "text"); strings.ContainsAny(text, "\x1b\u202e") {
			t.Errorf("%q", text)
		}
	})
}
