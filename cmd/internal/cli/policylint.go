package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/policy"
)

type lintFinding struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Code string `json:"code"`
	Text string `json:"message"`
	Hint string `json:"hint"`
}

func (a *app) policyLintCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "lint FILE...",
		Short: "Find what parses but cannot mean well",
		Long: `Read policies as strictly as verify does, and find what parses but cannot mean
well: patterns that match more than they seem to, rules that never apply,
exceptions that have expired or never do, audits without a maximum age.

Exits 2 if a policy cannot be used, 3 if there are findings.`,
		Example: "  pratique policy lint policy.yaml",
		Args:    atLeastOneFile,
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			return a.lint(args)
		}),
	}
}

func atLeastOneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(errors.New("no file named"), strings.TrimSpace(strings.SplitN(cmd.Example, "\n", 2)[0]))
	}
	return nil
}

func (a *app) lint(files []string) error {
	findings := []lintFinding{}
	status := StatusAllowed
	var text strings.Builder
	for _, file := range files {
		doc, err := gate.LoadPolicy(file)
		if err != nil {
			status = worse(status, StatusUsage)
			findings = append(findings, problems(file, err)...)
			continue
		}
		for _, f := range policy.Lint(doc, a.env.Now()) {
			status = worse(status, StatusDenied)
			findings = append(findings, lintFinding{file, f.Line, f.Code, f.Text, f.Hint})
		}
	}
	for _, f := range findings {
		fmt.Fprintf(&text, "%s:%d: %s: %s\n", printable(f.File), f.Line, f.Code, printable(f.Text))
		if f.Hint != "" {
			fmt.Fprintf(&text, "    hint: %s\n", printable(f.Hint))
		}
	}
	if len(findings) == 0 {
		fmt.Fprintf(&text, "%d policies read, nothing to say\n", len(files))
	}
	doc := struct {
		Schema   string        `json:"schema"`
		Findings []lintFinding `json:"findings"`
	}{"pratique.lint/v1", findings}
	if err := a.out.Document(doc, text.String()); err != nil {
		return err
	}
	if status == StatusUsage {
		return &failure{StatusUsage, errors.New("a policy cannot be used"), ""}
	}
	return statusError(status)
}

// problems are the errors of a policy that cannot be used, a line each.
func problems(file string, err error) []lintFinding {
	var list policy.Problems
	if !errors.As(err, &list) {
		hint := ""
		if errors.Is(err, fs.ErrNotExist) {
			hint = "pratique policy init > " + file
		}
		return []lintFinding{{file, 1, "error", err.Error(), hint}}
	}
	var out []lintFinding
	for _, p := range list {
		out = append(out, lintFinding{p.File, p.Line, "error", p.Text, p.Hint})
	}
	return out
}
