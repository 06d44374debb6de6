package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/pratique-dev/pratique/e2e/component"
	"github.com/pratique-dev/pratique/e2e/lab"
)

// scanned is an image that audits are measured on.
type scanned struct {
	name string
	bulk lab.Bulk
	// wall and cpu are the gates of a cold audit against dockle, aim is that of the wall.
	wall, aim, cpu float64
}

// scans are a distribution with many small files in three layers, packed in two ways, and ten layers
// of 100 MB.
func scans(debian string) []scanned {
	three := []func(io.Writer) error{lab.FileLayer(debian), lab.SmallFiles(1, 20000, 3800, 20), lab.SmallFiles(2, 10, 1000, 0)}
	var ten []func(io.Writer) error
	for i := range 10 {
		ten = append(ten, lab.SmallFiles(uint64(10+i), 2000, 50000, 0))
	}
	return []scanned{
		{"gzip", lab.Bulk{Layers: three}, 0.8, 0.65, 0.95},
		{"zstd", lab.Bulk{Layers: three, Zstd: true}, 0.5, 0.45, 0.95},
		{"big", lab.Bulk{Layers: ten}, 0.6, 0.52, 0.95},
	}
}

// scan is G7 to G10: audits of whole images, without the contents of files as dockle does it, and with
// them, which is reported and has no goal here.
func (s *stage) scan(ctx context.Context) error {
	dir, err := component.Dir()
	if err != nil {
		return err
	}
	if err := component.BuildDebian(ctx, dir); err != nil {
		return err
	}
	if err := component.BuildDockle(ctx, dir); err != nil {
		return err
	}
	r, err := lab.StartDistribution(ctx, s.Dir)
	if err != nil {
		return err
	}
	defer r.Stop()
	for _, one := range scans(filepath.Join(dir, component.DebianRoot)) {
		image := r.Host + "/scan/" + one.name + ":1"
		if err := one.bulk.Push(image); err != nil {
			return err
		}
		if err := s.scanOne(ctx, one, image, filepath.Join(dir, component.Dockle)); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) scanOne(ctx context.Context, one scanned, image, dockle string) error {
	runs := max(3, s.runs/3)
	peer := side{{dockle, "--nonssl", "--insecure", "--timeout", "300s", "-f", "json", "--exit-code", "0", image}}
	cold := s.audit(image, "--secrets", "names", "--no-cache")
	c, err := s.compare(ctx, runs, side{cold}, peer)
	if err != nil {
		return err
	}
	c.print(one.name + ": cold audit, against dockle")
	s.goal("G7/G8 "+one.name+": wall of a cold audit / dockle", c.wall, one.wall, one.aim, "x")
	s.goal("G7/G8 "+one.name+": cpu of a cold audit / dockle", c.cpu, one.cpu, 0.81, "x")
	peak, err := s.peak(ctx, cold)
	if err != nil {
		return err
	}
	s.goal("G7 "+one.name+": peak memory", float64(peak)/mebibyte, 64, 64, " MiB")
	if c, err = s.compare(ctx, runs, side{s.audit(image, "--secrets", "names")}, peer); err != nil {
		return err
	}
	c.print(one.name + ": warm audit, against dockle")
	s.goal("G9 "+one.name+": wall of a warm audit / dockle", c.wall, 0.05, 0.03, "x")
	return s.scanSlow(ctx, one, image)
}

// scanSlow reports the pass over contents, and holds us against trivy where there is one.
func (s *stage) scanSlow(ctx context.Context, one scanned, image string) error {
	full := side{s.audit(image, "--no-cache")}
	trivy, err := exec.LookPath("trivy")
	if err != nil {
		c, err := s.once(ctx, full)
		fmt.Printf("%-46s wall %8s   cpu %8s   (no trivy on the path)\n", one.name+": cold audit with contents", short(c.wall), short(c.cpu))
		return err
	}
	peer := side{{trivy, "image", "--quiet", "--insecure", "--scanners", "secret,misconfig", "--skip-check-update", "--cache-backend", "memory", image}}
	c, err := s.compare(ctx, 3, full, peer)
	if err != nil {
		return err
	}
	c.print(one.name + ": cold audit with contents, against trivy")
	if c, err = s.compare(ctx, 3, side{s.audit(image, "--secrets", "names", "--no-cache")}, peer); err != nil {
		return err
	}
	s.goal("G10 "+one.name+": wall of a cold audit / trivy", c.wall, 0.2, 0.15, "x")
	return nil
}

// audit is our command; what it finds does not matter here.
func (s *stage) audit(image string, more ...string) []string {
	return append([]string{s.pratique, "audit", "--allow-http-registry", "--timeout", time.Hour.String(), "--fail-on", "none", "-o", "json", image}, more...)
}
