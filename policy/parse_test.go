package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const minimal = `apiVersion: pratique.dev/v1
kind: Policy
metadata: {name: test}
default: deny
`

// TestThreat127_StrictReading: what a YAML reader would take, drop or bend is
// an error with its line, and no document comes back.
func TestThreat127_StrictReading(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"empty", "", "documents"},
		{"only comments", "# nothing\n", "documents"},
		{"second document", minimal + "---\ndefault: allow\n", "p.yaml:5:1: a second YAML document"},
		{"second document, first empty", "---\n---\n" + minimal, "p.yaml:2:1: a second YAML document"},
		{"text after end", minimal + "...\ndefault: allow\n", "p.yaml:6:1: text after the end"},
		{"directive", "%YAML 1.2\n---\n" + minimal, "directives"},
		{"duplicate key", minimal + "default: allow\n", `p.yaml:5:1: key "default" is there already at line 4`},
		{"folded key", minimal + "Default: allow\n", `p.yaml:5:1: key "Default" is there already at line 4`},
		{"folded signer", minimal + "signers: {a: {key: a.pub}, A: {key: b.pub}}\n", `"A" is there already`},
		{"unknown key", minimal + "rulez: []\n", `p.yaml:5:1: unknown key "rulez"; did you mean "rules"?`},
		{"unknown nested key", minimal + "signers:\n  a: {kye: a.pub}\n", `p.yaml:6:7: unknown key "kye"; did you mean "key"?`},
		{"missing default", "apiVersion: pratique.dev/v1\nkind: Policy\nmetadata: {name: x}\n", `"default" is missing`},
		{"unquoted no", strings.Replace(minimal, "name: test", "name: no", 1), `p.yaml:3:18: unquoted no is not text`},
		{"unquoted On", strings.Replace(minimal, "name: test", "name: On", 1), `unquoted On`},
		{"unquoted number", strings.Replace(minimal, "name: test", "name: 1.10", 1), `write "1.10" in quotes`},
		{"null", strings.Replace(minimal, "name: test", "name: ~", 1), "no value"},
		{"empty value", strings.Replace(minimal, "default: deny", "default:", 1), "no value"},
		{"empty text", strings.Replace(minimal, "name: test", `name: " "`, 1), "empty text"},
		{"serial as text", strings.Replace(minimal, "name: test", `name: test, serial: "1"`, 1), "whole number"},
		{"serial octal", strings.Replace(minimal, "name: test", `name: test, serial: 012`, 1), "whole number"},
		{"serial underscore", strings.Replace(minimal, "name: test", `name: test, serial: 1_2`, 1), "whole number"},
		{"serial negative", strings.Replace(minimal, "name: test", `name: test, serial: -2`, 1), "negative"},
		{"serial too large", strings.Replace(minimal, "name: test", `name: test, serial: 99999999999999999999`, 1), "whole number"},
		{"number key", minimal + "registries: {5: {http: true}}\n", "is not text"},
		{"bool as word", minimal + "registries: {a.example: {http: yes}}\n", "want true or false"},
		{"bool quoted", minimal + "registries: {a.example: {http: \"true\"}}\n", "want true or false"},
		{"anchor", strings.Replace(minimal, "default: deny", "default: &a deny", 1), "anchors"},
		{"alias", minimal + "floor: *a\n", "anchors"},
		{"merge key", minimal + "signers: {<<: {a: b}}\n", "merge keys"},
		{"tag", strings.Replace(minimal, "default: deny", "default: !!str deny", 1), "tags"},
		{"list for text", strings.Replace(minimal, "default: deny", "default: [deny]", 1), "want text here, not a list"},
		{"text for list", minimal + "rules: all\n", "want a list"},
		{"text for mapping", minimal + "signers: all\n", "want a mapping"},
		{"list for mapping", minimal + "signers: [a]\n", "want a mapping here, not a list"},
		{"other default", strings.Replace(minimal, "default: deny", "default: denny", 1), `did you mean "deny"?`},
		{"other version", strings.Replace(minimal, "/v1", "/v2", 1), "not one of pratique.dev/v1"},
		{"other kind", strings.Replace(minimal, "Policy", "policy", 1), "not one of Policy"},
		{"invalid UTF-8", minimal + "# \xff\n", "p.yaml:5:3: invalid UTF-8"},
		{"hidden character", minimal + "# \u202e\n", "invisible"},
		{"line indented too far", strings.Replace(minimal, "{name: test}", "\n  name: test\n    - serial: 5", 1), "p.yaml:4:9: unquoted text goes on"},
		{"comma forgotten", strings.Replace(minimal, "name: test", "name: test serial: 5", 1), "unquoted text goes on"},
		{"brackets crossed", minimal + "rules: [name: a}]\n", "unquoted text goes on"},
		{"tab in a key", minimal + "def\tault: allow\n", "unquoted text goes on"},
		{"byte order mark", "\ufeff" + minimal, "byte order mark"},
		{"NUL", minimal + "# \x00\n", "invisible"},
		{"bare carriage return", minimal + "# \r default: allow\n", "invisible"},
		{"broken", minimal + "rules: [\n", "p.yaml:"},
		{"tab", minimal + "rules:\n\t- a\n", "p.yaml:6:1"},
		{"not a mapping", "- a\n", "want a mapping"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse([]byte(tt.src), Source{File: "p.yaml"})
			var list Problems
			if d != nil || !errors.As(err, &list) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v; want %q", d, err, tt.want)
			}
		})
	}
}

