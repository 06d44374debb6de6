package cis

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// samples are made when the test runs: nothing in the repository has the shape
// of a credential.
func samples() map[string]string {
	const hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	upper := strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '1' || r == '8' || r == '9' || r == '0' {
			return 'Q'
		}
		return r
	}, filler(40)))
	body := base64.StdEncoding.EncodeToString([]byte(filler(60)))
	return map[string]string{
		"private-key":               "-----BEGIN RSA " + "PRIVATE KEY-----\n" + body + "\n-----END RSA " + "PRIVATE KEY-----",
		"age-secret-key":            "AGE-SECRET-KEY-" + "1" + strings.Repeat("Q", 58),
		"http-authorization":        "Authorization: " + "Bearer " + filler(30),
		"docker-auth":               `{"auths":{"r.example.org":{` + `"auth":"` + base64.StdEncoding.EncodeToString([]byte("user:"+filler(12))) + `"}}}`,
		"npm-auth":                  "//registry.npmjs.org/:_auth" + "Token=" + filler(36),
		"netrc":                     "machine r.example.org login me " + "password " + filler(12),
		"jwt":                       "ey" + "J" + filler(20) + ".ey" + "J" + filler(30) + "." + filler(30),
		"url-credentials":           "postgres://app:" + filler(10) + "@db.internal/app",
		"github-token":              "gh" + "p_" + filler(36),
		"github-fine-grained-token": "github_" + "pat_" + filler(22) + "_" + filler(59),
		"gitlab-token":              "gl" + "pat-" + filler(20),
		"bitbucket-token":           "AT" + "BB" + filler(32),
		"atlassian-token":           "AT" + "ATT3" + filler(80),
		"npm-token":                 "np" + "m_" + filler(36),
		"pypi-token":                "pypi-" + "AgEIcHlwaS5vcmc" + filler(60),
		"rubygems-token":            "ruby" + "gems_" + hex[:48],
		"docker-token":              "dckr" + "_pat_" + filler(27),
		"artifactory-token":         "AK" + "C" + filler(70),
		"aws-access-key-id":         "AK" + "IA" + upper[:16],
		"aws-secret-key":            "aws_secret_" + "access_key = " + filler(40),
		"gcp-api-key":               "AI" + "za" + filler(35),
		"gcp-oauth-secret":          "GOC" + "SPX-" + filler(28),
		"azure-storage-key":         "DefaultEndpointsProtocol=https;Account" + "Key=" + filler(86) + "==",
		"azure-client-secret":       "abc8" + "Q~" + filler(34),
		"digitalocean-token":        "dop" + "_v1_" + hex,
		"vault-token":               "hv" + "s." + filler(30),
		"terraform-token":           filler(14) + ".atlas" + "v1." + filler(64),
		"pulumi-token":              "pu" + "l-" + hex[:40],
		"databricks-token":          "da" + "pi" + hex[:32],
		"tailscale-key":             "ts" + "key-auth-" + filler(12) + "-" + filler(24),
		"heroku-key":                "HR" + "KU-" + filler(40),
		"slack-token":               "xo" + "xb-" + filler(40),
		"slack-app-token":           "xa" + "pp-1-A0123-0123456789-" + filler(40),
		"slack-webhook":             "https://hooks.slack" + ".com/services/T0123/B0123/" + filler(24),
		"discord-webhook":           "https://discord.com/api" + "/webhooks/123456789/" + filler(68),
		"telegram-token":            "123456789" + ":AA" + filler(33),
		"stripe-key":                "sk" + "_live_" + filler(24),
		"stripe-webhook-secret":     "wh" + "sec_" + filler(32),
		"square-token":              "sq0" + "atp-" + filler(22),
		"shopify-token":             "shp" + "at_" + hex[:32],
		"sendgrid-key":              "S" + "G." + filler(22) + "." + filler(43),
		"mailgun-key":               "ke" + "y-" + hex[:32],
		"mailchimp-key":             hex[:32] + "-us" + "12",
		"twilio-key":                "S" + "K" + hex[:32],
		"openai-key":                "s" + "k-" + filler(20) + "T3Blbk" + "FJ" + filler(20),
		"anthropic-key":             "sk-" + "ant-api03-" + filler(93),
		"huggingface-token":         "h" + "f_" + filler(34),
		"newrelic-key":              "NR" + "AK-" + strings.ToUpper(filler(27)),
		"grafana-token":             "gl" + "sa_" + filler(41),
		"sentry-token":              "sn" + "trys_" + filler(60),
		"linear-key":                "lin_" + "api_" + filler(40),
		"notion-token":              "nt" + "n_" + filler(46),
		"doppler-token":             "dp" + ".pt." + filler(43),
	}
}

// Every rule finds its sample, and under a neutral name only by its shape.
func TestSecretRules(t *testing.T) {
	all := samples()
	for _, r := range secretRules() {
		s, ok := all[r.id]
		if !ok {
			t.Errorf("%s has no sample", r.id)
			continue
		}
		c := doc{run: map[string]any{"Env": []string{"SETTING=" + s}}}.contents(t)
		found := false
		for _, h := range Collect(c).Secrets.Hits {
			found = found || h.Rule == r.id
		}
		if f := judged(t, c, "4.10"); !found || f.Status != Fail {
			t.Errorf("%s: %s %q", r.id, f.Status, f.Evidence)
		}
		delete(all, r.id)
	}
	for id := range all {
		t.Errorf("sample %s has no rule", id)
	}
}

func TestSecretPlaces(t *testing.T) {
	token := samples()["github-token"]
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
		f := judged(t, doc{run: map[string]any{"Env": []string{kv}}}.contents(t), "4.10")
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
		f := judged(t, doc{run: map[string]any{"Env": []string{"SETTING=" + v}}}.contents(t), "4.10")
		if f.Status != Pass {
			t.Errorf("%q: %s %q", v, f.Status, f.Evidence)
		}
	}
}

func TestSecretPassSaysThatLayersWereNotRead(t *testing.T) {
	f := judged(t, doc{run: map[string]any{"Env": []string{"PATH=/bin"}}}.contents(t), "4.10")
	if f.Status != Pass || !strings.Contains(strings.Join(f.Evidence, " "), "layers were not read") {
		t.Errorf("%s %q", f.Status, f.Evidence)
	}
}

func TestSecretParametersAreTheOperators(t *testing.T) {
	facts := Collect(doc{run: map[string]any{"Env": []string{"GPG_KEY=" + filler(40), "MY_KEY=" + filler(40)}}}.contents(t))
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
	c := doc{run: map[string]any{"Env": env}, history: []HistoryEntry{bk("ENV " + strings.Join(env, " "))}}.contents(t)
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
	a, b := fingerprint("sha256:a", "x"), fingerprint("sha256:b", "x")
	if a == b || len(a) != 4 {
		t.Errorf("%q %q", a, b)
	}
}
