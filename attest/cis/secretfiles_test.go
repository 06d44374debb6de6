package cis

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets"
	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

// line is a step of a Dockerfile.
func line(n int, instruction, text string, pairs ...string) Step {
	s := Step{At: Place{Source: SourceDockerfile, Line: n}, Builder: BuilderBuildKit, Instruction: instruction, Text: text, Pairs: pairs}
	if instruction == "RUN" {
		s.Run = RunForm{Script: text}
	}
	return s
}

// Secrets of a Dockerfile are found in every instruction of the stages that
// make the image, and say the line.
func TestSecretsOfDockerfile(t *testing.T) {
	token, text := secretstest.All()["github-token"], secretstest.Text(16)
	heredoc := line(9, "RUN", "sh")
	heredoc.Run.Script = "git clone https://x:" + text + "@git.example/a"
	cases := map[string]Step{
		`line 1, env, "DB_PASSWORD": secret-name`:  line(1, "ENV", "DB_PASSWORD=x", "DB_PASSWORD="+text),
		`line 2, arg, "NPM_TOKEN": secret-name`:    line(2, "ARG", "NPM_TOKEN", "NPM_TOKEN="+text),
		`line 3, label, "a": github-token`:         line(3, "LABEL", "a", "a="+token),
		`line 4, run: github-token`:                line(4, "RUN", "curl -H 'X: "+token+"' a"),
		`line 5, run: command-password`:            line(5, "RUN", "sshpass -p "+text+" ssh a"),
		`line 6, cmd, "token": secret-option`:      line(6, "CMD", `["run", "--token", "`+text+`"]`),
		`line 7, onbuild, "NPM_TOKEN"`:             line(7, "ONBUILD", "ARG NPM_TOKEN="+text),
		`line 8, copy, "API_TOKEN": secret-name`:   line(8, "COPY", "<<EOF /app/.env\nAPI_TOKEN="+text),
		`line 9, run: url-credentials`:             heredoc,
		`line 10, env, "DB_PASSWORD": secret-name`: line(10, "ENV", "DB_PASSWORD "+text),
	}
	for want, step := range cases {
		c := searched(t, doc{})
		c.Dockerfile = &Dockerfile{Steps: []Step{step}}
		f := judged(t, c, "4.10")
		if f.Status != Fail || f.Origin != OriginOwn || len(f.Items) != 1 || !strings.Contains(f.Evidence[0], want) || f.Items[0].At != step.At {
			t.Errorf("%s: %+v", want, f)
		}
		c.Dockerfile = &Dockerfile{Other: []Step{step}}
		if f := judged(t, c, "4.10"); f.Status != Pass {
			t.Errorf("%s in a stage that does not make the image: %+v", want, f)
		}
	}
}

// What a gate collects again from config and history is the same with and
// without a Dockerfile.
func TestS15_DockerfileChangesNoFactOfTheConfig(t *testing.T) {
	text := secretstest.Text(16)
	c := doc{history: []HistoryEntry{bkRun("echo " + text)}, layers: -1}.contents(t)
	fresh := Collect(c)
	c.Dockerfile = &Dockerfile{Steps: []Step{line(1, "ENV", "X_TOKEN", "X_TOKEN="+text)}}
	if got := Contradictions(Collect(c), fresh); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestSecretFilesUnderTheOperatorsParameters(t *testing.T) {
	c := searched(t, doc{})
	hit := SecretFile{At: Place{Source: SourceLayer, Layer: 1, Path: "app/.env"}, Rule: secrets.RuleName, Name: "MY_KEY", Length: 16, Entropy: 380}
	c.Layers.Secrets = []SecretFile{hit}
	status := func(change func(*Parameters)) Status {
		p := DefaultParameters()
		change(&p)
		return Judge(Collect(c), p)[9].Status
	}
	if got := status(func(*Parameters) {}); got != Fail {
		t.Error(got)
	}
	if got := status(func(p *Parameters) { p.AllowedSecretNames = []string{"MY_KEY"} }); got != Pass {
		t.Errorf("an allowed name: %s", got)
	}
	if got := status(func(p *Parameters) { p.MinSecretEntropy = 400 }); got != Warn {
		t.Errorf("below the entropy: %s", got)
	}
	c.Layers.Secrets[0].Rule = "github-token"
	if got := status(func(p *Parameters) { p.AllowedSecretNames = []string{"MY_KEY"} }); got != Fail {
		t.Errorf("an allowed name on a token: %s", got)
	}
}

// No value comes out again from a layer or a Dockerfile.
func TestThreat65_NoSecretOfLayersOrDockerfileComesOut(t *testing.T) {
	planted := secretstest.All()
	planted["weak"] = "swordfish-" + "42"
	for id, v := range planted {
		c := searched(t, doc{})
		c.Dockerfile = &Dockerfile{
			Steps: []Step{
				line(1, "ENV", "MY_TOKEN="+v, "MY_TOKEN="+v), line(2, "ARG", v+"=1", v+"=1"), line(3, "LABEL", "x", "my.token="+v),
				line(4, "RUN", "apt-get update --password '"+v+"'"), line(5, "COPY", "<<EOF /x\n"+v), line(6, "USER", v),
				line(7, "ADD", v+" /x"), line(8, "HEALTHCHECK", "CMD check --token "+v),
			},
			Other: []Step{line(9, "RUN", "echo "+v)},
		}
		for _, path := range []string{"app/.env", "root/.netrc", "root/.docker/config.json", "srv/data.txt", "tests/x.pem"} {
			for _, content := range []string{v, "MY_TOKEN=" + v, "machine x login y pass" + "word " + v} {
				for _, f := range secrets.File(path, []byte(content), "key") {
					c.Layers.Secrets = append(c.Layers.Secrets, SecretFile{
						At: Place{Source: SourceLayer, Layer: 1, Path: path}, Rule: f.Rule, Line: f.Line, Name: f.Name,
						Length: f.Length, Entropy: f.Entropy, Fingerprint: f.Fingerprint,
					})
				}
			}
		}
		facts := Collect(c)
		out, err := json.Marshal([]any{facts, Judge(facts, DefaultParameters())})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range secretParts(v) {
			if at := strings.Index(string(out), part); at >= 0 {
				t.Errorf("%s comes out: …%q", id, out[max(0, at-80):at])
			}
		}
	}
}
