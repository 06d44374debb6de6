package lab

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/pratique-dev/pratique/e2e/component"
)

// Registry is a running registry on the loopback, plain http.
type Registry struct {
	Host string // 127.0.0.1:PORT
	stop func()
}

// Stop ends the registry and waits for it.
func (r *Registry) Stop() { r.stop() }

// StartDistribution starts distribution: storage on disk, no referrers API.
func StartDistribution(ctx context.Context, dir string) (*Registry, error) {
	program, err := component.Path(component.Distribution)
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "distribution.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: info}\nstorage: {filesystem: {rootdirectory: %q}, delete: {enabled: true}}\n"+
		"http: {addr: '127.0.0.1:0'}\n", filepath.Join(dir, "distribution"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return start(ctx, program, "serve", config)
}

// StartReferrers starts an in-memory registry with the referrers API.
func StartReferrers(ctx context.Context, _ string) (*Registry, error) {
	program, err := component.Path(component.Referrers)
	if err != nil {
		return nil, err
	}
	return start(ctx, program, "127.0.0.1:0")
}

// start runs a server and waits for the line on stderr that says where it listens.
func start(ctx context.Context, program string, args ...string) (*Registry, error) {
	ctx, cancel := context.WithCancel(ctx)
	command := exec.CommandContext(ctx, program, args...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "OTEL_TRACES_EXPORTER=none"}
	stderr, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	stop := func() {
		cancel()
		_ = command.Wait() // killed by cancel: its status says nothing
	}
	host, err := listening(stderr)
	if err != nil {
		stop()
		return nil, fmt.Errorf("%s: %w", filepath.Base(program), err)
	}
	go func() { _, _ = io.Copy(io.Discard, stderr) }() // a full pipe would block the server
	return &Registry{Host: host, stop: stop}, nil
}

// listening reads a server's log until it says "listening on HOST".
func listening(log io.Reader) (string, error) {
	address := regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)
	lines := bufio.NewScanner(log)
	said := ""
	for lines.Scan() {
		if found := address.FindStringSubmatch(lines.Text()); found != nil {
			return found[1], nil
		}
		said += lines.Text() + "\n"
	}
	return "", errors.New("ended before it listened:\n" + said)
}
