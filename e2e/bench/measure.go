package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/e2e/lab"
)

// side is one side of a comparison: one or more programs, run one after the other.
type side [][]string

// cost is what one run of a side took.
type cost struct{ wall, cpu time.Duration }

// comparison is what pairs of runs came to.
type comparison struct {
	ours, theirs cost          // medians
	best         time.Duration // least CPU of any run of ours
	wall, cpu    float64       // medians of the ratios ours / theirs
}

// compare runs the two sides in turn, after one run of each that does not count.
func (s *stage) compare(ctx context.Context, runs int, ours, theirs side) (comparison, error) {
	var a, b []cost
	for i := range runs + 1 {
		first, err := s.once(ctx, ours)
		if err != nil {
			return comparison{}, err
		}
		second, err := s.once(ctx, theirs)
		if err != nil {
			return comparison{}, err
		}
		if i > 0 {
			a, b = append(a, first), append(b, second)
		}
	}
	var c comparison
	c.ours, c.theirs = medianCost(a), medianCost(b)
	c.best = slices.MinFunc(a, func(x, y cost) int { return cmp.Compare(x.cpu, y.cpu) }).cpu
	var wall, cpu []float64
	for i := range a {
		wall = append(wall, float64(a[i].wall)/float64(b[i].wall))
		cpu = append(cpu, float64(a[i].cpu)/float64(b[i].cpu))
	}
	c.wall, c.cpu = median(wall), median(cpu)
	return c, nil
}

func (s *stage) once(ctx context.Context, programs side) (cost, error) {
	var total cost
	for _, words := range programs {
		r := s.Run(ctx, words...)
		if r.Exit != 0 {
			return total, fmt.Errorf("want success: %s", r)
		}
		total.wall += r.Wall
		total.cpu += r.CPU
	}
	return total, nil
}

func medianCost(costs []cost) cost {
	var wall, cpu []time.Duration
	for _, c := range costs {
		wall, cpu = append(wall, c.wall), append(cpu, c.cpu)
	}
	return cost{median(wall), median(cpu)}
}

func median[T time.Duration | float64 | int64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

// peakMode is the first argument of a bench that only starts one program and prints its peak memory.
const peakMode = "peak-memory-of"

// peak is the median peak memory of a program in bytes.
func (s *stage) peak(ctx context.Context, words []string) (int64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	var values []int64
	for range 5 {
		r := s.Run(ctx, append([]string{self, peakMode}, words...)...)
		bytes, err := strconv.ParseInt(strings.TrimSpace(string(r.Stdout)), 10, 64)
		if r.Exit != 0 || err != nil {
			return 0, fmt.Errorf("reading peak memory: %s", r)
		}
		values = append(values, bytes)
	}
	return median(values), nil
}

// printPeak runs a program and prints its peak memory in bytes.
func printPeak(words []string) int {
	command := exec.Command(words[0], words[1:]...)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(lab.PeakRSS(command.ProcessState))
	return 0
}
