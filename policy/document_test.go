package policy

import (
	"fmt"
	"strings"
	"testing"
)

// TestS8_OneKeyUnderTwoNames is a load error.
func TestS8_OneKeyUnderTwoNames(t *testing.T) {
	w := newWorld(t, "release")
	w.pem["copy.pub"] = append([]byte("\n"), w.pem["release.pub"]...)
	_, err := w.parse("signers: {release: {key: release.pub}, copy: {key: copy.pub}}\n")
	if err == nil || !strings.Contains(err.Error(), "p.yaml:5:40: signers release and copy are one key") {
		t.Error(err)
	}
}

// TestS10_KeylessIsReadStrictly although this build cannot check it.
func TestS10_KeylessIsReadStrictly(t *testing.T) {
	w := newWorld(t, "release")
	keyless := "signers: {ci: {keyless: {issuer: %s, %s, trustedRoot: release.pub}}}\n"
	good, err := w.parse(fmt.Sprintf(keyless, "https://i.example", `identityRegexp: 'https://github\.com/acme/.*'`))
	if err != nil || len(good.Unsupported()) != 1 || good.Unsupported()[0].Kind != SignerKeyless {
		t.Fatal(good, err)
	}
	for _, tt := range []struct{ issuer, rest, want string }{
		{"http://i.example", "identity: a", "not an https URL"},
		{"https://i.example", "identity: a, identityRegexp: b", "exactly one of"},
		{"https://i.example", "repository: https://a.example", "exactly one of"},
		{"https://i.example", "identityRegexp: '.*'", "matches anybody"},
		{"https://i.example", "identityRegexp: 'a|'", "matches anybody"},
		{"https://i.example", "identityRegexp: '('", "missing closing"},
		{"https://i.example", "identity: a, repository: acme", "not an https URL"},
	} {
		if _, err := w.parse(fmt.Sprintf(keyless, tt.issuer, tt.rest)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v", tt, err)
		}
	}
	trust := "signers: {old: {contentTrust: {server: https://n.example, root: {%s}, roles: [%s]}}}\n"
	if _, err := w.parse(fmt.Sprintf(trust, "certificateID: \""+strings.Repeat("ab", 32)+"\"", "targets/releases")); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct{ root, roles, want string }{
		{"certificateID: \"3f5c\"", "targets", "64 lower-case hex"},
		{"certificateID: aa, ca: release.pub", "targets", "exactly one of"},
		{"ca: release.pub", "root", "neither targets"},
	} {
		if _, err := w.parse(fmt.Sprintf(trust, tt.root, tt.roles)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v", tt, err)
		}
	}
}

// TestS5_DigestCoversReferencedFiles: any byte of the policy or of a file it
// names changes it, and nothing else does.
func TestS5_DigestCoversReferencedFiles(t *testing.T) {
	body := "rules: []\nregistries: {a.example: {ca: ca.crt}}\n"
	w := newWorld(t, "release")
	w.pem["ca.crt"] = []byte("one")
	first, again := w.doc(body), w.doc(body)
	if first.Digest != again.Digest || !strings.HasPrefix(string(first.Digest), "sha256:") {
		t.Errorf("%s and %s", first.Digest, again.Digest)
	}
	w.pem["ca.crt"] = []byte("two")
	if d := w.doc(body); d.Digest == first.Digest {
		t.Error("a referenced file does not change the digest")
	}
	w.pem["ca.crt"] = []byte("one")
	w.pem["unused.crt"] = []byte("x")
	if d := w.doc(body); d.Digest != first.Digest {
		t.Error("a file nobody names changes the digest")
	}
	if d := w.doc(body + "# comment\n"); d.Digest == first.Digest {
		t.Error("a comment does not change the digest")
	}
	if a, b := digestAll([]byte("ab"), map[string][]byte{"c": nil}), digestAll([]byte("a"), map[string][]byte{"bc": nil}); a == b {
		t.Error("bytes can move from one file to the next")
	}
}

func TestReferencesNeedOpen(t *testing.T) {
	_, err := Parse([]byte(minimal+"signers: {a: {key: a.pub}}\n"), Source{})
	if err == nil || !strings.Contains(err.Error(), "may not reference files") {
		t.Error(err)
	}
}

// TestContractExample reads the document of the manual.
func TestContractExample(t *testing.T) {
	w := newWorld(t, "release")
	w.pem["keys/release.pub"], w.pem["trusted_root.json"] = w.pem["release.pub"], []byte("{}")
	src := `apiVersion: pratique.dev/v1
kind: Policy
metadata: {name: production, serial: 12}
default: deny
signers:
  release: {key: keys/release.pub}
  ci:
    keyless:
      issuer: https://token.actions.githubusercontent.com
      identity: https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main
      repository: https://github.com/acme/app
      trustedRoot: trusted_root.json
rules:
  - name: apps
    images: ["registry.acme.example/apps/**"]
    mode: enforce
    platforms: all
    signatures: {anyOf: [release], threshold: 1}
    attestations:
      - predicate: cis-docker-image
        anyOf: [ci]
        maxAge: 168h
        time: claimed
        profile: cis-l1
        except: [{control: "4.8", reason: "busybox needs su", until: 2027-01-31}]
    run: {profile: starter, except: []}
registries:
  "127.0.0.1:5000": {http: true}
`
	d, err := Parse([]byte(src), Source{File: "p.yaml", Open: w.open})
	if err != nil {
		t.Fatal(err)
	}
	n := d.Needs("registry.acme.example/apps/web")
	if !n.Config || !n.Signatures || !n.Attestations || len(n.Unsupported) != 1 || n.Unsupported[0] != "ci" {
		t.Errorf("%+v", n)
	}
	if d.Registries[0].Host != "127.0.0.1:5000" || !d.Registries[0].HTTP {
		t.Errorf("%+v", d.Registries)
	}
}

func FuzzPolicy(f *testing.F) {
	w := &world{pem: map[string][]byte{}}
	w.pem["cosign.pub"], _ = newKey(f)
	f.Add(Starter())
	f.Add([]byte(minimal + "registries: {a.example: {http: true}}\n"))
	f.Add([]byte(minimal + "rules: [{name: a, images: [\"**\"], mode: warn, until: 2027-01-31, run: {profile: starter}}]\n"))
	f.Add([]byte(minimal + "signers: {a: {key: cosign.pub}}\nfloor: {attestations: [{predicate: vuln, anyOf: [a], vulnerabilities: {maxSeverity: low, ignore: [{id: x, reason: y, until: 2027-01-31}]}, vex: {anyOf: [a]}}]}\n"))
	f.Add([]byte(minimal + "signers: {a: {key: cosign.pub}}\nfloor: {attestations: [{predicate: cis-docker-image, anyOf: [a], base: {profile: starter}, parameters: {allowedBases: [\"debian/*\"], allowedSetuid: [{path: /a, mode: \"4755\"}]}}]}\n"))
	f.Add([]byte("---\n---\na: [[[{{ &x *x !!str <<: 1"))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := Parse(src, Source{File: "p.yaml", Open: w.open})
		if err != nil {
			if d != nil {
				t.Fatal("a document with an error")
			}
			return
		}
		again, err := Parse(src, Source{File: "p.yaml", Open: w.open})
		if err != nil || again.Digest != d.Digest || string(again.YAML()) != string(src) {
			t.Fatalf("read twice: %v", err)
		}
		Lint(d, now)
		if got := Evaluate(d, Input{Now: now}); got.Verdict != Deny {
			t.Fatalf("nothing at all is %s", got.Verdict)
		}
	})
}
