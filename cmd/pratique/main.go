package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/pratique-dev/pratique/cmd/internal/cli"
)

// version and built (RFC 3339) are set by the linker; see the Makefile.
var version, built string

func main() { os.Exit(run()) }

// gcPercent lets the heap grow to some 16 MB before the first collection. A
// verification needs less than that, and collecting would be a tenth of its
// CPU (make bench).
const gcPercent = 400

func run() int {
	debug.SetGCPercent(gcPercent)
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
