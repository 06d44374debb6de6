package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/verify/wire"
)

func (a *app) reportCmd() *cobra.Command {
	var terms []string
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Show saved JSON reports again, in any output format",
		Long: `Show reports that were saved with -o json, of verify, audit, inspect, attest and
sign, in any output format: text, json, sarif or junit. FILE holds one report a
line; - is standard input.

It reports and decides nothing: the exit code is 0, whatever the reports say. With
--fail-on it is 3 when a control of an audit is at the threshold, and a decision
counts by its verdict (3 denied, 1 undecided), unless the term is none.
A file that holds anything else, or nothing, is bad input: 2.`,
		Example: `  pratique audit -o json=audit.json registry.example/app:1
  pratique report -o sarif=audit.sarif -o junit=audit.xml audit.json
  pratique report --fail-on fail,unknown audit.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(fmt.Errorf("want one file of reports, got %d", len(args)), "pratique report audit.json")
			}
			return nil
		},
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			return a.replay(args[0], terms, cmd.Flags().Changed("fail-on"))
		}),
	}
	cmd.Flags().StringArrayVar(&terms, "fail-on", nil, failOnUsage)
	return cmd
}

func (a *app) replay(name string, terms []string, judge bool) error {
	threshold, err := parseFailOn(terms)
	if err != nil {
		return err
	}
	saved, err := a.savedReports(name)
	if err != nil {
		return usage(err, "pratique report FILE, with a FILE that -o json=FILE wrote")
	}
	j := &judged{Stream: a.out, threshold: threshold}
	if err := saved.Replay(j); err != nil {
		return err
	}
	if !judge {
		return nil
	}
	return statusError(j.status)
}

func (a *app) savedReports(name string) (report.Saved, error) {
	read := func() ([]byte, error) { return wire.ReadFile(name, report.MaxSaved) }
	if name == "-" {
		read = func() ([]byte, error) { return wire.ReadAll(a.env.Stdin, report.MaxSaved) }
	}
	raw, err := read()
	if err != nil {
		return nil, err
	}
	saved, err := report.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return saved, nil
}

// judged passes reports on and remembers the worst exit code among them.
type judged struct {
	*report.Stream
	threshold failOn
	status    int
}

func (j *judged) Audit(m report.Audit) error {
	for _, c := range m.Controls {
		if j.threshold.matches(c) {
			j.status = worse(j.status, StatusDenied)
		}
	}
	return j.Stream.Audit(m)
}

func (j *judged) Decision(m report.Decision) error {
	switch {
	case j.threshold.never():
	case m.Verdict == "deny":
		j.status = worse(j.status, StatusDenied)
	case m.Verdict != "allow" && m.Verdict != "warn":
		j.status = worse(j.status, StatusUndecided)
	}
	return j.Stream.Decision(m)
}
