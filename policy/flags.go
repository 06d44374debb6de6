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

// Flags are what cosign's flags say of one verification.
type Flags struct {
	// Key is the public key file as it was given; PEM is what is in it.
	Key string
	PEM []byte
	// Type asks for an attestation as well: a word of cosign's --type,
	// cis-docker-image, or a URI.
	Type string
	// Annotations must be in the signature.
	Annotations map[string]string
}

// FromFlags makes the policy of one rule that flags stand for. It is made by
// way of its text, so that what is enforced is what YAML prints and policy
// init writes.
func FromFlags(f Flags) (*Document, error) {
	open := func(path string) ([]byte, error) {
		if path != f.Key {
			return nil, fmt.Errorf("not given by a flag")
		}
		return f.PEM, nil
	}
	return Parse([]byte(flagsText(f)), Source{File: "flags", Open: open})
}

func flagsText(f Flags) string {
	var b strings.Builder
	quoted := strconv.QuoteToASCII
	fmt.Fprintf(&b, `apiVersion: pratique.dev/v1
kind: Policy
metadata: {name: %s}
default: deny
signers:
  key: {key: %s}
rules:
  - name: %s
    images: ["**"]
    signatures:
      anyOf: [key]
`, FlagsRule, quoted(f.Key), FlagsRule)
	if len(f.Annotations) > 0 {
		b.WriteString("      annotations:\n")
	}
	for _, key := range slices.Sorted(maps.Keys(f.Annotations)) {
		fmt.Fprintf(&b, "        %s: %s\n", quoted(key), quoted(f.Annotations[key]))
	}
	if f.Type != "" {
		fmt.Fprintf(&b, `    attestations:
      - predicate: %s
        anyOf: [key]
        time: claimed    # without a log only the signer's own clock says when
`, quoted(f.Type))
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

# registries:
#   "registry.example:5000": {ca: ca.crt}
`
