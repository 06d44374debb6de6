package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "pratique",
		Short: "Decide whether a container image may be pulled and run",
		Long: `pratique decides whether a container image may be pulled and run.

It resolves the image to a digest, checks who vouches for that digest (cosign
signatures and signed CIS audits), and lets a policy decide.

Exit codes: 0 allowed (also with warnings), 1 could not decide or failed,
2 usage or bad input, 3 denied or audit findings at the threshold.
Many images: the worst wins, in the order 2, 1, 3, 0.`,
		Example: `  pratique demo
  pratique verify --key cosign.pub registry.example/app:1
  pratique attest --key release.key registry.example/app:1
  pratique verify --policy policy.yaml -o json registry.example/app:1`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,

		DisableSuggestions:         true, // ours are a line, and a hint
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(err, cmd.CommandPath()+" --help")
	})
	f := root.PersistentFlags()
	f.StringArrayVarP(&a.outputs, "output", "o", nil, "output `format`: text, json, sarif or junit; FORMAT=FILE writes to a file, and may be repeated (default text)")
	f.BoolVar(&a.quiet, "quiet", false, "no progress and no notes on stderr")
	f.BoolVar(&a.verbose, "verbose", false, "say on stderr which policies were read and what evidence was looked at")
	root.AddCommand(a.verifyCmd(), a.inspectCmd(), a.auditCmd(), a.reportCmd(), a.attestCmd(), a.signCmd(),
		a.keysCmd(), a.policyCmd(), a.demoCmd(), a.envCmd(), a.versionCmd())
	strictHelpers(root)
	return root
}

// strictHelpers makes a wrong word after cobra's own commands a usage error.
// Cobra prints help and exits 0, which "completion fsh > FILE" would keep.
func strictHelpers(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "completion":
			cmd.Args, cmd.RunE = needsSubcommand, func(*cobra.Command, []string) error { return nil }
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error {
				_, _, err := root.Find(args)
				return err
			}
		}
	}
}
