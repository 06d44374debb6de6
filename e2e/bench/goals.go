package main

import (
	"context"
	"fmt"
	"time"
)

// roundTrip is added to every answer where a network is imitated.
const roundTrip = 20 * time.Millisecond

const mebibyte = 1 << 20

// compareAll runs the comparisons whose name is asked for, all of them without one, and prints the
// figures and what became of the goals.
func (s *stage) compareAll(ctx context.Context, only string) (int, error) {
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"start", s.start}, {"single", s.single}, {"memory", s.memory}, {"network", s.network}, {"requests", s.requests},
		{"crowded", s.crowded}, {"lean", s.lean}, {"scan", s.scan},
	} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.run(ctx); err != nil {
			return s.missed, err
		}
	}
	fmt.Printf("\n%d goals missed\n", s.missed)
	return s.missed, nil
}

// goal prints one line of the gate table. Gate is what a release must keep, aim what the design can reach.
func (s *stage) goal(name string, got, gate, aim float64, unit string) {
	verdict := "PASS"
	switch {
	case got > gate:
		verdict = "FAIL"
		s.missed++
	case got <= aim:
		verdict = "PASS, aim met"
	}
	fmt.Printf("  %-58s %7.2f%-4s gate %6.2f  aim %6.2f  %s\n", name, got, unit, gate, aim, verdict)
}

func (c comparison) print(what string) {
	fmt.Printf("%-46s wall %8s / %8s   cpu %8s / %8s   ratio wall %.2f cpu %.2f\n", what,
		short(c.ours.wall), short(c.theirs.wall), short(c.ours.cpu), short(c.theirs.cpu), c.wall, c.cpu)
}

func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1fms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.2fs", d.Seconds())
}

// start measures a run that does nothing. The goal is in milliseconds, so the least disturbed run counts.
func (s *stage) start(ctx context.Context) error {
	c, err := s.compare(ctx, s.runs, side{{s.pratique, "version"}}, side{{s.cosign2, "version"}})
	if err != nil {
		return err
	}
	c.print("start only, against cosign 2")
	s.goal("budget: CPU of a run that does nothing", float64(c.best.Microseconds())/1000, 12, 8, " ms")
	return nil
}

// single is G1: signature, audit and policy against one cosign verify, which only looks at the signature.
func (s *stage) single(ctx context.Context) error {
	for _, format := range []string{"tag", "bundle"} {
		c, err := s.compare(ctx, s.runs, side{s.ours(auditType, "one-"+format)},
			side{s.theirs(s.cosign2, "verify", "", "one-"+format, s.flags(format)...)})
		if err != nil {
			return err
		}
		c.print(format + ": verify, against cosign 2 verify")
		s.goal("G1 "+format+": wall of verify / cosign 2 verify", c.wall, 0.5, 0.35, "x")
		s.goal("G1 "+format+": cpu of verify / cosign 2 verify", c.cpu, 0.5, 0.35, "x")
	}
	return nil
}

// flags are what cosign 2 needs to look at bundles.
func (s *stage) flags(format string) []string {
	if format == "bundle" {
		return []string{"--new-bundle-format"}
	}
	return nil
}

// memory is G2.
func (s *stage) memory(ctx context.Context) error {
	for _, format := range []string{"tag", "bundle"} {
		ours, err := s.peak(ctx, s.ours(auditType, "one-"+format))
		if err != nil {
			return err
		}
		theirs, err := s.peak(ctx, s.theirs(s.cosign2, "verify", "", "one-"+format, s.flags(format)...))
		if err != nil {
			return err
		}
		s.goal("G2 "+format+": peak memory / cosign 2", float64(ours)/float64(theirs), 0.5, 0.4, "x")
		s.goal("G2 "+format+": peak memory", float64(ours)/mebibyte, 32, 24, " MiB")
	}
	return nil
}

// network is G3: against verify and verify-attestation, with a round trip added to every request.
func (s *stage) network(ctx context.Context) error {
	s.recorder.Delay(roundTrip)
	defer s.recorder.Delay(0)
	for _, row := range []struct {
		format, name, program string
		flags                 []string
		gate, aim             float64
	}{
		{"tag", "cosign 2", s.cosign2, nil, 0.35, 0.28},
		{"bundle", "cosign 2", s.cosign2, s.flags("bundle"), 0.35, 0.28},
		{"bundle", "cosign 3", s.cosign3, nil, 0.2, 0.2},
	} {
		image := "one-" + row.format
		c, err := s.compare(ctx, s.runs, side{s.ours(auditType, image)}, side{
			s.theirs(row.program, "verify", "", image, row.flags...),
			s.theirs(row.program, "verify-attestation", auditType, image, row.flags...),
		})
		if err != nil {
			return err
		}
		c.print(row.format + ", 20 ms: verify, against both of " + row.name)
		s.goal(fmt.Sprintf("G3 %s, 20 ms: wall / both of %s", row.format, row.name), c.wall, row.gate, row.aim, "x")
	}
	return nil
}

// requests is G4. One more than the bare number, because an audit is judged against the image's config.
func (s *stage) requests(ctx context.Context) error {
	for format, most := range map[string]float64{"tag": 7, "bundle": 9} {
		s.recorder.Take()
		if err := s.must(ctx, s.ours(auditType, "one-"+format)...); err != nil {
			return err
		}
		s.goal("G4 "+format+": requests of verify with an audit", float64(len(s.recorder.Take())), most, most, "")
	}
	return nil
}

// crowded is G5: many attestations on one image.
func (s *stage) crowded(ctx context.Context) error {
	runs := max(1, s.runs/5)
	attested := func(n int, format string) string { return fmt.Sprintf("%d-%s", n, format) }
	cpu := map[int]time.Duration{}
	for _, n := range []int{few, many} {
		image := attested(n, "tag")
		c, err := s.compare(ctx, runs, side{s.ours(reviewType, image)}, side{s.theirs(s.cosign2, "verify-attestation", reviewType, image)})
		if err != nil {
			return err
		}
		c.print(fmt.Sprintf("tag, %d attestations, against cosign 2", n))
		cpu[n] = c.ours.cpu
		if n == many {
			s.goal("G5 tag, 500: cpu / cosign 2 verify-attestation", c.cpu, 0.15, 0.08, "x")
		}
	}
	s.goal("G5 tag: cpu of 500 / cpu of 50", float64(cpu[many])/float64(cpu[few]), 12, 10, "x")
	s.recorder.Take()
	if err := s.must(ctx, s.ours(reviewType, attested(many, "tag"))...); err != nil {
		return err
	}
	s.goal("G5 tag, 500: connections", float64(s.recorder.Connections()), 16, 16, "")
	s.recorder.Delay(roundTrip)
	defer s.recorder.Delay(0)
	image := attested(many, "bundle")
	c, err := s.compare(ctx, max(1, runs/2), side{s.ours(reviewType, image)},
		side{s.theirs(s.cosign2, "verify-attestation", reviewType, image, "--new-bundle-format")})
	if err != nil {
		return err
	}
	c.print("bundle, 500 attestations, 20 ms, against cosign 2")
	s.goal("G5 bundle, 500, 20 ms: wall / cosign 2", c.wall, 0.12, 0.08, "x")
	return nil
}

// lean is G6: against notation, the lean peer.
func (s *stage) lean(context.Context) error {
	fmt.Printf("  %-58s peer not available: its module cannot be had through the proxy\n", "G6 wall of verify / notation verify")
	return nil
}
