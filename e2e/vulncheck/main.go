// Vulncheck fails the build when code that can run calls a function with a known vulnerability.
//
// It runs govulncheck over the packages named as arguments and reads its JSON. A finding that only
// says that a module or package is present is passed over; a finding whose trace ends in a function
// we reach is an error, unless reasons.txt says in writing why it cannot hurt and until when that
// was thought through. govulncheck itself has no way to accept a finding. An entry that has expired,
// or that no finding needs any more, is an error too, so the list can only be true.
//
// The database is the one GOVULNDB names, https:// or file://; govulncheck's default otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"
)

// scanner is pinned: the newest one wants a module that not every proxy has.
const scanner = "golang.org/x/vuln/cmd/govulncheck@v1.8.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	reasonsFile := flag.String("reasons", "e2e/vulncheck/reasons.txt", "accepted findings: id, last day, reason")
	flag.Parse()
	if err := run(ctx, os.Getenv("GOVULNDB"), *reasonsFile, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "vulncheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, database, reasonsFile string, packages []string) error {
	text, err := os.ReadFile(reasonsFile)
	if err != nil {
		return err
	}
	reasons, err := parseReasons(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", reasonsFile, err)
	}
	called, err := scan(ctx, database, packages)
	if err != nil {
		return err
	}
	accepted, err := judge(called, reasons, time.Now())
	for _, line := range accepted {
		fmt.Println(line)
	}
	if err == nil {
		fmt.Printf("no vulnerable function is called without a written reason (%d accepted)\n", len(accepted))
	}
	return err
}

func scan(ctx context.Context, database string, packages []string) ([]finding, error) {
	args := []string{"run", scanner, "-format", "json"}
	if database != "" {
		args = append(args, "-db", database)
	}
	command := exec.CommandContext(ctx, "go", append(args, packages...)...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	called, readErr := calledFindings(out)
	if err := command.Wait(); err != nil {
		return nil, errors.Join(fmt.Errorf("govulncheck: %w", err), readErr)
	}
	return called, readErr
}
