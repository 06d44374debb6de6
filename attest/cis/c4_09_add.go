package cis

import "path"

// AddFact is what a history or a Dockerfile says about ADD.
type AddFact struct {
	Hits []AddHit `json:"hits"`
	// More counts the hits beyond those kept.
	More int `json:"more,omitempty"`
}

// AddHit is one ADD.
type AddHit struct {
	At Place `json:"at"`
	// Source is what is added: file, archive, url, git, heredoc, or unclear
	// where the builder keeps only a checksum.
	Source string `json:"source"`
	// RootFS marks the ADD to / that makes the lowest layer: the root file
	// system of a base image, for which there is no other instruction.
	RootFS bool `json:"rootfs,omitempty"`
	// Checked says that what is fetched is held against a checksum or a full
	// commit, which only a Dockerfile shows.
	Checked bool `json:"checked,omitempty"`
}

func c0409() Control {
	return Control{
		ID: "4.9", Key: "image.add", IDs: sameID("4.9"), Level: 1, Decidable: Auto,
		Title: "Files are brought in with COPY, not with ADD",
		Remediation: "Use COPY; for a URL use ADD --checksum, or download and verify in one RUN. " +
			"The root file system archive of a base image needs ADD.",
		Collect: collectAdds,
		Judge:   judgeAdds,
	}
}

func collectAdds(c Contents, f *Facts) {
	fact := &AddFact{Hits: []AddHit{}}
	lowest := true
	for i, s := range c.reading().steps {
		if s.Instruction == "ADD" {
			source, dst := readAdd(s)
			fact.add(AddHit{At: s.At, Source: source, RootFS: lowest && dst == "/"})
		}
		lowest = lowest && c.History[i].EmptyLayer
	}
	f.Adds = fact
}

func (f *AddFact) add(h AddHit) {
	if len(f.Hits) < maxHits {
		f.Hits = append(f.Hits, h)
		return
	}
	f.More++
}

// adds are the ADDs of a Dockerfile.
func (d *Dockerfile) adds() *AddFact {
	fact := &AddFact{Hits: []AddHit{}}
	lowest := false
	for _, b := range d.Bases {
		lowest = lowest || b.Target && b.Ref == Scratch
	}
	for _, s := range d.Steps {
		if s.Instruction == "ADD" && s.Add != nil {
			fact.add(readWrittenAdd(s, lowest))
		}
		switch s.Instruction {
		case "ADD", "COPY", "RUN", "WORKDIR":
			lowest = false
		}
	}
	return fact
}

func readWrittenAdd(s Step, lowest bool) AddHit {
	h := AddHit{At: s.At, Checked: true, RootFS: lowest && path.Join("/", s.Add.Dest) == "/"}
	if s.Add.Heredoc {
		h.Source = "heredoc"
	}
	for _, w := range s.Add.Sources {
		kind := kindOfSource(w)
		if h.RootFS && kind == "file" && openEnd(w) {
			kind = "unclear"
		}
		h.Source = worse(h.Source, kind)
		h.Checked = h.Checked && checked(kind, w, s.Add.Checksum)
	}
	h.Checked = h.Checked && (h.Source == "url" || h.Source == "git")
	return h
}

func judgeAdds(f *Facts, _ Parameters) Result {
	var r Result
	switch {
	case f.fileOnly() && f.Dockerfile.Adds != nil:
		f.Dockerfile.Adds.judge(&r, f, func(AddHit) bool { return true })
		f.unclearFile(&r)
		if len(r.Items) == 0 {
			return say(Pass, OriginOwn, "the Dockerfile has no ADD, but for the root file system of a base")
		}
		return r
	case f.History == nil || f.Adds == nil:
		return uncollected("what was added")
	}
	f.Adds.judge(&r, f, f.untold())
	if f.Dockerfile != nil && f.Dockerfile.Adds != nil {
		f.Dockerfile.Adds.judge(&r, f, func(AddHit) bool { return true })
	}
	f.judgeHistoryUnclear(&r, nil)
	if len(r.Items) == 0 {
		return say(Pass, OriginOwn, "the history has no ADD, but for the root file system of a base")
	}
	return r
}

// judge adds an item for every hit that counts.
func (a *AddFact) judge(r *Result, f *Facts, counts func(AddHit) bool) {
	for _, h := range a.Hits {
		if h.exempt() || !counts(h) {
			continue
		}
		status, what := h.judge()
		r.add(status, f.origin(h.At), h.At, "%s: ADD of %s", h.At, what)
	}
	if a.More > 0 {
		r.add(Fail, OriginUnknown, Place{}, "%s", plural(a.More, "more ADD", "more ADDs"))
	}
}

// untold says which ADDs of the history count beside a Dockerfile: the base's,
// and those that the Dockerfile does not have. A history that has more than
// the Dockerfile is not of that Dockerfile alone.
func (f *Facts) untold() func(AddHit) bool {
	all := func(AddHit) bool { return true }
	if f.Dockerfile == nil || f.Dockerfile.Adds == nil {
		return all
	}
	copied, rows := 0, 0
	for _, h := range f.Dockerfile.Adds.Hits {
		if !h.exempt() {
			rows++
		}
		if h.copyable() {
			copied++
		}
	}
	for _, h := range f.Adds.Hits {
		if !h.exempt() && f.origin(h.At) != OriginBase {
			rows--
		}
	}
	if rows < 0 || f.Adds.More > 0 {
		return all
	}
	return func(h AddHit) bool {
		if f.origin(h.At) != OriginBase && h.copyable() {
			copied--
			return copied < 0
		}
		return f.origin(h.At) == OriginBase
	}
}

// exempt reports whether an ADD makes a base image out of an archive, or of
// what the builder does not name. Files and directories can be copied.
func (h AddHit) exempt() bool {
	return h.RootFS && (h.Source == "archive" || h.Source == "unclear")
}

// copyable reports whether COPY would have done the same.
func (h AddHit) copyable() bool { return h.Source == "file" || h.Source == "heredoc" }

func (h AddHit) judge() (Status, string) {
	remote := h.Source == "url" || h.Source == "git"
	switch {
	case h.Source == "file":
		return Fail, "a local file or directory, which COPY does"
	case h.Source == "heredoc":
		return Fail, "a here document, which COPY does"
	case h.Source == "archive":
		return Warn, "a local archive"
	case remote && h.Checked:
		return Warn, "a " + h.Source + " source with a checksum"
	case remote && h.At.Source == SourceDockerfile:
		return Fail, "a " + h.Source + " source without a checksum"
	case remote:
		return Warn, "a " + h.Source + " source; whether it had a checksum is not in the history"
	}
	return Warn, "something the history does not name"
}
