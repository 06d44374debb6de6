package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/demo"
)

func (a *app) demoCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Play the whole story on an embedded registry: no daemon, no network",
		Long: `Play the whole story: a registry in this process, two images made on the spot
(one good, one that runs as root with a secret in its environment), audit,
attest, sign and verify both. Then somebody moves the tag.

Every line after a $ is a command as you would type it.`,
		Example: "  pratique demo",
		Args:    noArguments,
		RunE: a.run(func(cmd *cobra.Command, _ []string) error {
			if len(a.outputs) > 0 && !slices.Equal(a.outputs, []string{"text"}) {
				return usage(errors.New("demo: a story is told as text only"), "pratique demo")
			}
			return a.demo(cmd.Context())
		}),
	}
}

// play is one running demo.
type play struct {
	app   *app
	ctx   context.Context
	dir   string
	stage *demo.Stage
}

func (a *app) demo(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "pratique-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	stage, err := demo.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	p := &play{a, ctx, dir, stage}
	for _, act := range []func() error{p.prepare, p.good, p.bad, p.movedTag} {
		if err := act(); err != nil {
			return failed(err, "")
		}
	}
	p.say("That was all of it: sign and attest in CI, verify before you run, run the digest it prints.")
	return nil
}

func (p *play) say(text string) { fmt.Fprintf(p.app.env.Stdout, "\n# %s\n", text) }

// run types one command as the user would, in process, and holds it to the
// exit code that the story needs.
func (p *play) run(want int, args ...string) error {
	shown := strings.ReplaceAll(strings.Join(args, " "), p.dir+string(filepath.Separator), "")
	fmt.Fprintf(p.app.env.Stdout, "\n$ pratique %s\n", shown)
	env := p.app.env
	env.Args, env.SystemPolicy = args, ""
	env.LookupEnv = p.lookup
	env.Stdout = relative{p.app.env.Stdout, p.dir + string(filepath.Separator)}
	env.Stderr = env.Stdout
	if got := Run(p.ctx, env); got != want {
		return fmt.Errorf("demo: %q exited %d, the story needs %d", shown, got, want)
	}
	return nil
}

// relative shows the play's own folder as the working directory, as it would
// be for a user.
type relative struct {
	w      io.Writer
	prefix string
}

func (r relative) Write(b []byte) (int, error) {
	_, err := io.WriteString(r.w, strings.ReplaceAll(string(b), r.prefix, ""))
	return len(b), err
}

// lookup is the play's own environment: nothing of the user's, except how to
// show it.
func (p *play) lookup(name string) (string, bool) {
	switch name {
	case "COSIGN_PASSWORD":
		return "demo", true
	case "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "DOCKER_CONFIG":
		return filepath.Join(p.dir, "home"), true
	case "NO_COLOR", "TERM":
		return p.app.env.LookupEnv(name)
	}
	return "", false
}

func (p *play) prepare() error {
	p.say("A key to sign with, and a policy that says whom we trust and what we ask.")
	if err := p.run(StatusAllowed, "keys", "generate", "--output-key-prefix", p.path("release")); err != nil {
		return err
	}
	text := fmt.Sprintf(demoPolicy, p.stage.Host, p.stage.Host)
	fmt.Fprintf(p.app.env.Stdout, "\n$ cat policy.yaml\n%s", text)
	return os.WriteFile(p.path("policy.yaml"), []byte(text), 0o600)
}

const demoPolicy = `apiVersion: pratique.dev/v1
kind: Policy
metadata: {name: demo}
default: deny
signers:
  release: {key: release.pub}
rules:
  - name: apps
    images: ["%s/**"]
    signatures: {anyOf: [release]}
    attestations:
      - predicate: cis-docker-image
        anyOf: [release]
        maxAge: 168h
        time: claimed
        profile: starter
        parameters: {acceptUnseen: true}   # what a script does not show is good enough here
        controls: {"4.4": none}            # there is no scanner in this story
registries:
  "%s": {http: true}
`

func (p *play) good() error {
	if _, err := p.stage.PushGood("good:1"); err != nil {
		return err
	}
	p.say("A good image: CI signs it, audits it and attaches the signed audit.")
	return p.all(p.image("good:1"), StatusAllowed, StatusAllowed)
}

func (p *play) bad() error {
	if _, err := p.stage.PushBad("bad:1"); err != nil {
		return err
	}
	p.say("A bad image: it runs as root with a token in ENV. The audit is signed all the same, because it is the truth; the policy refuses the image.")
	return p.all(p.image("bad:1"), StatusDenied, StatusDenied)
}

// all signs, attests and verifies one image.
func (p *play) all(image string, attest, verify int) error {
	return errors.Join(
		p.run(StatusAllowed, "sign", "--key", p.path("release.key"), "--allow-http-registry", image),
		p.run(attest, "attest", "--key", p.path("release.key"), "--allow-http-registry", "--base", "scratch", image),
		p.verify(verify, image),
	)
}

func (p *play) verify(want int, image string) error {
	return p.run(want, "verify", "--policy", p.path("policy.yaml"), image)
}

func (p *play) movedTag() error {
	before, err := p.stage.PushGood("good:1")
	if err != nil {
		return err
	}
	if _, err := p.stage.PushOther("good:1"); err != nil {
		return err
	}
	p.say("Somebody moves the tag good:1 to another image. The tag is refused; the digest that was verified still holds.")
	return errors.Join(
		p.verify(StatusDenied, p.image("good:1")),
		p.verify(StatusAllowed, p.image("good@"+before)),
	)
}

func (p *play) path(name string) string { return filepath.Join(p.dir, name) }

func (p *play) image(name string) string { return p.stage.Host + "/" + name }
