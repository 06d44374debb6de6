package vuln

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// trivyURI is the package URL by which trivy's own predicates name it.
const trivyURI = "pkg:github/aquasecurity/trivy"

// trivyReport is what we read of trivy's JSON, schema 2.
type trivyReport struct {
	SchemaVersion int    `json:"SchemaVersion"`
	CreatedAt     string `json:"CreatedAt"`
	ArtifactName  string `json:"ArtifactName"`
	Trivy         struct {
		Version string `json:"Version"`
	} `json:"Trivy"`
	Metadata struct {
		OS struct {
			Family string `json:"Family"`
		} `json:"OS"`
	} `json:"Metadata"`
	Results []trivyResult `json:"Results"`
}

type trivyResult struct {
	Class           string         `json:"Class"`
	Vulnerabilities []trivyFinding `json:"Vulnerabilities"`
}

type trivyFinding struct {
	VulnerabilityID  string   `json:"VulnerabilityID"`
	VendorIDs        []string `json:"VendorIDs"`
	PkgName          string   `json:"PkgName"`
	InstalledVersion string   `json:"InstalledVersion"`
	FixedVersion     string   `json:"FixedVersion"`
	Severity         string   `json:"Severity"`
	PkgIdentifier    struct {
		PURL string `json:"PURL"`
	} `json:"PkgIdentifier"`
}

func parseTrivy(report []byte) (Report, error) {
	var t trivyReport
	if err := wire.Decode(report, &t); err != nil {
		return Report{}, err
	}
	if err := t.check(); err != nil {
		return Report{}, err
	}
	at, err := parseTime("CreatedAt", t.CreatedAt)
	if err != nil {
		return Report{}, err
	}
	r := Report{Scanner: "trivy", Version: t.Trivy.Version, ScannedAt: at}
	for i, result := range t.Results {
		for _, v := range result.Vulnerabilities {
			if v.VulnerabilityID == "" {
				return Report{}, fmt.Errorf("result %d: a vulnerability without identifier", i+1)
			}
			r.Findings = append(r.Findings, v.finding())
		}
	}
	return r, nil
}

// check tells a scan for vulnerabilities from other reports of trivy: without
// findings, one that looked for secrets only has the same shape.
func (t *trivyReport) check() error {
	if t.SchemaVersion != 2 {
		return fmt.Errorf("trivy's schema %d is not known", t.SchemaVersion)
	}
	if t.ArtifactName == "" && t.Results == nil {
		return errors.New("names neither an artifact nor results")
	}
	has := func(classes ...string) bool {
		return slices.ContainsFunc(t.Results, func(r trivyResult) bool {
			return len(r.Vulnerabilities) > 0 || slices.Contains(classes, r.Class)
		})
	}
	// Results of schema 2 had no class at first.
	switch {
	case len(t.Results) > 0 && !has("os-pkgs", "lang-pkgs", ""):
		return errors.New("trivy did not look for vulnerabilities")
	case t.Metadata.OS.Family != "" && !slices.ContainsFunc(t.Results, trivyResult.ofSystem):
		return errors.New("trivy did not look at the packages of the operating system")
	}
	return nil
}

// ofSystem says whether a result is for the distribution's packages. trivy has
// one whenever it looked at them, with or without vulnerabilities.
func (r trivyResult) ofSystem() bool { return r.Class == "os-pkgs" || r.Class == "" }

func (v trivyFinding) finding() Finding {
	f := Finding{
		ID: v.VulnerabilityID, Severity: ParseSeverity(v.Severity), Package: v.PkgName,
		Version: v.InstalledVersion, PURL: v.PkgIdentifier.PURL, FixedIn: v.FixedVersion,
	}
	// Identifiers of vendors stand for an advisory, which may be about several
	// vulnerabilities. GitHub has one for each.
	for _, id := range v.VendorIDs {
		if strings.HasPrefix(id, "GHSA-") {
			f.Aliases = append(f.Aliases, id)
		}
	}
	return f
}
