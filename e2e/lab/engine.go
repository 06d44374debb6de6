package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/pratique-dev/pratique/e2e/component"
)

// engineStart is how long an engine may take until it answers.
const engineStart = 60 * time.Second

// Engine is a running Docker engine of its own: no network, nothing shared with another engine of
// this machine.
type Engine struct {
	Host string // DOCKER_HOST
	stop func()
}

// Stop ends the engine and waits for it.
func (e *Engine) Stop() { e.stop() }

// StartEngine starts dockerd with everything it keeps below dir. It runs in a network namespace with
// the loopback only: an engine without a bridge would else take that of another engine away.
func StartEngine(ctx context.Context, dir string) (*Engine, error) {
	dir = filepath.Join(dir, "engine")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "docker.sock")
	command := exec.Command("unshare", "--net", component.Dockerd,
		"--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"), "--pidfile", filepath.Join(dir, "pid"),
		"-H", "unix://"+socket, "--bridge=none", "--iptables=false", "--ip6tables=false")
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	go func() { _ = command.Wait(); close(exited) }()
	e := &Engine{Host: "unix://" + socket}
	e.stop = func() {
		_ = command.Process.Signal(os.Interrupt)
		<-exited
		log.Close()
	}
	if err := e.ready(ctx, exited); err != nil {
		e.stop()
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("dockerd: %w\n%s", err, text)
	}
	return e, nil
}

// ready asks until the engine answers or has ended.
func (e *Engine) ready(ctx context.Context, exited <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, engineStart)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := exec.CommandContext(ctx, component.Docker, "-H", e.Host, "version").Run(); err == nil {
			return nil
		}
		select {
		case <-exited:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
