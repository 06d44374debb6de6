package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxFixture bounds one file of recorded evidence, in bytes.
const maxFixture = 16 << 20

type caseResult struct {
	Name    string   `json:"name"`
	Image   string   `json:"image"`
	Verdict string   `json:"verdict"`
	Passed  bool     `json:"passed"`
	Wrong   []string `json:"wrong"`
}

func (a *app) policyTestCmd() *cobra.Command {
	p := policyFlags{trial: true}
	var r registryFlags
	cmd := &cobra.Command{
		Use:   "test FILE",
		Short: "Run the cases of a file against a policy",
		Long: `Run the cases of a file against a policy: an image, the evidence (a file made by
policy explain --record, or the registry itself) and the verdict it must get.

Exits 3 if a case does not come out as expected.`,
		Example: `  pratique policy test --policy policy.yaml cases.yaml`,
		Args:    atLeastOneFile,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(errors.New("want one file of cases"), "pratique policy test --policy policy.yaml cases.yaml")
			}
			return a.policyTest(cmd.Context(), p, r, args[0])
		}),
	}
	p.add(cmd)
	r.add(cmd)
	return cmd
}

func (a *app) policyTest(ctx context.Context, p policyFlags, r registryFlags, file string) error {
	docs, err := a.documents(p)
	if err != nil {
		return err
	}
	text, err := wire.ReadFile(file, wire.MaxPolicy)
	if err != nil {
		return usage(err, "")
	}
	cases, err := policy.ParseCases(text, file)
	if err != nil {
		return usage(err, "")
	}
	results := []caseResult{}
	status := StatusAllowed
	for _, c := range cases {
		d, err := a.runCase(ctx, r, docs, filepath.Dir(file), c)
		if err != nil {
			return err
		}
		wrong := append([]string{}, c.Check(d)...)
		if len(wrong) > 0 {
			status = StatusDenied
		}
		results = append(results, caseResult{c.Name, c.Image, d.Verdict.String(), len(wrong) == 0, wrong})
	}
	if err := a.reportCases(results); err != nil {
		return err
	}
	return statusError(status)
}

// runCase decides one case, from recorded evidence or from the registry.
func (a *app) runCase(ctx context.Context, r registryFlags, docs []*policy.Document, dir string, c policy.Case) (policy.Decision, error) {
	if c.Live {
		return a.liveCase(ctx, r, docs, c)
	}
	path := c.Evidence
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	text, err := wire.ReadFile(path, maxFixture)
	if err != nil {
		return policy.Decision{}, usage(fmt.Errorf("case %q: %w", c.Name, err), "pratique policy explain --record "+c.Evidence+" "+c.Image)
	}
	f, err := policy.ParseFixture(text)
	if err != nil {
		return policy.Decision{}, usage(fmt.Errorf("case %q: %s: %w", c.Name, path, err), "")
	}
	refs, err := references([]string{c.Image})
	if err != nil {
		return policy.Decision{}, err
	}
	var decisions []policy.Decision
	for _, doc := range docs {
		in := f.Input(doc, c.At)
		if in.Image.Repo != refs[0].Repo() {
			return policy.Decision{}, usage(fmt.Errorf("case %q: %s is about %s, not %s", c.Name, path, in.Image.Repo, refs[0].Repo()), "")
		}
		decisions = append(decisions, policy.Evaluate(doc, in))
	}
	return policy.Lowest(decisions...), nil
}

func (a *app) liveCase(ctx context.Context, r registryFlags, docs []*policy.Document, c policy.Case) (policy.Decision, error) {
	refs, err := references([]string{c.Image})
	if err != nil {
		return policy.Decision{}, err
	}
	ctx, cancel := r.within(ctx)
	defer cancel()
	client, err := a.client(ctx, r, docs, refs...)
	if err != nil {
		return policy.Decision{}, err
	}
	now := a.env.Now
	if at := c.At; !at.IsZero() {
		now = fixedClock(at)
	}
	g := &gate.Gate{Registry: client, Policies: docs, Now: now, Host: engineHost()}
	return g.Admit(ctx, refs[0]).Decision, nil
}

func (a *app) reportCases(results []caseResult) error {
	var text strings.Builder
	failed := 0
	for _, r := range results {
		word := "ok  "
		if !r.Passed {
			word, failed = "FAIL", failed+1
		}
		fmt.Fprintf(&text, "%s  %s: %s\n", word, printable(r.Name), r.Verdict)
		for _, w := range r.Wrong {
			fmt.Fprintf(&text, "      %s\n", printable(w))
		}
	}
	fmt.Fprintf(&text, "%d cases, %d failed\n", len(results), failed)
	doc := struct {
		Schema string       `json:"schema"`
		Cases  []caseResult `json:"cases"`
	}{"pratique.cases/v1", results}
	return a.out.Document(doc, text.String())
}
