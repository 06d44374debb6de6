// Bench compares whole runs of pratique with whole runs of cosign on the same registry, and holds the
// ratios against the goals.
//
// The two sides of a comparison take turns, A B A B, so that a busy machine is busy for both; what
// counts is the median of the ratios of neighbours, not the milliseconds. CPU is the kernel's account
// of the process. Peak memory is read in runs of its own from a small parent, because the kernel
// counts a parent's memory in. A goal that is missed ends the program with status 1.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == peakMode {
		os.Exit(printPeak(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	program := flag.String("pratique", "bin/pratique", "the built program")
	runs := flag.Int("runs", 15, "pairs of runs for each comparison; the slow ones get a fifth")
	only := flag.String("only", "", "one comparison: start, single, memory, network, requests, crowded, lean or scan")
	flag.Parse()
	missed, err := bench(ctx, *program, *only, max(1, *runs))
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if missed > 0 {
		os.Exit(1)
	}
}

// bench returns how many goals were missed.
func bench(ctx context.Context, program, only string, runs int) (int, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "pratique-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	s, err := newStage(ctx, dir, program, runs)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	if err := s.prepare(ctx); err != nil {
		return 0, err
	}
	return s.compareAll(ctx, only)
}
