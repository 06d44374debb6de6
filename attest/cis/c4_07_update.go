package cis

// UpdateFact is what the history says about refreshing package indexes.
type UpdateFact struct {
	Hits []UpdateHit `json:"hits"`
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
	for _, s := range steps {
		if s.Instruction != "RUN" {
			continue
		}
		v := judgeRun(s.Run)
		for _, e := range v.hits {
			if len(fact.Hits) < maxHits {
				fact.Hits = append(fact.Hits, UpdateHit{At: s.At, Manager: e.family, Command: e.command})
			}
		}
		if v.unclear != "" && len(fact.Unclear) < maxHits {
			fact.Unclear = append(fact.Unclear, Note{s.At, v.unclear})
		}
	}
	return fact
}

func judgeUpdates(f *Facts, _ Parameters) Result {
	if f.History == nil || f.Updates == nil {
		return uncollected("what the build steps ran")
	}
	var r Result
	for _, h := range f.Updates.Hits {
		r.add(Fail, f.origin(h.At), h.At, "%s: %q, and no install after it in the same RUN", h.At, h.Command)
	}
	if f.History.Unclear != "" {
		r.add(Unknown, OriginUnknown, Place{Source: SourceHistory}, "%s", f.History.Unclear)
	}
	for _, n := range f.Updates.Unclear {
		r.add(Unknown, f.origin(n.At), n.At, "%s: %s", n.At, n.Why)
	}
	if len(r.Items) == 0 {
		return say(Pass, OriginOwn, "no RUN in the history refreshes a package index alone")
	}
	return r
}
