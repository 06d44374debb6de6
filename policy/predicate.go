package policy

import (
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/attest"
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
		"vuln":             "https://cosign.sigstore.dev/attestation/vuln/v1",
		"openvex":          "https://openvex.dev/ns",
	}
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
