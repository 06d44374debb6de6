package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pratique-dev/pratique/cmd/internal/cli"
)

// version and built (RFC 3339) are set by the linker; see the Makefile.
var version, built string

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	at, _ := time.Parse(time.RFC3339, built) // the zero time if not told
	return cli.Run(ctx, cli.Env{
		Args:         os.Args[1:],
		Stdin:        os.Stdin,
		Stdout:       os.Stdout,
		Stderr:       os.Stderr,
		LookupEnv:    os.LookupEnv,
		Now:          time.Now,
		SystemPolicy: "/etc/pratique/policy.yaml",
		Version:      version,
		Built:        at,
	})
}
