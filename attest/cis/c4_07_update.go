package cis

import "slices"

// UpdateFact is what the history says about refreshing package indexes.
type UpdateFact struct {
	Hits []UpdateHit `json:"hits"`
	// Cached are refreshes of an index that a cache mount keeps out of the
	// image. Only a Dockerfile shows them.
	Cached []UpdateHit `json:"cached,omitempty"`
	// Unclear are the RUNs that could not be followed.
	Unclear []Note `json:"unclear,omitempty"`
}

// UpdateHit is a refresh in a RUN that installs nothing from it.
type UpdateHit struct {
	At      Place  `json:"at"`
	Manager string `json:"manager"`
	Command string `json:"command"`
}

// maxHits is how many rows of one kind the facts keep.
const maxHits = 256

func c0407() Control {
	return Control{
		ID: "4.7", Key: "image.package-update", IDs: sameID("4.7"), Level: 1, Decidable: Auto,
		Title:       "No build step refreshes a package index alone",
		Remediation: "Put refresh, install and clean-up in one RUN, and pin versions.",
		Collect:     collectUpdates,
		Judge:       judgeUpdates,
	}
}

func collectUpdates(c Contents, f *Facts) { f.Updates = updatesOf(c.reading().steps) }

func updatesOf(steps []Step) *UpdateFact {
	fact := &UpdateFact{Hits: []UpdateHit{}}
	for _, s := range withManagers(steps) {
		if s.Instruction != "RUN" {
			continue
		}
		v := judgeRun(s.Run)
		fact.Hits = appendHits(fact.Hits, s.At, v.hits)
		fact.Cached = appendHits(fact.Cached, s.At, v.cached)
		if v.unclear != "" && len(fact.Unclear) < maxHits {
			fact.Unclear = append(fact.Unclear, Note{s.At, v.unclear})
		}
	}
	return fact
}

// appendHits adds what one RUN does, each command once.
func appendHits(list []UpdateHit, at Place, events []event) []UpdateHit {
	for _, e := range events {
		h := UpdateHit{At: at, Manager: e.family, Command: e.command}
		if len(list) < maxHits && !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list
}

// judgeUpdates goes by the Dockerfile for the image's own steps where there is
// one, and by the history for everything it shows beside.
func judgeUpdates(f *Facts, _ Parameters) Result {
	var r Result
	shown := "RUN in the history"
	if d := f.Dockerfile; d != nil {
		if d.Updates == nil {
			return uncollected("what the Dockerfile runs")
		}
		f.judgeDockerfileUpdates(&r, d)
		shown = "RUN in the Dockerfile"
	}
	switch {
	case f.Dockerfile != nil && f.ConfigDigest == "":
	case f.History == nil || f.Updates == nil:
		return uncollected("what the build steps ran")
	default:
		f.judgeHistoryUpdates(&r)
		if f.Dockerfile != nil {
			shown += " or the history"
		}
	}
	if len(r.Items) == 0 {
		return say(Pass, OriginOwn, "no "+shown+" refreshes a package index alone")
	}
	return r
}

func (f *Facts) judgeDockerfileUpdates(r *Result, d *DockerfileFact) {
	for _, h := range d.Updates.Hits {
		r.add(Fail, OriginOwn, h.At, "%s: %q, and no install after it in the same RUN", h.At, h.Command)
	}
	for _, n := range append(d.unread(), d.Updates.Unclear...) {
		r.add(Unknown, OriginOwn, n.At, "%s: %s", n.where(), n.Why)
	}
}

func (f *Facts) judgeHistoryUpdates(r *Result) {
	for _, h := range f.unnamed(f.Updates.Hits) {
		r.add(Fail, f.origin(h.At), h.At, "%s: %q, and no install after it in the same RUN", h.At, h.Command)
	}
	f.judgeHistoryUnclear(r, f.Updates.Unclear)
}

// judgeHistoryUnclear adds what the history does not tell. The Dockerfile tells
// it for the image's own steps; of the base's, it knows nothing. It is the
// base's only where the base is known.
func (f *Facts) judgeHistoryUnclear(r *Result, notes []Note) {
	whose := OriginUnknown
	if f.Dockerfile != nil && f.Base.known() {
		whose = OriginBase
	}
	if f.History.Unclear != "" && !f.fromScratch() {
		r.add(Unknown, whose, Place{Source: SourceHistory}, "%s", f.History.Unclear)
	}
	for _, n := range notes {
		origin := f.origin(n.At)
		if f.Dockerfile == nil || origin != OriginOwn && !f.fromScratch() {
			r.add(Unknown, origin, n.At, "%s: %s", n.At, n.Why)
		}
	}
}

// fromScratch reports whether a Dockerfile says that there is no base.
func (f *Facts) fromScratch() bool {
	if f.Dockerfile == nil {
		return false
	}
	for _, b := range f.Dockerfile.Bases {
		if b.Target && b.Use == UseFrom {
			return b.Ref == Scratch
		}
	}
	return false
}

// unnamed are the hits in the history that the Dockerfile does not name by
// line. The last rows of a history are the image's own.
func (f *Facts) unnamed(hits []UpdateHit) []UpdateHit {
	if f.Dockerfile == nil {
		return hits
	}
	named := map[string]int{}
	for _, h := range slices.Concat(f.Dockerfile.Updates.Hits, f.Dockerfile.Updates.Cached) {
		named[h.Command]++
	}
	var out []UpdateHit
	for _, h := range slices.Backward(hits) {
		if f.origin(h.At) != OriginBase && named[h.Command] > 0 {
			named[h.Command]--
			continue
		}
		out = append(out, h)
	}
	slices.Reverse(out)
	return out
}

// unread are the remarks on the Dockerfile as a whole: they put everything it
// seems to say in doubt.
func (d *DockerfileFact) unread() []Note {
	var out []Note
	for _, n := range d.Unclear {
		if n.At.Line == 0 {
			out = append(out, n)
		}
	}
	return out
}

func (n Note) where() string {
	if s := n.At.String(); s != "" {
		return s
	}
	return "the Dockerfile"
}
