package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pratique-dev/pratique/cmd/internal/cli"
)

// version is set by the linker; see the Makefile.
var version string

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Run(ctx, cli.Env{
		Args:         os.Args[1:],
		Stdin:        os.Stdin,
		Stdout:       os.Stdout,
		Stderr:       os.Stderr,
		LookupEnv:    os.LookupEnv,
		Now:          time.Now,
		SystemPolicy: "/etc/pratique/policy.yaml",
		Version:      version,
	})
}
