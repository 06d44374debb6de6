package vuln

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// grypeURI is grype's package URL.
const grypeURI = "pkg:github/anchore/grype"

// grypeReport is what we read of grype's JSON.
type grypeReport struct {
	Matches    []grypeMatch `json:"matches"`
	Descriptor struct {
		Name      string `json:"name"`
		Version   string `json:"version"`
		Timestamp string `json:"timestamp"`
		DB        struct {
			// Databases of schema 6 have the time in their status.
			Built  string `json:"built"`
			Status struct {
				Built string `json:"built"`
			} `json:"status"`
		} `json:"db"`
	} `json:"descriptor"`
}

type grypeMatch struct {
	Vulnerability struct {
		ID       string `json:"id"`
		Severity string `json:"severity"`
		Fix      struct {
			Versions []string `json:"versions"`
			State    string   `json:"state"`
		} `json:"fix"`
	} `json:"vulnerability"`
	Related []struct {
		ID string `json:"id"`
	} `json:"relatedVulnerabilities"`
	Artifact struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		PURL    string `json:"purl"`
	} `json:"artifact"`
}

func parseGrype(report []byte) (Report, error) {
	var g grypeReport
	if err := wire.Decode(report, &g); err != nil {
		return Report{}, err
	}
	if g.Matches == nil || g.Descriptor.Name != "grype" {
		return Report{}, errors.New("has no list of matches by grype")
	}
	at, err := parseTime("descriptor.timestamp", g.Descriptor.Timestamp)
	if err != nil {
		return Report{}, err
	}
	built, err := oneTime("descriptor.db.built", g.Descriptor.DB.Built, g.Descriptor.DB.Status.Built)
	if err != nil {
		return Report{}, err
	}
	r := Report{Scanner: "grype", Version: g.Descriptor.Version, ScannedAt: at, Database: built}
	for i, m := range g.Matches {
		if m.Vulnerability.ID == "" {
			return Report{}, fmt.Errorf("matches[%d]: a vulnerability without identifier", i)
		}
		r.Findings = append(r.Findings, m.finding())
	}
	return r, nil
}

func (m grypeMatch) finding() Finding {
	f := Finding{
		ID: m.Vulnerability.ID, Severity: ParseSeverity(m.Vulnerability.Severity),
		Package: m.Artifact.Name, Version: m.Artifact.Version, PURL: m.Artifact.PURL,
	}
	if m.Vulnerability.Fix.State == "fixed" {
		f.FixedIn = cmp.Or(strings.Join(m.Vulnerability.Fix.Versions, ", "), "a version it does not name")
	}
	for _, other := range m.Related {
		if other.ID != "" && other.ID != f.ID && !slices.Contains(f.Aliases, other.ID) {
			f.Aliases = append(f.Aliases, other.ID)
		}
	}
	return f
}
