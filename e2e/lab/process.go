package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Password encrypts the private keys of every test. It protects nothing.
const Password = "e2e"

// nowhere is a proxy address at which nothing listens. Go programs do not use a proxy for the
// loopback, so only requests that should not happen go there.
const nowhere = "http://127.0.0.1:1"

// runLimit ends a program that hangs; the result then has status -1.
const runLimit = 2 * time.Minute

// Lab is a folder with a home of its own and the environment that goes with it.
type Lab struct {
	Dir string   // scratch folder, also the working directory of every program
	Env []string // environment of every program
}

// New makes a lab inside dir. An empty trusted root is written to TrustedRoot, which keeps cosign
// from looking for one on the network.
func New(dir string) (*Lab, error) {
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(filepath.Join(home, "docker"), 0o700); err != nil {
		return nil, err
	}
	lab := &Lab{Dir: dir, Env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + dir,
		"XDG_CONFIG_HOME=" + filepath.Join(home, "config"), "XDG_STATE_HOME=" + filepath.Join(home, "state"),
		"XDG_CACHE_HOME=" + filepath.Join(home, "cache"), "DOCKER_CONFIG=" + filepath.Join(home, "docker"),
		"HTTP_PROXY=" + nowhere, "HTTPS_PROXY=" + nowhere, "COSIGN_PASSWORD=" + Password, "NO_COLOR=1",
	}}
	const root = `{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`
	return lab, os.WriteFile(lab.TrustedRoot(), []byte(root), 0o600)
}

// Path names a file in the lab's folder.
func (l *Lab) Path(name string) string { return filepath.Join(l.Dir, name) }

// TrustedRoot is the file with an empty sigstore trusted root.
func (l *Lab) TrustedRoot() string { return l.Path("empty-trusted-root.json") }

// Result is what became of one program.
type Result struct {
	Command        string
	Exit           int // -1 if it did not start or was killed
	Stdout, Stderr []byte
	Wall, CPU      time.Duration
}

// String is the whole story, for a failing test.
func (r Result) String() string {
	return fmt.Sprintf("%s\nexit %d\nstdout: %s\nstderr: %s", r.Command, r.Exit, clip(r.Stdout), clip(r.Stderr))
}

func clip(text []byte) string {
	const most = 3000
	if len(text) > most {
		return string(text[:most]) + " ..."
	}
	return string(text)
}

// Run runs one program to its end. Words before the program of the form NAME=value go into its
// environment: Run(ctx, "COSIGN_EXPERIMENTAL=1", cosign, "sign", ...).
func (l *Lab) Run(ctx context.Context, words ...string) Result {
	ctx, cancel := context.WithTimeout(ctx, runLimit)
	defer cancel()
	env := l.Env
	for strings.Contains(words[0], "=") {
		env = append(env[:len(env):len(env)], words[0])
		words = words[1:]
	}
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Dir, command.Env = l.Dir, env
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	start := time.Now()
	err := command.Run()
	result := Result{
		Command: strings.Join(append([]string{filepath.Base(words[0])}, words[1:]...), " "),
		Exit:    command.ProcessState.ExitCode(), Wall: time.Since(start),
		Stdout: stdout.Bytes(), Stderr: stderr.Bytes(),
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		result.Stderr = append(result.Stderr, "\n"+err.Error()...)
		return result
	}
	result.CPU = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return result
}
