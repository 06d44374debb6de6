package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/cmd/internal/report"
)

func TestFailOn(t *testing.T) {
	user := report.Control{ID: "4.1", Key: "image.user", Level: 1, Scored: true, Status: "fail", Effect: "warn"}
	with := func(change func(*report.Control)) report.Control {
		c := user
		change(&c)
		return c
	}
	status := func(s, effect string) report.Control {
		return with(func(c *report.Control) { c.Status, c.Effect = s, effect })
	}
	excepted := with(func(c *report.Control) { c.Effect, c.Exception = "none", "known" })
	inPart := with(func(c *report.Control) {
		c.Effect, c.Exception = "none", "known"
		c.Items = []report.Item{{Status: "fail", Effect: "deny"}}
	})
	for _, row := range []struct {
		list string
		c    report.Control
		want bool
	}{
		{"", user, false}, {"", status("fail", "deny"), true}, {"", status("unknown", "deny"), true}, {"", inPart, true},
		{"deny", status("manual", "deny"), true}, {"deny", status("pass", "none"), false}, {"deny", status("fail", ""), true},
		{"fail", user, true}, {"fail", status("warn", "warn"), false}, {"fail", excepted, false}, {"fail", status("odd", "warn"), false},
		{"warn", status("warn", "warn"), true}, {"warn", user, false}, {"manual", status("manual", "none"), true},
		{"unknown", status("unknown", "none"), true}, {"unknown", status("", "none"), true}, {"unknown", status("odd", "none"), true},
		{"level-1", user, true}, {"level-1", status("unknown", "warn"), false}, {"level-2", user, false},
		{"level-2", with(func(c *report.Control) { c.Level = 2 }), true}, {"scored", user, true}, {"scored", with(func(c *report.Control) { c.Scored = false }), false},
		{"4.1", user, true}, {"image.user", user, true}, {"4.1", status("unknown", "none"), true}, {"4.1", status("pass", "none"), false},
		{"4.1", status("not-applicable", "none"), false}, {"4.10", user, false}, {"4.1", excepted, false},
		{"none", status("fail", "deny"), false}, {"manual,4.1", user, true}, {"warn, unknown", user, false},
	} {
		var list []string
		if row.list != "" {
			list = []string{row.list}
		}
		f, err := parseFailOn(list)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.matches(row.c); got != row.want {
			t.Errorf("--fail-on %q with %+v: %t", row.list, row.c, got)
		}
	}
}

func TestFailOnMistakes(t *testing.T) {
	for _, list := range [][]string{{"fial"}, {""}, {"fail,"}, {"none", "fail"}, {"Fail"}, {"4.12"}, {"pass"}, {"fail", "level-3"}} {
		_, err := parseFailOn(list)
		var f *failure
		if !errors.As(err, &f) || f.status != StatusUsage {
			t.Fatalf("%q: %v", list, err)
		}
		if list[0] == "fial" && (!strings.Contains(err.Error(), "level-1") || !strings.Contains(err.Error(), "image.user") || !strings.Contains(err.Error(), `"fial"`)) {
			t.Errorf("%v does not list the terms", err)
		}
	}
}
