// Mutants proves that the security checks are held by tests.
//
// Each file in list/ names checks of one room. For every entry this program replaces the check by
// something harmless, runs the one test that the entry names, and expects it to fail. A test that
// still passes never looked at the check: the mutant survived, and the program exits with status 1.
//
// The tree is not touched: the changed file lies in a temporary folder and reaches the compiler by
// go build's -overlay. A mutant that does not compile proves nothing and is an error, as is a test
// that fails without any mutation or that does not exist.
//
// One entry of a list, separated from the next by an empty line:
//
//	# why: a registry could send our credentials to a host inside the network
//	file: verify/registry/redirect.go
//	old: if target.Private() {
//	new: if false && target.Private() {
//	test: ./verify/registry TestThreat16_RedirectToPrivateHost
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run returns the exit status: 0 all killed, 1 survivors or errors, 2 usage or a bad list.
func run(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	only := flags.String("only", "", "run only the list of this name, such as verify-registry")
	workers := flags.Int("workers", 2, "how many mutants to build and test at the same time")
	root := flags.String("root", ".", "top folder of the module")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	mutants, err := loadLists(*root, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		return 2
	}
	runner, err := newRunner(*root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		return 2
	}
	defer os.RemoveAll(runner.scratch)
	return report(mutants, tryAll(ctx, runner, mutants, max(1, *workers)))
}

// tryAll runs the mutants and prints each result as it comes. Results are in the order of mutants.
func tryAll(ctx context.Context, runner *runner, mutants []mutant, workers int) []result {
	results := make([]result, len(mutants))
	next := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range next {
				results[i] = runner.try(ctx, mutants[i])
				fmt.Printf("%-8s %s: %s\n", results[i].outcome, mutants[i].place(), mutants[i].why)
			}
		})
	}
	for i := range mutants {
		next <- i
	}
	close(next)
	group.Wait()
	return results
}

func report(mutants []mutant, results []result) int {
	killed := 0
	for i, r := range results {
		if r.outcome == outcomeKilled {
			killed++
			continue
		}
		fmt.Printf("\n%s %s\n  old:  %s\n  new:  %s\n  test: %s %s\n%s\n", r.outcome, mutants[i].place(),
			mutants[i].old, mutants[i].new, mutants[i].pkg, mutants[i].test, indent(r.detail))
	}
	fmt.Printf("\n%d of %d mutants killed\n", killed, len(mutants))
	if killed != len(mutants) {
		return 1
	}
	return 0
}

// listFiles returns the paths of the lists under root, or the one that only names.
func listFiles(root, only string) ([]string, error) {
	pattern := "*.txt"
	if only != "" {
		pattern = only + ".txt"
	}
	files, err := filepath.Glob(filepath.Join(root, "e2e", "mutants", "list", pattern))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no list matches e2e/mutants/list/%s", pattern)
	}
	return files, nil
}
