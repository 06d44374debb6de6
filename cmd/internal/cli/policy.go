package cli

import (
	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/policy"
)

func (a *app) policyCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Write, check and try policies",
		Args:  needsSubcommand,
		RunE:  func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(a.policyInitCmd(), a.policyLintCmd(), a.policyTestCmd(), a.policyExplainCmd(), a.policySchemaCmd())
	return cmd
}

func (a *app) policyInitCmd() *cobra.Command {
	var p policyFlags
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Print a policy to start from",
		Long: `Print a policy to start from, with comments. With --key, print the policy that
verify makes of the same flags.`,
		Example: `  pratique policy init > policy.yaml
  pratique policy init --key cosign.pub --type cis-docker-image > policy.yaml`,
		Args: noArguments,
		RunE: a.run(func(*cobra.Command, []string) error {
			if err := p.check(); err != nil {
				return err
			}
			text := policy.Starter()
			if len(p.keys) > 0 {
				doc, err := p.document()
				if err != nil {
					return err
				}
				text = doc.YAML()
			}
			doc := struct {
				Schema string `json:"schema"`
				Policy string `json:"policy"`
			}{"pratique.policy/v1", string(text)}
			return a.out.Document(doc, string(text))
		}),
	}
	p.addKeys(cmd)
	return cmd
}

func (a *app) policySchemaCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON schema of a policy, for editors",
		Example: "  pratique policy schema > policy.schema.json",
		Args:    noArguments,
		RunE: a.run(func(*cobra.Command, []string) error {
			text := policy.Schema()
			return a.out.Document(rawJSON(text), string(text))
		}),
	}
}
