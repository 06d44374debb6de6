// Setup builds and installs the components of the end-to-end tests that this machine does not have yet.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/pratique-dev/pratique/e2e/component"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "setup:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := component.Dir()
	if err != nil {
		return err
	}
	for _, c := range component.All() {
		if _, err := component.Path(c.Name); err == nil {
			continue
		}
		fmt.Printf("building %s from %s\n", c.Name, c.Source)
		start := time.Now()
		if err := c.Build(ctx, dir); err != nil {
			return err
		}
		fmt.Printf("built %s in %s\n", c.Name, time.Since(start).Round(time.Second))
	}
	if err := component.Install(ctx); err != nil {
		return err
	}
	if err := component.BuildDebian(ctx, dir); err != nil {
		return err
	}
	fmt.Println("components are in", dir)
	return nil
}
