package cis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets"
	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

// searched is the contents of an image in whose layers nothing was found.
func searched(t testing.TB, d doc) Contents {
	t.Helper()
	c := d.contents(t)
	c.Layers = &LayersFact{Count: len(c.DiffIDs), Contents: true}
	return c
}

// Every rule finds its sample, under a neutral name only by its shape.
func TestSecretRules(t *testing.T) {
	for id, s := range secretstest.All() {
		c := doc{run: map[string]any{"Env": []string{"SETTING=" + s}}}.contents(t)
		found := false
		for _, h := range Collect(c).Secrets.Hits {
			found = found || h.Rule == id
		}
		if f := judged(t, c, "4.10"); !found || f.Status != Fail {
			t.Errorf("%s: %s %q", id, f.Status, f.Evidence)
		}
	}
}

func TestSecretPlaces(t *testing.T) {
	token := secretstest.All()["github-token"]
	cases := map[string]doc{
		"env":              {run: map[string]any{"Env": []string{"A=1", "X=" + token}}},
		"env without name": {run: map[string]any{"Env": []string{token}}},
		"label":            {run: map[string]any{"Labels": map[string]string{"a": "b", "x": token}}},
		"label name":       {run: map[string]any{"Labels": map[string]string{token: "x"}}},
		"cmd":              {run: map[string]any{"Cmd": []string{"run", "--with", token}}},
		"cmd as a string":  {run: map[string]any{"Cmd": "run --with " + token}},
		"entrypoint":       {run: map[string]any{"Entrypoint": []string{"run", token}}},
		"onbuild":          {run: map[string]any{"OnBuild": []string{"RUN curl -H 'X: " + token + "'"}}},
		"onbuild arg":      {run: map[string]any{"OnBuild": []string{"ARG NPM_TOKEN=" + filler(20)}}},
		"healthcheck":      {run: map[string]any{"Healthcheck": map[string]any{"Test": []string{"CMD", token}}}},
		"classic arg":      {history: []HistoryEntry{classic("|1 API_TOKEN=" + filler(20) + " /bin/sh -c true")}, layers: -1},
		"buildkit arg":     {history: []HistoryEntry{bk("RUN |2 A=b API_TOKEN=" + filler(20) + " /bin/sh -c true # buildkit")}, layers: -1},
		"arg by name only": {history: []HistoryEntry{bk("RUN |1 DEPLOY_KEY=" + filler(20) + " /bin/sh -c true # buildkit")}, layers: -1},
		"run":              {history: []HistoryEntry{bkRun("curl -H 'X: " + token + "' https://example.com")}, layers: -1},
		"overridden env":   {history: []HistoryEntry{bk("ENV DB_PASSWORD=" + filler(20)), bk("ENV DB_PASSWORD=")}},
		"arg default":      {history: []HistoryEntry{bk("ARG DEPLOY_KEY=" + filler(20))}},
		"old form":         {history: []HistoryEntry{classic("/bin/sh -c #(nop)  ENV DB_PASSWORD " + filler(20))}},
		"label row":        {history: []HistoryEntry{classic("/bin/sh -c #(nop)  LABEL a=b secret=" + filler(20))}},
		"comment":          {history: []HistoryEntry{{CreatedBy: "x", Comment: token}}},
		"unknown builder":  {history: []HistoryEntry{{CreatedBy: "bazel build " + token}}},
	}
	for name, d := range cases {
		if f := judged(t, d.contents(t), "4.10"); f.Status != Fail || f.Origin != OriginUnknown {
			t.Errorf("%s: %s %s %q", name, f.Status, f.Origin, f.Evidence)
		}
	}
}

