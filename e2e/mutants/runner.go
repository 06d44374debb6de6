package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// The outcomes of one mutant. Only killed is good.
const (
	outcomeKilled   = "killed"
	outcomeSurvived = "SURVIVED" // the named test passes without the check
	outcomeError    = "ERROR"    // does not compile, or the test does not pass unmutated
)

type result struct {
	outcome string
	detail  string
}

// testTimeout ends a test that a mutant sends into a loop; that counts as a failing test.
const testTimeout = "2m"

// runner builds and runs test binaries in a scratch folder.
type runner struct {
	root    string // absolute
	scratch string

	mu       sync.Mutex
	binaries map[string]func() (string, error) // package -> its test binary, as the tree is
	passing  map[string]func() error           // package and test -> does it pass, as the tree is
}

func newRunner(root string) (*runner, error) {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return nil, err
	}
	return &runner{
		root: absolute, scratch: scratch,
		binaries: map[string]func() (string, error){}, passing: map[string]func() error{},
	}, nil
}

// try judges one mutant.
func (r *runner) try(ctx context.Context, m mutant) result {
	if err := r.baseline(ctx, m); err != nil {
		return result{outcomeError, "without the mutation: " + err.Error()}
	}
	dir, err := os.MkdirTemp(r.scratch, "mutant-")
	if err != nil {
		return result{outcomeError, err.Error()}
	}
	defer os.RemoveAll(dir)
	overlay, err := r.writeOverlay(dir, m)
	if err != nil {
		return result{outcomeError, err.Error()}
	}
	binary, err := r.compile(ctx, dir, m.pkg, "-overlay="+overlay)
	if err != nil {
		return result{outcomeError, err.Error()}
	}
	failed, output, err := r.test(ctx, binary, m)
	switch {
	case err != nil:
		return result{outcomeError, err.Error()}
	case failed:
		return result{outcome: outcomeKilled}
	}
	return result{outcomeSurvived, tail(output)}
}

// baseline runs the test on the tree as it is, once for each package and test.
func (r *runner) baseline(ctx context.Context, m mutant) error {
	r.mu.Lock()
	build, known := r.binaries[m.pkg]
	if !known {
		build = sync.OnceValues(func() (string, error) {
			dir, err := os.MkdirTemp(r.scratch, "baseline-")
			if err != nil {
				return "", err
			}
			return r.compile(ctx, dir, m.pkg)
		})
		r.binaries[m.pkg] = build
	}
	passes, known := r.passing[m.pkg+" "+m.test]
	if !known {
		passes = sync.OnceValue(func() error { return r.passes(ctx, build, m) })
		r.passing[m.pkg+" "+m.test] = passes
	}
	r.mu.Unlock()
	return passes()
}

func (r *runner) passes(ctx context.Context, build func() (string, error), m mutant) error {
	binary, err := build()
	if err != nil {
		return err
	}
	failed, output, err := r.test(ctx, binary, m)
	if err == nil && failed {
		err = errors.New("the test fails\n" + tail(output))
	}
	return err
}

// writeOverlay writes the mutated file and the JSON that puts it in place of the original.
func (r *runner) writeOverlay(dir string, m mutant) (string, error) {
	original := filepath.Join(r.root, filepath.FromSlash(m.file))
	text, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	mutated := filepath.Join(dir, "mutated.go")
	changed := strings.Replace(string(text), m.old, m.new, 1)
	if err := os.WriteFile(mutated, []byte(changed), 0o600); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: mutated}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, overlay, 0o600)
}

// compile builds a package's tests. Building and running are two steps because go test reports a build
// failure and a failing test with the same status. Without debug information linking is much quicker.
func (r *runner) compile(ctx context.Context, dir, pkg string, flags ...string) (string, error) {
	binary := filepath.Join(dir, "package.test")
	args := append([]string{"test", "-c", "-ldflags=-s -w", "-o", binary}, flags...)
	build := exec.CommandContext(ctx, "go", append(args, pkg)...)
	build.Dir = r.root
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("does not compile: %w\n%s", err, tail(string(text)))
	}
	return binary, nil
}

// test runs the one test that the mutant names.
func (r *runner) test(ctx context.Context, binary string, m mutant) (failed bool, output string, err error) {
	run := exec.CommandContext(ctx, binary, "-test.v", "-test.timeout="+testTimeout, "-test.run="+runPattern(m.test))
	run.Dir = filepath.Join(r.root, filepath.FromSlash(m.pkg))
	text, err := run.CombinedOutput()
	if ctx.Err() != nil {
		return false, "", ctx.Err()
	}
	if !strings.Contains(string(text), "=== RUN   "+m.test) {
		return false, "", fmt.Errorf("the test did not run: %s", m.test)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return true, string(text), nil
	}
	return false, string(text), err
}

// runPattern turns TestA/sub into ^TestA$/^sub$, so that TestAB does not run as well.
func runPattern(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// tail keeps the last lines of a log, which hold the reason.
func tail(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }
