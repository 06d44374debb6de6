package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

type explainOptions struct {
	verifyOptions
	record string
}

func (a *app) policyExplainCmd() *cobra.Command {
	o := explainOptions{verifyOptions: verifyOptions{policy: policyFlags{trial: true}}}
	cmd := &cobra.Command{
		Use:   "explain IMAGE",
		Short: "Show which rule applies to an image, and what would change the verdict",
		Long: `Show which rule applies to an image and why, what it asks for, what meets it,
and the nearest change that would flip the verdict. With --record, keep the
evidence that was found, for policy test.`,
		Example: `  pratique policy explain --policy policy.yaml registry.example/app:1
  pratique policy explain --policy policy.yaml --record app.json registry.example/app:1`,
		Args: exactlyOne,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			ctx, cancel := o.registry.within(cmd.Context())
			defer cancel()
			return a.explain(ctx, o, args[0])
		}),
	}
	o.policy.add(cmd)
	o.registry.add(cmd)
	cmd.Flags().StringVar(&o.at, "at", "", "explain as of this RFC 3339 `time`")
	cmd.Flags().StringVar(&o.record, "record", "", "also write the evidence to this `file`")
	return cmd
}

func (a *app) explain(ctx context.Context, o explainOptions, arg string) error {
	docs, err := a.documents(o.policy)
	if err != nil {
		return err
	}
	refs, err := references([]string{arg})
	if err != nil {
		return err
	}
	client, err := a.client(ctx, o.registry, docs, refs...)
	if err != nil {
		return err
	}
	now, err := a.clock(o.at)
	if err != nil {
		return err
	}
	g := &gate.Gate{Registry: client, Policies: docs, Now: now, Host: engineHost()}
	inputs, err := g.Inputs(ctx, refs[0])
	if err != nil {
		return unreachable(err)
	}
	if err := record(o.record, inputs); err != nil {
		return err
	}
	for i, in := range inputs {
		x := policy.Explain(docs[i], in)
		for j, r := range x.Nearest {
			x.Nearest[j].Hint = a.hint(refs[0].Repo(), r.Hint)
		}
		if err := a.out.Document(explanation(arg, x), explanationText(arg, x)); err != nil {
			return err
		}
	}
	return nil
}

// record keeps what the last policy, the user's own, saw.
func record(file string, inputs []policy.Input) error {
	if file == "" || len(inputs) == 0 {
		return nil
	}
	text, err := json.MarshalIndent(policy.Record(inputs[len(inputs)-1]), "", "  ")
	if err != nil {
		return failed(err, "")
	}
	if err := wire.WriteFile(file, append(text, '\n'), 0o644); err != nil {
		return failed(err, "")
	}
	return nil
}

type requirementJSON struct {
	Rule  string   `json:"rule"`
	What  string   `json:"what"`
	Met   bool     `json:"met"`
	By    []string `json:"by"`
	Lacks []string `json:"lacks"`
}

type explanationJSON struct {
	Schema       string            `json:"schema"`
	Image        string            `json:"image"`
	Policy       string            `json:"policy"`
	Rule         string            `json:"rule"`
	Pattern      string            `json:"pattern"`
	Why          string            `json:"why"`
	Others       []string          `json:"others"`
	Verdict      string            `json:"verdict"`
	Requirements []requirementJSON `json:"requirements"`
	Nearest      []nearestJSON     `json:"nearest"`
}

type nearestJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

func explanation(image string, x policy.Explanation) explanationJSON {
	out := explanationJSON{
		Schema: "pratique.explanation/v1", Image: image, Policy: x.Decision.Policy.Name, Rule: x.Rule,
		Pattern: x.Pattern, Why: x.Why, Others: append([]string{}, x.Others...), Verdict: x.Decision.Verdict.String(),
		Requirements: []requirementJSON{}, Nearest: []nearestJSON{},
	}
	for _, r := range x.Requirements {
		out.Requirements = append(out.Requirements, requirementJSON{r.Rule, r.What, r.Met, append([]string{}, r.By...), append([]string{}, r.Lacks...)})
	}
	for _, r := range x.Nearest {
		out.Nearest = append(out.Nearest, nearestJSON{string(r.Code), r.Text, r.Hint})
	}
	return out
}

func explanationText(image string, x policy.Explanation) string {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(printable(fmt.Sprintf(format, args...)) + "\n")
	}
	line("%s: %s by policy %s", image, x.Decision.Verdict, x.Decision.Policy.Name)
	if x.Rule != "" {
		line("rule %s: %s", x.Rule, x.Why)
	} else {
		line("no rule: %s", x.Why)
	}
	for _, o := range x.Others {
		line("  also matches: %s", o)
	}
	for _, r := range x.Requirements {
		met := "met    "
		if !r.Met {
			met = "not met"
		}
		line("%s  %s (%s)", met, r.What, r.Rule)
		for _, by := range r.By {
			line("         by %s", by)
		}
		for _, why := range r.Lacks {
			line("         %s", why)
		}
	}
	if len(x.Nearest) > 0 {
		line("nearest change that would flip the verdict:")
	}
	for _, r := range x.Nearest {
		line("  %s: %s", r.Code, r.Text)
		line("    hint: %s", r.Hint)
	}
	return b.String()
}