// The rule for names: fail where the value looks drawn by lot, else warn.
func TestSecretNames(t *testing.T) {
	strong, weak := filler(12), "swordfish"
	cases := map[string]Status{
		"DB_PASSWORD=" + strong: Fail, "DB_PASSWORD=" + weak: Warn, "password=" + weak: Warn, "API_TOKEN=" + strong: Fail,
		"APIKEY=" + weak: Warn, "AUTH=" + weak: Warn, "CREDENTIALS=" + weak: Warn, "x-key=" + weak: Warn, "PASSWD=" + weak: Warn,
		"DB_PASSWORD=" + strong[:11]: Warn, "DB_PASSWORD=" + strings.Repeat("ab", 20): Warn,
		"PASSWORDS=" + strong: Pass, "MONKEY=" + strong: Pass, "TOKENIZER=" + strong: Pass, "KEYBOARD=" + strong: Pass,
		"PUBLIC_KEY=" + strong: Pass, "KEY_FILE=" + strong: Pass, "KEY_VERSION=" + strong: Pass, "PATH=" + strong: Pass,
		"GPG_KEY=" + strong: Pass, "GPG_KEYS=" + strong: Pass, "gpg_key=" + strong: Fail, "MY_GPG_KEY=" + strong: Fail,
		"DB_PASSWORD=": Pass, "DB_PASSWORD=changeme": Pass, "DB_PASSWORD=ChangeMe": Pass, "DB_PASSWORD=${DB_PASSWORD}": Pass,
		"DB_PASSWORD=$DB_PASSWORD": Pass, "DB_PASSWORD=<your password here>": Pass, "DB_PASSWORD=****": Pass, "DB_PASSWORD=xxxxxxxx": Pass,
		"DB_PASSWORD={{ .Values.password }}": Pass, "DB_PASSWORD=your-password-here": Pass, "DB_PASSWORD=%DB_PASSWORD%": Pass,
		"DB_PASSWORD=/run/secrets/db": Pass, "AUTH=true": Pass, "DB_PASSWORD=__PASSWORD__": Pass, "DB_PASSWORD=@PASSWORD@": Pass,
		"DB_PASSWORD=/" + strong: Fail, "DB_PASSWORD=" + strong + "$": Fail, "DB_PASSWORD=<": Pass,
	}
	for kv, want := range cases {
		f := judged(t, searched(t, doc{run: map[string]any{"Env": []string{kv}}}), "4.10")
		if f.Status != want {
			t.Errorf("%s: %s %q, want %s", kv, f.Status, f.Evidence, want)
		}
	}
}

func TestSecretPlaceholdersOfEveryShape(t *testing.T) {
	for _, v := range []string{
		"postgres://app:${DB_PASSWORD}@db/app", "postgres://app:$PASS@db/app", "https://user:****@example.org/", "https://example.org:8443/a@b",
		"http://proxy:3128", "git@github.com:a/b.git", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}", "AKIA" + "IOSFODNN7" + "EXAMPLE",
		"Authorization: Bearer ${TOKEN}", "grep -q 'BEGIN RSA PRIVATE KEY' /x", "sk-learn", "npm_config_cache", "key-value", "SKIP",
	} {
		f := judged(t, searched(t, doc{run: map[string]any{"Env": []string{"SETTING=" + v}}}), "4.10")
		if f.Status != Pass {
			t.Errorf("%q: %s %q", v, f.Status, f.Evidence)
		}
	}
}

// Only with the files searched may the control pass.
func TestSecretsPassOnlyWhereFilesWereSearched(t *testing.T) {
	unread := []Unread{{Control: "4.10", At: Place{Source: SourceLayer, Layer: 1, Path: "app/big"}, Why: "larger than 1 MiB"}}
	cases := map[string]struct {
		layers *LayersFact
		want   Status
		text   string
	}{
		"no layers":       {nil, Unknown, "no layer was read"},
		"names only":      {&LayersFact{Count: 1}, Unknown, "only names"},
		"unread":          {&LayersFact{Count: 1, Contents: true, Unread: unread}, Unknown, "larger than 1 MiB"},
		"other unread":    {&LayersFact{Count: 1, Contents: true, Unread: []Unread{{Control: "4.3"}}}, Pass, "1 layer hold no secret"},
		"unlisted":        {&LayersFact{Count: 1, Contents: true, More: map[string]int{"secrets": 3}}, Unknown, "3 more secrets in files"},
		"unread and more": {&LayersFact{Count: 1, Contents: true, More: map[string]int{"unread": 3}}, Unknown, "3 more places"},
		"searched":        {&LayersFact{Count: 2, Contents: true}, Pass, "2 layers hold no secret"},
	}
	for name, c := range cases {
		contents := doc{}.contents(t)
		contents.Layers = c.layers
		f := judged(t, contents, "4.10")
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.text) {
			t.Errorf("%s: %s %q", name, f.Status, f.Evidence)
		}
	}
}