// TestThreat92_BombsAreRefusedBeforeParsing: size, nesting and line length are
// looked at before the library is.
func TestThreat92_BombsAreRefusedBeforeParsing(t *testing.T) {
	bomb := "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
	nested := ""
	for i := range 40 {
		nested += strings.Repeat(" ", i) + "a:\n"
	}
	for _, tt := range []struct{ name, src, want string }{
		{"size", strings.Repeat("# x\n", 1<<18+1), "larger than"},
		{"flow depth", "a: " + strings.Repeat("[", 1000), "nested deeper"},
		{"flow depth closed", "a: " + strings.Repeat("{a: ", 100) + "1" + strings.Repeat("}", 100), "nested deeper"},
		{"line", "a: " + strings.Repeat("- ", maxLine), "line longer"},
		{"block depth", nested, "nested deeper"},
		{"tokens", strings.Repeat("a: b\n", maxTokens), "YAML tokens"},
		{"aliases", bomb, "anchors"},
	} {
		if _, err := Parse([]byte(tt.src), Source{File: "p.yaml"}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	many := minimal + "registries:\n"
	for i := range 2000 {
		many += fmt.Sprintf("  h%d.example: {http: true}\n", i)
	}
	if _, err := Parse([]byte(many), Source{}); err != nil {
		t.Error(err)
	}
}

// TestThreat128_NothingEmptyMeansAnything: empty lists, unreachable
// thresholds and rules that ask for nothing are load errors (S3).
func TestThreat128_NothingEmptyMeansAnything(t *testing.T) {
	rule := func(body string) string {
		return "rules:\n  - name: apps\n    images: [\"registry.example/**\"]\n" + body
	}
	for _, tt := range []struct{ name, body, want string }{
		{"rule without evidence", rule(""), "at least one of signatures"},
		{"floor without evidence", "floor: {}\n", "at least one of signatures"},
		{"no images", "rules: [{name: a, images: [], run: {profile: starter}}]\n", "must not be empty"},
		{"no signers in anyOf", rule("    signatures: {anyOf: []}\n"), "must not be empty"},
		{"no attestations", rule("    attestations: []\n"), "must not be empty"},
		{"no platforms", rule("    platforms: []\n    signatures: {anyOf: [release]}\n"), "must not be empty"},
		{"threshold 0", rule("    signatures: {anyOf: [release], threshold: 0}\n"), "at least 1"},
		{"threshold -1", rule("    signatures: {anyOf: [release], threshold: -1}\n"), "at least 1"},
		{"threshold too high", rule("    signatures: {anyOf: [release], threshold: 2}\n"), "never be met"},
		{"name twice", rule("    signatures: {anyOf: [release, release], threshold: 2}\n"), "is there twice"},
		{"unknown signer", rule("    signatures: {anyOf: [relaese]}\n"), `did you mean "release"?`},
		{"rule name twice", rule("    run: {}\n") + "  - {name: apps, images: [\"other.example/**\"], run: {}}\n", "is taken"},
		{"rule called floor", "rules: [{name: floor, images: [\"a.example/**\"], run: {}}]\n", "is taken"},
		{"other mode", rule("    mode: audit\n    run: {}\n"), "not one of enforce, warn"},
		{"until without warn", rule("    until: 2027-01-31\n    run: {}\n"), "until is for mode: warn"},
		{"bad until", rule("    mode: warn\n    until: 31.1.2027\n    run: {}\n"), "is not a day"},
		{"bad platform", rule("    platforms: [linux]\n    run: {}\n"), "os/arch"},
		{"platform twice", rule("    platforms: [linux/amd64, linux/amd64]\n    run: {}\n"), "twice"},
		{"other platforms", rule("    platforms: some\n    run: {}\n"), "all, host, or a list"},
		{"bad predicate", rule("    attestations: [{predicate: cis-docker-imgae, anyOf: [release]}]\n"), `did you mean "cis-docker-image"?`},
		{"profile for sbom", rule("    attestations: [{predicate: spdxjson, anyOf: [release], profile: starter}]\n"), "for predicate cis-docker-image only"},
		{"same attestation twice", rule("    attestations: [{predicate: spdx, anyOf: [release]}, {predicate: spdxjson, anyOf: [release]}]\n"), "twice"},
		{"bad age", rule("    attestations: [{predicate: spdx, anyOf: [release], maxAge: 1 week}]\n"), "not a duration"},
		{"no age", rule("    attestations: [{predicate: spdx, anyOf: [release], maxAge: 0h}]\n"), "more than nothing"},
		{"long age", rule("    attestations: [{predicate: spdx, anyOf: [release], maxAge: 999999h}]\n"), "ten years"},
		{"except without reason", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: \"4.6\", until: 2027-01-31}]}]\n"), `"reason" is missing`},
		{"except without until", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: \"4.6\", reason: x}]}]\n"), `"until" is missing`},
		{"except unquoted", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: 4.10, reason: x, until: 2027-01-31}]}]\n"), `write "4.10" in quotes`},
		{"except unknown control", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: \"4.12\", reason: x, until: 2027-01-31}]}]\n"), "4.1 to 4.11"},
		{"except odd control", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: \"4.01\", reason: x, until: 2027-01-31}]}]\n"), "4.1 to 4.11"},
		{"except section 5 in an audit", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: \"5.1\", reason: x, until: 2027-01-31}]}]\n"), "4.1 to 4.11"},
		{"except section 4 in run", rule("    run: {except: [{control: \"4.1\", reason: x, until: 2027-01-31}]}\n"), "5.1 to 5.31"},
		{"except bad day", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: \"4.6\", reason: x, until: 2027-02-30}]}]\n"), "is not a day"},
		{"except bad image", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], except: [{control: \"4.6\", reason: x, until: 2027-02-03, image: nginx}]}]\n"), "docker.io/library/nginx"},
		{"bad control effect", rule("    attestations: [{predicate: cis-docker-image, anyOf: [release], controls: {\"4.6\": ignore}}]\n"), "not one of deny, warn, none"},
		{"bad signedAs", rule("    signatures: {anyOf: [release], signedAs: [nginx]}\n"), "docker.io/library/nginx"},
		{"tag in signedAs", rule("    signatures: {anyOf: [release], signedAs: [\"a.example/b:1\"]}\n"), "without a tag"},
		{"bad registry host", "registries: {\"https://a.example\": {http: true}}\n", "not a host"},
		{"http with ca", "registries: {a.example: {http: true, ca: release.pub}}\n", "has no CA"},
		{"bad realm", "registries: {a.example: {tokenRealms: [\"https://auth.example\"]}}\n", "not a host"},
		{"missing file", "signers: {a: {key: missing.pub}}\n", `p.yaml:5:20: file "missing.pub": no such file`},
		{"private signer name", "signers: {\"a b\": {key: release.pub}}\n", "signer name"},
		{"two kinds", "signers: {a: {key: release.pub, keyless: {issuer: https://i.example, identity: x, trustedRoot: release.pub}}}\n", "exactly one of"},
		{"no kind", "signers: {a: {revoked: true}}\n", "exactly one of"},
		{"window turned round", "signers: {a: {key: release.pub, notBefore: 2027-01-01, notAfter: 2026-01-01}}\n", "not later"},
		{"notAfter without end", "signers: {a: {key: release.pub, notAfter: '0001-01-01T00:00:00Z'}}\n", "is not a time"}, // S12
		{"bad notAfter", "signers: {a: {key: release.pub, notAfter: soon}}\n", "is not a time"},
		{"log no", "signers: {a: {key: release.pub, log: optional}}\n", "not one of required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "release")
			if d, err := w.parse(tt.body); d != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
