package cis

import "fmt"

// UpdateFact is what the history says about refreshing package indexes.
type UpdateFact struct {
	Hits []UpdateHit `json:"hits"`
	// Unclear are the RUNs that could not be followed.
	Unclear []RowNote `json:"unclear,omitempty"`
}

// UpdateHit is a refresh in a RUN that installs nothing from it.
type UpdateHit struct {
	// Row counts history rows from 1.
	Row     int    `json:"row"`
	Manager string `json:"manager"`
	Command string `json:"command"`
}

// RowNote is a remark on one row of the history.
type RowNote struct {
	// Row counts history rows from 1.
	Row int    `json:"row"`
	Why string `json:"why"`
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

func collectUpdates(c Contents, f *Facts) {
	fact := &UpdateFact{Hits: []UpdateHit{}}
	for i, s := range c.reading().steps {
		if s.instruction != "RUN" {
			continue
		}
		v := judgeRun(s.run)
		for _, e := range v.hits {
			if len(fact.Hits) < maxHits {
				fact.Hits = append(fact.Hits, UpdateHit{Row: i + 1, Manager: e.family, Command: e.command})
			}
		}
		if v.unclear != "" && len(fact.Unclear) < maxHits {
			fact.Unclear = append(fact.Unclear, RowNote{i + 1, v.unclear})
		}
	}
	f.Updates = fact
}

func judgeUpdates(f *Facts, _ Parameters) Result {
	if f.History == nil || f.Updates == nil {
		return uncollected("what the build steps ran")
	}
	if hits := f.Updates.Hits; len(hits) > 0 {
		var lines []string
		for _, h := range hits {
			lines = append(lines, fmt.Sprintf("history row %d: %q, and no install after it in the same RUN", h.Row, h.Command))
		}
		return Result{Fail, lines, OriginUnknown}
	}
	if f.History.Unclear != "" {
		return Result{Unknown, []string{f.History.Unclear}, OriginUnknown}
	}
	if notes := f.Updates.Unclear; len(notes) > 0 {
		var lines []string
		for _, n := range notes {
			lines = append(lines, fmt.Sprintf("history row %d: %s", n.Row, n.Why))
		}
		return Result{Unknown, lines, OriginUnknown}
	}
	return Result{Pass, []string{"no RUN in the history refreshes a package index alone"}, OriginOwn}
}