func TestSecretParametersAreTheOperators(t *testing.T) {
	facts := Collect(searched(t, doc{run: map[string]any{"Env": []string{"GPG_KEY=" + filler(40), "MY_KEY=" + filler(40)}}}))
	p := DefaultParameters()
	p.AllowedSecretNames = []string{"MY_KEY"}
	f := Judge(facts, p)[9]
	if f.Status != Fail || len(f.Evidence) != 1 || !strings.Contains(f.Evidence[0], "GPG_KEY") {
		t.Errorf("%s %q", f.Status, f.Evidence)
	}
	p.MinSecretLength = 41
	if f := Judge(facts, p)[9]; f.Status != Warn {
		t.Errorf("below the length: %s", f.Status)
	}
}

// A name the operator allows does not hide another with the same value.
func TestSecretUnderTwoNames(t *testing.T) {
	env := []string{"GPG_KEY=" + filler(40), "MY_KEY=" + filler(40)}
	c := searched(t, doc{run: map[string]any{"Env": env}, history: []HistoryEntry{bk("ENV " + strings.Join(env, " "))}})
	f := judged(t, c, "4.10")
	if f.Status != Fail || len(f.Evidence) != 1 || !strings.Contains(f.Evidence[0], "MY_KEY") {
		t.Errorf("%s %q", f.Status, f.Evidence)
	}
}

func TestSecretFlood(t *testing.T) {
	var env []string
	for i := range 400 {
		env = append(env, fmt.Sprintf("K%d_TOKEN=weak%d", i, i))
	}
	c := doc{run: map[string]any{"Env": env}}.contents(t)
	if s := Collect(c).Secrets; len(s.Hits) != maxSecrets || s.More != 400-maxSecrets {
		t.Errorf("%d hits and %d more", len(s.Hits), s.More)
	}
	if f := judged(t, c, "4.10"); f.Status != Fail || len(f.Evidence) > maxEvidence {
		t.Errorf("%s, %d lines", f.Status, len(f.Evidence))
	}
}

// Beyond what is counted nothing is known to be harmless.
func TestThreat65_SecretFloodKeepsNoText(t *testing.T) {
	var many strings.Builder
	for i := range 2 * maxSecrets {
		fmt.Fprintf(&many, "x://u:%04x@h ", i)
	}
	c := doc{history: []HistoryEntry{bkRun(many.String())}, run: map[string]any{"User": "01ff"}, layers: -1}.contents(t)
	facts := Collect(c)
	if facts.History.Rows[0].Text != redacted || facts.User.Raw != redacted {
		t.Errorf("%+v %+v", facts.History.Rows[0], facts.User)
	}
}

// Redaction must not change what a control decides.
func TestRedactionDoesNotDecide(t *testing.T) {
	run := map[string]any{
		"User": "0000", "Env": []string{"MY_PASSWORD=0000", "OTHER_PASSWORD=CMD-SHELL"},
		"Healthcheck": map[string]any{"Test": []string{"CMD-SHELL", "check"}},
	}
	for id, want := range map[string]Status{"4.1": Fail, "4.6": Pass} {
		if f := judged(t, doc{run: run}.contents(t), id); f.Status != want {
			t.Errorf("%s: %s %q", id, f.Status, f.Evidence)
		}
	}
}

func TestSecretFingerprintIsKeyedAndShort(t *testing.T) {
	a, b := secrets.Fingerprint("sha256:a", "x"), secrets.Fingerprint("sha256:b", "x")
	if a == b || len(a) != 4 {
		t.Errorf("%q %q", a, b)
	}
}
