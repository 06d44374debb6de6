package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/vuln"
)

// AuditPredicate is how a policy names a CIS audit: the test-result type with
// our extension (S14).
const AuditPredicate = "cis-docker-image"

// predicateAliases are the words of cosign's --type, as in cosign v2.6.5
// cmd/cosign/cli/options/predicate.go.
func predicateAliases() map[string]string {
	return map[string]string{
		AuditPredicate:     attest.PredicateType,
		"custom":           "https://cosign.sigstore.dev/attestation/v1",
		"slsaprovenance":   "https://slsa.dev/provenance/v0.2",
		"slsaprovenance02": "https://slsa.dev/provenance/v0.2",
		"slsaprovenance1":  "https://slsa.dev/provenance/v1",
		"spdx":             "https://spdx.dev/Document",
		"spdxjson":         "https://spdx.dev/Document",
		"cyclonedx":        "https://cyclonedx.org/bom",
		"link":             "https://in-toto.io/Link/v1",
		"vuln":             vuln.TypeCosignVuln,
		"openvex":          openVEX,
	}
}

// openVEX is what cosign calls OpenVEX, whatever its version; other tools put
// the version behind it.
const openVEX = "https://openvex.dev/ns"

// predicateTypes are the types that satisfy what a policy asks for. A URI is
// itself alone; a name of something that several tools write under different
// types is all of them.
func predicateTypes(s string) ([]string, error) {
	uri, err := PredicateURI(s)
	switch {
	case err != nil:
		return nil, err
	case s == "vuln":
		return scanTypes(), nil
	case s == "openvex":
		return []string{openVEX, vuln.TypeOpenVEX}, nil
	}
	return []string{uri}, nil
}

// scanTypes are the types of scan results.
func scanTypes() []string {
	return []string{vuln.TypeCosignVuln, vuln.TypeVulnsV01, vuln.TypeVulnsV02}
}

func isScan(predicateType string) bool { return slices.Contains(scanTypes(), predicateType) }

func isVEX(predicateType string) bool {
	return predicateType == openVEX || strings.HasPrefix(predicateType, openVEX+"/")
}

// PredicateURI turns what a policy or --type says into a predicate type: one of
// cosign's words, cis-docker-image, or a URI as it is.
func PredicateURI(s string) (string, error) {
	aliases := predicateAliases()
	if uri, ok := aliases[s]; ok {
		return uri, nil
	}
	scheme, rest, ok := strings.Cut(s, ":")
	clean := strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
	if !ok || !clean || scheme == "" || strings.Trim(rest, "/") == "" || len(s) > maxPattern || strings.ContainsAny(s, " \t\r\n\"<>\\^`{|}") {
		known := make([]string, 0, len(aliases))
		for name := range aliases {
			known = append(known, name)
		}
		return "", fmt.Errorf("predicate %q is neither a URI nor a known name; %s", s, suggest(s, sorted(known)))
	}
	return s, nil
}
