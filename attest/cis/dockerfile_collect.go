package cis

// dockerfileFact collects what the Dockerfile shows of the image; nil without
// one. Only the steps that make the image count: what other stages do stays
// behind in them.
func dockerfileFact(c Contents) *DockerfileFact {
	d := c.Dockerfile
	if d == nil {
		return nil
	}
	r := c.reading().file
	f := &DockerfileFact{
		Digest:      d.Digest,
		Target:      d.Target,
		Bases:       keepBases(d.Bases),
		User:        d.user(r),
		Healthcheck: d.healthcheck(r),
		Updates:     updatesOf(d.Steps),
		Adds:        d.adds(),
		Secrets:     c.dockerfileSecrets(),
		Switches:    switchesOf(d.Steps, nil),
		Unclear:     d.Unclear[:min(len(d.Unclear), maxHits)],
	}
	f.Target, _ = cut(f.Target, maxName)
	if len(d.Bases) > maxHits {
		at := Place{Source: SourceDockerfile, Line: d.Bases[maxHits].Line}
		f.Unclear = append(f.Unclear, Note{at, "more base images than are kept"})
	}
	return f
}

// keepBases bounds the references. Only what has the shape of a secret is
// taken out: a weak password can be the same word as an image's name.
func keepBases(all []BaseRef) []BaseRef {
	out := append([]BaseRef{}, all[:min(len(all), maxHits)]...)
	for i, b := range out {
		text, _ := cut(b.Ref, maxRedact)
		out[i].Ref, _ = cut(redactShapes(text), maxRowText)
		out[i].Tag, _ = cut(redactShapes(b.Tag), maxName)
		out[i].Digest, _ = cut(b.Digest, maxRowText)
	}
	return out
}

// last is the last step of one instruction; it replaces those before it.
func (d *Dockerfile) last(instruction string) (Step, bool) {
	for i := len(d.Steps) - 1; i >= 0; i-- {
		if d.Steps[i].Instruction == instruction {
			return d.Steps[i], true
		}
	}
	return Step{}, false
}

func (d *Dockerfile) user(r redactor) *SetFact {
	s, ok := d.last("USER")
	if !ok {
		return nil
	}
	return &SetFact{Value: keepUser(r, s.Text), At: s.At}
}

func (d *Dockerfile) healthcheck(r redactor) *HealthcheckFact {
	s, ok := d.last("HEALTHCHECK")
	if !ok {
		return nil
	}
	test := []string{"NONE"}
	switch {
	case s.Run.Argv != nil:
		test = append([]string{"CMD"}, s.Run.Argv...)
	case s.Run.Script != "":
		test = []string{"CMD-SHELL", s.Run.Script}
	}
	return &HealthcheckFact{Test: keepTest(r, test), At: s.At}
}

// root is the image that the Dockerfile's own stage is made of in the end.
func (d *DockerfileFact) root() BaseRef {
	for _, b := range d.Bases {
		if b.Target {
			return b
		}
	}
	return BaseRef{}
}

// fileOnly reports whether a Dockerfile is all there is: no image was read.
func (f *Facts) fileOnly() bool { return f.ConfigDigest == "" && f.Dockerfile != nil }

// unclearFile says what keeps the whole file from being read.
func (f *Facts) unclearFile(r *Result) {
	for _, n := range f.Dockerfile.unread() {
		r.add(Unknown, OriginOwn, n.At, "%s: %s", n.where(), n.Why)
	}
}

// setBy says where the history last gave one instruction, and whose that is.
// Without a known base, what an image is set to is its own.
func (f *Facts) setBy(instruction string, fits func(HistoryRow) bool) (Place, Origin) {
	config := Place{Source: SourceConfig}
	if f.History == nil || f.History.Unclear != "" {
		return config, OriginOwn
	}
	for i := len(f.History.Rows) - 1; i >= 0; i-- {
		row := f.History.Rows[i]
		if row.Instruction != instruction {
			continue
		}
		at := Place{Source: SourceHistory, Row: i + 1}
		switch {
		case !fits(row):
			return config, OriginOwn
		case f.Base.known():
			return at, f.origin(at)
		}
		return at, OriginOwn
	}
	return config, OriginOwn
}
