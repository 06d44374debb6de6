package cis

// reading is what several controls need to know of a config, worked out once.
type reading struct {
	steps    []Step
	secrets  []secret
	redactor redactor
}

// reading returns what Collect prepared, or works it out.
func (c Contents) reading() *reading {
	if c.read != nil {
		return c.read
	}
	r := &reading{steps: normalise(c)}
	r.secrets = scan(c, r.steps)
	r.redactor = newRedactor(r.secrets)
	return r
}
