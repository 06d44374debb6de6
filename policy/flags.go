package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// FlagsRule is the name of the rule that flags make.
const FlagsRule = "flags"

// FlagKey is a public key file as it was given, and what is in it.
type FlagKey struct {
	File string
	PEM  []byte
}

// Flags are what cosign's flags say of one verification.
type Flags struct {
	// Keys are the keys any of which may have signed.
	Keys []FlagKey
	// Types ask for attestations as well: words of cosign's --type,
	// cis-docker-image, or URIs.
	Types []string
	// Annotations must be in the signature.
	Annotations map[string]string
}

// FromFlags makes the policy of one rule that flags stand for. It is made by
// way of its text, so that what is enforced is what YAML prints and policy
// init writes. Errors are Problems.
func FromFlags(f Flags) (*Document, error) {
	open := func(path string) ([]byte, error) {
		for _, k := range f.Keys {
			if k.File == path {
				return k.PEM, nil
			}
		}
		return nil, fmt.Errorf("not given by a flag")
	}
	return Parse([]byte(flagsText(f)), Source{File: "flags", Open: open})
}

func flagsText(f Flags) string {
	var b strings.Builder
	quoted := strconv.QuoteToASCII
	fmt.Fprintf(&b, "apiVersion: pratique.dev/v1\nkind: Policy\nmetadata: {name: %s}\ndefault: deny\nsigners:\n", FlagsRule)
	var names []string
	for i, k := range f.Keys {
		name := "key"
		if len(f.Keys) > 1 {
			name += strconv.Itoa(i + 1)
		}
		names = append(names, name)
		fmt.Fprintf(&b, "  %s: {key: %s}\n", name, quoted(k.File))
	}
	anyOf := "anyOf: [" + strings.Join(names, ", ") + "]"
	fmt.Fprintf(&b, "rules:\n  - name: %s\n    images: [\"**\"]\n    signatures:\n      %s\n", FlagsRule, anyOf)
	if len(f.Annotations) > 0 {
		b.WriteString("      annotations:\n")
	}
	for _, key := range slices.Sorted(maps.Keys(f.Annotations)) {
		fmt.Fprintf(&b, "        %s: %s\n", quoted(key), quoted(f.Annotations[key]))
	}
	if len(f.Types) > 0 {
		b.WriteString("    attestations:\n")
	}
	for _, kind := range f.Types {
		fmt.Fprintf(&b, "      - predicate: %s\n        %s\n        time: claimed # without a log only the signer's own clock says when\n", quoted(kind), anyOf)
		if types, err := predicateTypes(kind); err == nil && slices.ContainsFunc(types, isScan) {
			b.WriteString("        # vulnerabilities: {maxSeverity: high} # without it what the scan found is not judged\n")
		}
	}
	return b.String()
}

// Starter is the commented policy that policy init writes. It is a policy once
// the key file it names, cosign.pub, is beside it.
func Starter() []byte { return []byte(starterText) }

const starterText = `# Who may vouch for which image. Check it: pratique policy lint
apiVersion: pratique.dev/v1
kind: Policy
metadata:
  name: starter
  serial: 1                  # raise it with every change; a lower one is refused

default: deny                # for images no rule below matches: deny, warn or allow

signers:                     # named once, used by name below
  release:
    key: cosign.pub          # PEM public key, relative to this file
  # older:
  #   key: older.pub
  #   notAfter: 2027-01-31   # counts after that day only if proven to be older
  #   revoked: true          # never counts

# floor:                     # asked of every image, whatever rule matches
#   signatures: {anyOf: [release]}

rules:                       # the most specific pattern wins
  - name: everything
    images: ["**"]           # such as registry.example/apps/** or docker.io/library/*
    # mode: warn             # only warn where evidence is missing, until a day
    # until: 2027-01-31
    # platforms: [linux/amd64]   # judge only what is run; all by default
    signatures:
      anyOf: [release]
      threshold: 1
    attestations:
      - predicate: cis-docker-image
        anyOf: [release]
        maxAge: 30d
        time: claimed        # a key without a log: the signer's own clock counts
        profile: starter     # starter, cis-l1 or cis-l2
        # except:
        #   - {control: "4.6", reason: "checked from outside", until: 2027-01-31}
        # base: {profile: starter}       # another standard for what the base image brings
        # parameters:                    # your own allow and deny lists
        #   allowedBases: ["docker.io/library/*"]
      # - predicate: vuln    # pratique attest --type vuln --predicate trivy.json
      #   anyOf: [release]
      #   maxAge: 7d
      #   time: claimed
      #   vulnerabilities:
      #     maxSeverity: high    # high, medium, low, negligible or none
      #     fixableOnly: true
      #     maxDatabaseAge: 7d
      #     ignore:
      #       - {id: CVE-2026-1234, reason: "the module is not loaded", until: 2027-01-31}
      #   vex: {anyOf: [release]}   # whose OpenVEX statements count

# registries:
#   "registry.example:5000": {ca: ca.crt}
`
