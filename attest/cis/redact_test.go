package cis

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

// No value of a secret may come out again, wherever it was planted, whatever
// way its row is quoted.
func TestThreat65_NoSecretInFactsOrFindings(t *testing.T) {
	weak := "swordfish-" + "42"
	odd := `p"a\ss<w>` + filler(8)
	planted := secretstest.All()
	planted["weak"], planted["odd"], planted["long"] = weak, odd, filler(31)+strings.Repeat("z", 2000)
	for id, v := range planted {
		for where, d := range plant(v) {
			c := d.contents(t)
			facts := Collect(c)
			out, err := json.Marshal([]any{facts, Judge(facts, DefaultParameters())})
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range secretParts(v) {
				if strings.Contains(string(out), part) {
					t.Errorf("%s planted in %s comes out: %q in %s", id, where, part, out)
				}
			}
		}
	}
}

// secretParts are the forms in which a value could come out.
func secretParts(v string) []string {
	quoted, _ := json.Marshal(v)
	parts := []string{v, strings.Trim(string(quoted), `"`)}
	for _, s := range scan(Contents{Env: []string{"X_TOKEN=" + v}}, nil) {
		parts = append(parts, s.value)
	}
	return parts
}

func plant(v string) map[string]doc {
	return map[string]doc{
		"env":         {run: map[string]any{"Env": []string{"MY_TOKEN=" + v}}, history: []HistoryEntry{bk("ENV MY_TOKEN=" + v)}},
		"label":       {run: map[string]any{"Labels": map[string]string{"my.token": v}}, history: []HistoryEntry{classic("/bin/sh -c #(nop)  LABEL my.token=" + v)}},
		"arg":         {history: []HistoryEntry{bk("RUN |1 MY_TOKEN=" + v + " /bin/sh -c echo " + v + " # buildkit")}, layers: -1},
		"classic arg": {history: []HistoryEntry{classic("|1 MY_TOKEN=" + v + " /bin/sh -c true")}, layers: -1},
		"other shell": {history: []HistoryEntry{bk("RUN |1 MY_TOKEN=first " + v + " pwsh -Command true # buildkit")}, layers: -1},
		"cmd":         {run: map[string]any{"Cmd": []string{"run", "--password=" + v}}, history: []HistoryEntry{bk(fmt.Sprintf("CMD [%q %q]", "run", "--password="+v))}},
		"healthcheck": {run: map[string]any{"Env": []string{"MY_TOKEN=" + v}, "Healthcheck": map[string]any{"Test": []string{"CMD-SHELL", "check " + v}}}},
		"user":        {run: map[string]any{"Env": []string{"MY_TOKEN=" + v}, "User": v}},
		"late row":    {run: map[string]any{"Env": []string{"MY_TOKEN=" + v}}, history: []HistoryEntry{bkRun(strings.Repeat("a ", 500) + v)}, layers: -1},
		"secret name": {run: map[string]any{"Env": []string{"MY_TOKEN=" + v, v + "=1"}}},
	}
}

// What no rule calls a secret, but stands where one would, is not kept either.
func TestHistoryRowsAreRedacted(t *testing.T) {
	hidden := "hunter" + "2x"
	for _, script := range []string{
		"mysql --password " + hidden, "mysql --password=" + hidden, "PGPASSWORD=" + hidden + " psql", "export TOKEN='" + hidden + "'",
		"curl -u me:" + hidden + " https://x", "curl https://me:" + hidden + "@x/y", "curl -H 'Authorization: Basic " + hidden + "'",
		`echo "password: ` + hidden + `" > /x`, "API_KEY=\"a " + hidden + "\" run", "login --token " + hidden,
		"git clone https://" + hidden + hidden + "@x/y", `exec ["mysql" "--password" "` + hidden + `"]`, `echo '["--token", "` + hidden + `"]'`,
	} {
		rows := Collect(doc{history: []HistoryEntry{bkRun(script)}, layers: -1}.contents(t)).History.Rows
		if strings.Contains(rows[0].Text, hidden) {
			t.Errorf("%q is kept as %q", script, rows[0].Text)
		}
	}
	plain := "apt-get update && apt-get install -y --no-install-recommends ca-certificates=20230311"
	rows := Collect(doc{history: []HistoryEntry{bkRun(plain)}, layers: -1}.contents(t)).History.Rows
	if rows[0].Text != "/bin/sh -c "+plain {
		t.Errorf("an innocent row is kept as %q", rows[0].Text)
	}
}

// A health check is kept word by word, so that a secret is not beside its
// option.
func TestThreat65_SecretWordOfAHealthcheck(t *testing.T) {
	hidden := "hunter" + "2x"
	test := []string{"CMD", "ping", "--user", "me", "--password", hidden, "-v"}
	got := Collect(doc{run: map[string]any{"Healthcheck": map[string]any{"Test": test}}}.contents(t)).Healthcheck.Test
	test[5] = redacted
	if !slices.Equal(got, test) {
		t.Errorf("kept as %q, want %q", got, test)
	}
}
