// Package cli is the command line of pratique: one file per subcommand, exit
// codes in status.go. Nothing in it reads the process's environment, streams
// or clock except through [Env], so that a whole run can be tested in process.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

// Env is everything a run takes from outside.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	LookupEnv      func(string) (string, bool)
	Now            func() time.Time
	// SystemPolicy is the policy that is a floor for everything here (S4).
	SystemPolicy string
	// Version is the version the build was given, "" if none.
	Version string
	// Built is when the build was made, the zero time if it was not told. No
	// clock can be right that shows an earlier time.
	Built time.Time
}

func (e Env) getenv(name string) string {
	v, _ := e.LookupEnv(name)
	return v
}

// app is one run of the program.
type app struct {
	env     Env
	outputs []string
	quiet   bool
	verbose bool
	out     *report.Stream

	// What hints repeat of this command line, see hints.go.
	reach      map[string]string
	policyFile string
}

// Run executes one command line and returns its exit code. A panic anywhere
// is an error like any other: it never exits 0, nor Go's own 2, which would
// read as a usage error.
func Run(ctx context.Context, env Env) (status int) {
	a := &app{env: env}
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(env.Stderr, "pratique: internal error: %s\n", wire.Printable(fmt.Sprint(p)))
			status = StatusUndecided
		}
	}()
	root := a.root()
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	a.warnIgnored()
	err := root.ExecuteContext(ctx)
	var known *failure
	if err != nil && !errors.As(err, &known) {
		// Cobra's own errors: unknown commands, wrong numbers of arguments.
		err = usage(err, suggestion(root, env.Args))
	}
	return a.exit(a.closed(err))
}

// suggestion is what to type after a mistyped command.
func suggestion(root *cobra.Command, args []string) string {
	for _, arg := range args {
		if near := root.SuggestionsFor(arg); len(near) > 0 && !strings.HasPrefix(arg, "-") {
			return root.Name() + " " + near[0]
		}
	}
	return root.Name() + " --help"
}

// closed writes the output files. A report that could not be written is a
// failure of its own, also where the command has denied.
func (a *app) closed(err error) error {
	if a.out == nil {
		return err
	}
	closeErr := a.out.Close(ending(err))
	if closeErr != nil && (err == nil || reported(err)) {
		return failed(closeErr, "name a file that can be written after -o FORMAT=")
	}
	return err
}

// ending is how a command ended, for the reports that say so.
func ending(err error) report.End {
	var f *failure
	switch {
	case err == nil:
		return report.End{Status: StatusAllowed}
	case !errors.As(err, &f):
		return report.End{Status: StatusUndecided, Problem: err.Error()}
	case reported(f):
		return report.End{Status: f.status}
	}
	return report.End{Status: f.status, Problem: f.Error()}
}

// exit shows err the way users see errors, and turns it into an exit code.
func (a *app) exit(err error) int {
	if err == nil {
		return StatusAllowed
	}
	f := &failure{StatusUndecided, err, ""}
	errors.As(err, &f)
	if !reported(f) {
		for _, line := range lines(f.err) {
			fmt.Fprintf(a.env.Stderr, "pratique: %s\n", wire.Printable(line))
		}
		if f.hint != "" {
			fmt.Fprintf(a.env.Stderr, "hint: %s\n", wire.Printable(a.failureHint(f.hint)))
		}
	}
	return f.status
}

// lines is one error a line: a policy has many at once.
func lines(err error) []string {
	var list policy.Problems
	if !errors.As(err, &list) {
		return []string{err.Error()}
	}
	var out []string
	for _, p := range list {
		out = append(out, p.Error())
	}
	return out
}

// ignoredEnv are variables by which other tools let the environment choose
// what to trust. Ours does not (threat 50), and says so.
func ignoredEnv() []string {
	return []string{
		"SIGSTORE_REKOR_PUBLIC_KEY", "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", "SIGSTORE_ROOT_FILE",
		"SIGSTORE_TSA_CERTIFICATE_FILE", "TUF_ROOT", "TUF_MIRROR", "TUF_ROOT_JSON", "COSIGN_REPOSITORY",
	}
}

func (a *app) warnIgnored() {
	for _, name := range ignoredEnv() {
		if a.env.getenv(name) != "" {
			fmt.Fprintf(a.env.Stderr, "pratique: warning: %s is ignored: what is trusted comes from the policy and flags only\n", name)
		}
	}
}

// run wraps a command's function: the output is opened before and an error
// without a status of its own becomes status 1.
func (a *app) run(f func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		out, err := report.Open(a.outputs, a.env.Stdout, report.Options{Colour: a.colour(), Version: a.env.version()})
		if err != nil {
			return usage(err, "pratique "+cmd.Name()+" --help")
		}
		a.out = out
		err = f(cmd, args)
		var known *failure
		switch {
		case err == nil || errors.As(err, &known):
			return err
		case errors.Is(err, report.ErrForm):
			return usage(err, cmd.CommandPath()+" -o json")
		}
		return failed(err, "")
	}
}

func (a *app) colour() bool {
	if _, off := a.env.LookupEnv("NO_COLOR"); off || a.env.getenv("TERM") == "dumb" {
		return false
	}
	return isTerminal(a.env.Stdout)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// detail is a note for those who asked for more.
func (a *app) detail(format string, args ...any) {
	if a.verbose {
		a.note(format, args...)
	}
}

func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.env.Stderr, "pratique: %s\n", wire.Printable(fmt.Sprintf(format, args...)))
	}
}
