package cis

import "slices"

// reading is what several controls need to know of a config, worked out once.
type reading struct {
	steps    []Step
	secrets  []secret
	redactor redactor
	// lines are the secrets of the Dockerfile, and file is the redactor for what
	// is kept of it. They stay apart: a gate that has the config but no
	// Dockerfile has to collect the same facts from the config.
	lines []secret
	file  redactor
}

// reading returns what Collect prepared, or works it out.
func (c Contents) reading() *reading {
	if c.read != nil {
		return c.read
	}
	r := &reading{steps: normalise(c)}
	r.secrets = scan(c, r.steps)
	r.redactor = newRedactor(r.secrets)
	if c.Dockerfile != nil {
		r.lines = scanSteps(c.Dockerfile.Steps)
		r.file = newRedactor(slices.Concat(r.secrets, r.lines, scanSteps(c.Dockerfile.Other)))
	}
	return r
}
