package cis

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestHealthcheck(t *testing.T) {
	type hc = map[string]any
	cases := map[string]struct {
		health any
		want   Status
	}{
		"absent":            {nil, Fail},
		"empty test":        {hc{"Test": []string{}}, Fail},
		"null test":         {hc{"Test": nil, "Interval": 1}, Fail},
		"none":              {hc{"Test": []string{"NONE"}, "Interval": 5000000000}, Fail},
		"cmd":               {hc{"Test": []string{"CMD", "/bin/check"}}, Pass},
		"cmd without words": {hc{"Test": []string{"CMD"}}, Fail},
		"shell":             {hc{"Test": []string{"CMD-SHELL", "curl -f http://localhost/ || exit 1"}}, Pass},
		"shell empty":       {hc{"Test": []string{"CMD-SHELL", " "}}, Fail},
		"lower case kind":   {hc{"Test": []string{"cmd", "/bin/check"}}, Fail},
		"always true":       {hc{"Test": []string{"CMD", "/bin/true"}}, Warn},
		"exit 0":            {hc{"Test": []string{"CMD-SHELL", "exit 0"}}, Warn},
		"colon":             {hc{"Test": []string{"CMD-SHELL", ":"}}, Warn},
		"ends in exit 0":    {hc{"Test": []string{"CMD-SHELL", "check || exit 0"}}, Pass},
	}
	for name, c := range cases {
		run := map[string]any{"User": "1"}
		if c.health != nil {
			run["Healthcheck"] = c.health
		}
		if f := judged(t, doc{run: run}.contents(t), "4.6"); f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
	}
}

// A config in OCI's format cannot carry a health check. The label that tells
// is inherited, so other builders' marks win over it.
func TestHealthcheckFormat(t *testing.T) {
	run := map[string]any{"Labels": map[string]string{"io.buildah.version": "1.40.0"}}
	row := []HistoryEntry{classic("/bin/sh -c #(nop) ADD file:abc in / ")}
	cases := map[string]struct {
		d    doc
		want Status
	}{
		"buildah":               {doc{run: run, history: row}, NotApplicable},
		"built on with docker":  {doc{run: run, history: append(row, bkRun("true"))}, Fail},
		"docker format":         {doc{run: run, history: row, top: map[string]any{"docker_version": "20.10"}}, Fail},
		"docker format, legacy": {doc{run: run, history: row, top: map[string]any{"container_config": map[string]any{"User": ""}}}, Fail},
	}
	for name, c := range cases {
		if f := judged(t, c.d.contents(t), "4.6"); f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
	}
}

// A check for a shell cannot run in an image without one.
func TestHealthcheckShell(t *testing.T) {
	for name, c := range map[string]struct {
		test   []string
		shells []string
		os     string
		want   Status
	}{
		"shell":           {[]string{"CMD-SHELL", "check"}, []string{"/bin/sh"}, "linux", Pass},
		"none":            {[]string{"CMD-SHELL", "check"}, nil, "linux", Warn},
		"not needed":      {[]string{"CMD", "/check"}, nil, "linux", Pass},
		"Windows' own":    {[]string{"CMD-SHELL", "check"}, nil, "windows", Pass},
		"disabled anyway": {[]string{"NONE"}, nil, "linux", Fail},
	} {
		f := Facts{ConfigDigest: "x", OS: c.os, Healthcheck: &HealthcheckFact{Test: c.test}, Layers: &LayersFact{Traits: Traits{Shells: c.shells}}}
		if got := finding(t, f, DefaultParameters(), "4.6"); got.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, got.Status, got.Evidence, c.want)
		}
	}
}

func TestHealthcheckOrigin(t *testing.T) {
	f := Facts{ConfigDigest: "x", Healthcheck: &HealthcheckFact{Test: []string{"NONE"}}, History: &HistoryFact{Rows: []HistoryRow{{Instruction: "HEALTHCHECK", EmptyLayer: true}, {Layer: 1}}}}
	f.Base = &BaseFact{Ref: "a", How: BaseGiven, Layers: 1, Rows: 1}
	if got := finding(t, f, DefaultParameters(), "4.6"); got.Origin != OriginBase || got.Items[0].At.Row != 1 {
		t.Errorf("set by the base: %+v", got)
	}
	f.History.Rows[1].Instruction = "HEALTHCHECK"
	f.Dockerfile = &DockerfileFact{Healthcheck: &HealthcheckFact{Test: []string{"NONE"}, At: Place{Source: SourceDockerfile, Line: 9}}}
	if got := finding(t, f, DefaultParameters(), "4.6"); got.Origin != OriginOwn || got.Items[0].At.Line != 9 {
		t.Errorf("set again: %+v", got)
	}
}

func TestWrittenHealthcheck(t *testing.T) {
	check := func(r RunForm) Step { return Step{Instruction: "HEALTHCHECK", Run: r} }
	for name, c := range map[string]struct {
		steps []Step
		want  Status
	}{
		"none":          {nil, Fail},
		"disabled":      {[]Step{check(RunForm{})}, Fail},
		"disabled last": {[]Step{check(RunForm{Script: "check"}), check(RunForm{})}, Fail},
		"shell":         {[]Step{check(RunForm{}), check(RunForm{Script: "check"})}, Pass},
		"exec":          {[]Step{check(RunForm{Argv: []string{"/check"}})}, Pass},
		"true":          {[]Step{check(RunForm{Argv: []string{"/bin/true"}})}, Warn},
		"exit 0":        {[]Step{check(RunForm{Script: "exit 0"})}, Warn},
	} {
		if f := written(t, file("debian", c.steps...), "4.6"); f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
	}
}

// The words of a health check are redacted as those of a config are.
func TestThreat65_SecretWordOfAWrittenHealthcheck(t *testing.T) {
	word := filler(12)
	d := file("debian", Step{Instruction: "ENV", Text: "DB_PASSWORD=" + word, Pairs: []string{"DB_PASSWORD=" + word}},
		Step{Instruction: "HEALTHCHECK", Run: RunForm{Script: "ping -p" + word}}, Step{Instruction: "USER", Text: word})
	b, err := json.Marshal(Collect(Contents{Dockerfile: d}))
	if err != nil || strings.Contains(string(b), word) {
		t.Errorf("%v, facts hold the password: %s", err, strings.ReplaceAll(string(b), word, "<it>"))
	}
}

// A value too short to be looked for elsewhere is taken out behind its option.
func TestThreat65_ShortSecretWordOfAHealthcheck(t *testing.T) {
	c := doc{run: map[string]any{"Healthcheck": map[string]any{"Test": []string{"CMD", "check", "--password", "xyz"}}}}.contents(t)
	if test := Collect(c).Healthcheck.Test; len(test) != 4 || test[3] != redacted {
		t.Errorf("%q", test)
	}
}
