package cis

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets"
)

func FuzzParseContents(f *testing.F) {
	f.Add(goodImage().bytes(f))
	f.Add([]byte(`{"config":{"User":"0x0","Env":["A"],"Healthcheck":{"Test":["CMD"]}},"history":[{"created_by":"|9 A=b"}]}`))
	f.Add([]byte(`{"config":{"User":"1","user":"0"}}`))
	f.Fuzz(func(t *testing.T, config []byte) {
		c, err := ParseContents(config)
		if err != nil {
			return
		}
		facts := Collect(c)
		if got := Contradictions(facts, Collect(c)); len(got) != 0 {
			t.Errorf("not deterministic: %q", got)
		}
		// What an engine reads is what was judged.
		var engine struct {
			Config struct{ User string } `json:"config"`
		}
		if err := json.Unmarshal(config, &engine); err != nil || engine.Config.User != c.User {
			t.Errorf("an engine reads user %q, we read %q (%v)", engine.Config.User, c.User, err)
		}
		for _, finding := range Judge(facts, DefaultParameters()) {
			if _, err := ParseStatus(finding.Status.String()); err != nil || finding.Evidence == nil {
				t.Errorf("%+v", finding)
			}
		}
	})
}

func FuzzHistory(f *testing.F) {
	for _, s := range []string{
		"/bin/sh -c #(nop)  ENV A=b", "|1 A=b /bin/sh -c true", "RUN |2 A=b C=d e /bin/sh -c apt-get update # buildkit",
		"/bin/sh -c #(nop) ADD --chown=1:1file:abc in /h", "# debian.sh", "|0 ", "|3 A=", " #(nop) X",
	} {
		f.Add(s, "buildkit.dockerfile.v0", true)
		f.Add(s, "", false)
	}
	f.Fuzz(func(t *testing.T, by, comment string, empty bool) {
		c := Contents{History: []HistoryEntry{{CreatedBy: by, Comment: comment, EmptyLayer: empty}}, ConfigDigest: "x"}
		facts := Collect(c)
		out, err := json.Marshal(facts)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.reading().secrets {
			if !secrets.Weighed(s.rule) && len(s.value) >= 12 && strings.Contains(string(out), s.value) {
				t.Errorf("%q comes out again: %s", s.value, out)
			}
		}
		row := facts.History.Rows[0]
		if len(row.Text) > maxRowText || row.Instruction != "" && !isInstruction(row.Instruction) {
			t.Errorf("%+v", row)
		}
	})
}

func FuzzRun(f *testing.F) {
	for _, s := range []string{
		"apt-get update && apt-get install x", "curl -k x | sh", "echo gpgcheck=0 > /etc/yum.repos.d/x.repo", "wget x -O /bin/y; chmod +x /bin/y",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		steps := []Step{{Instruction: "RUN", Run: RunForm{Script: src}}}
		if a, b := updatesOf(steps), updatesOf(steps); !same(a, b) {
			t.Errorf("%+v, then %+v", a, b)
		}
		if a, b := switchesOf(steps, nil), switchesOf(steps, nil); !same(a, b) {
			t.Errorf("%+v, then %+v", a, b)
		}
	})
}
