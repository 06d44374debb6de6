package cis

import (
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/switches/settings"
)

func c0411() Control {
	return Control{
		ID: "4.11", Key: "image.package-verification", IDs: sameID("4.11"), Level: 2, Decidable: Assisted,
		Title:       "Packages are installed only after their signatures were checked",
		Remediation: "Remove the switch that turns the check off, add the repository's key to a keyring, and verify downloads by checksum or signature.",
		Collect:     collectSwitches,
		Judge:       judgeSwitches,
	}
}

func collectSwitches(c Contents, f *Facts) { f.Switches = switchesOf(c.reading().steps, c.Env) }

// switchesOf finds what turns verification off in steps and in the variables
// that a container starts with.
func switchesOf(steps []Step, env []string) *SwitchFact {
	fact := &SwitchFact{Hits: []Switch{}}
	var downloads []tracked
	for _, s := range withManagers(steps) {
		switch s.Instruction {
		case "ADD":
			downloads = append(downloads, s.Add.added()...)
		case "RUN":
			fact.add(s.At, variables(s.Args)...)
			var found []settings.Found
			var unclear string
			found, downloads, unclear = runSwitches(s.Run, downloads)
			fact.add(s.At, found...)
			if unclear != "" && len(fact.Unclear) < maxHits {
				fact.Unclear = append(fact.Unclear, Note{s.At, unclear})
			}
		case "ENV", "ARG":
			fact.add(s.At, variables(s.pairs())...)
		}
	}
	for _, found := range variables(env) {
		// A row of the history says more than the config about the same thing.
		if !slices.ContainsFunc(fact.Hits, func(h Switch) bool { return h.Rule == found.Rule && h.Command == found.Text }) {
			fact.add(Place{Source: SourceConfig}, found)
		}
	}
	return fact
}

// pairs are the K=V of an ENV or ARG. A history has lost the quotes, so a
// value with blanks falls apart there.
func (s Step) pairs() []string {
	if s.Pairs != nil {
		return s.Pairs
	}
	return strings.Fields(s.Text)
}

func variables(pairs []string) []settings.Found {
	var out []settings.Found
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if found, bad := settings.Variable(name, strings.Trim(value, `"'`)); ok && bad {
			out = append(out, found)
		}
	}
	return out
}

// add lists what was found at one place, each once.
func (f *SwitchFact) add(at Place, found ...settings.Found) {
	for _, s := range found {
		h := Switch{At: at, Rule: s.Rule, Command: s.Text, Doubtful: s.Doubtful}
		if len(f.Hits) < maxHits && !slices.Contains(f.Hits, h) {
			f.Hits = append(f.Hits, h)
		}
	}
}

// judgeSwitches fails whatever turns verification off, wherever it is. That
// nothing was found is no proof: a person, or the operator's parameter, makes
// it a pass.
func judgeSwitches(f *Facts, p Parameters) Result {
	var r Result
	alone := f.Dockerfile != nil && f.ConfigDigest == ""
	if d := f.Dockerfile; d != nil {
		f.judgeDockerfileSwitches(&r, d)
	}
	if !alone {
		f.judgeHistorySwitches(&r)
		f.judgeLayerSwitches(&r)
	}
	if len(r.Items) > 0 {
		return r
	}
	looked := "build steps, variables and settings files"
	if alone {
		looked = "the Dockerfile"
	}
	if p.AcceptUnseen {
		return say(Pass, OriginOwn, "nothing in "+looked+" turns the verification of packages off")
	}
	return say(Manual, OriginOwn, "nothing in "+looked+" was found to turn the verification of packages off; whether all that was installed was verified, a person decides")
}

func (f *Facts) judgeDockerfileSwitches(r *Result, d *DockerfileFact) {
	if d.Switches == nil {
		r.add(Unknown, OriginOwn, Place{Source: SourceDockerfile}, "the facts do not tell what the Dockerfile turns off")
		return
	}
	for _, s := range d.Switches.Hits {
		f.judgeSwitch(r, s)
	}
	for _, n := range append(d.unread(), d.Switches.Unclear...) {
		r.add(Unknown, OriginOwn, n.At, "%s: %s", n.where(), n.Why)
	}
}

func (f *Facts) judgeHistorySwitches(r *Result) {
	if f.History == nil || f.Switches == nil {
		r.add(Unknown, OriginUnknown, Place{Source: SourceHistory}, "the facts do not tell what the build steps turn off")
		return
	}
	for _, s := range f.unnamedSwitches() {
		f.judgeSwitch(r, s)
	}
	f.judgeHistoryUnclear(r, f.Switches.Unclear)
}

func (f *Facts) judgeLayerSwitches(r *Result) {
	if f.Layers == nil {
		r.add(Unknown, OriginUnknown, Place{Source: SourceLayer}, "package manager settings are in files of the layers, which were not read")
		return
	}
	for _, s := range f.Layers.Switches {
		f.judgeSwitch(r, s)
	}
	if n := f.Layers.More["switches"]; n > 0 {
		r.add(Fail, OriginUnknown, Place{Source: SourceLayer}, "%s in files beside", plural(n, "more switch", "more switches"))
	}
	for _, u := range f.Layers.Unread {
		if u.Control == "4.11" {
			r.add(Unknown, f.origin(u.At), u.At, "%s", strings.TrimPrefix(u.At.String()+": "+u.Why, ": "))
		}
	}
	f.unlisted(r)
}

func (f *Facts) judgeSwitch(r *Result, s Switch) {
	where := s.At.String()
	if where == "" {
		where = s.At.Source
	}
	switch {
	case s.Hidden:
		r.add(Warn, f.origin(s.At), s.At, "%s: %q (%s), in a file that a later layer replaces", where, s.Command, s.Rule)
	case s.Doubtful:
		r.add(Warn, f.origin(s.At), s.At, "%s: %q (%s), which may do no harm", where, s.Command, s.Rule)
	default:
		r.add(Fail, f.origin(s.At), s.At, "%s: %q (%s)", where, s.Command, s.Rule)
	}
}

// unnamedSwitches are those of the history that the Dockerfile does not name by
// line and takes as seriously. The last rows of a history are the image's own.
func (f *Facts) unnamedSwitches() []Switch {
	if f.Dockerfile == nil || f.Dockerfile.Switches == nil {
		return f.Switches.Hits
	}
	type key struct {
		rule, command string
		doubtful      bool
	}
	named := map[key]int{}
	for _, s := range f.Dockerfile.Switches.Hits {
		if !s.Hidden && s.At.Source == SourceDockerfile {
			named[key{s.Rule, s.Command, s.Doubtful}]++
		}
	}
	var out []Switch
	for _, s := range slices.Backward(f.Switches.Hits) {
		k := key{s.Rule, s.Command, s.Doubtful}
		if f.origin(s.At) != OriginBase && named[k] > 0 {
			named[k]--
			continue
		}
		out = append(out, s)
	}
	slices.Reverse(out)
	return out
}
