package cis

import "testing"

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
