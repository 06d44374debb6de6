//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/e2e/lab"
)

// How each cosign is asked. The empty trusted root is what cosign 2 wants for bundles, and keeps both
// from looking for one on the network.
const (
	check      = " --insecure-ignore-tlog --trusted-root $ROOT --key $PUB "
	testResult = "--type https://in-toto.io/attestation/test-result/v0.1 "
)

// TestCosignAccepts_WhatPratiqueSigned: both cosigns verify our signatures in both formats.
func TestCosignAccepts_WhatPratiqueSigned(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		for _, row := range []struct{ name, sign, verify string }{
			{"tag, cosign 2", "pratique sign --key $KEY --format tag $IMAGE", "cosign2 verify" + check + "$IMAGE"},
			{"tag, cosign 3", "pratique sign --key $KEY --format tag $IMAGE", "cosign3 verify" + check + "$IMAGE"},
			{"bundle, cosign 2", "pratique sign --key $KEY --format bundle $IMAGE", "cosign2 verify" + check + "--new-bundle-format $IMAGE"},
			{"bundle, cosign 3", "pratique sign --key $KEY --format bundle $IMAGE", "cosign3 verify" + check + "$IMAGE"},
			{"annotation, cosign 2", "pratique sign --key $KEY --format tag -a build=42 $IMAGE", "cosign2 verify" + check + "-a build=42 $IMAGE"},
			{"by digest, cosign 3", "pratique sign --key $KEY $PINNED", "cosign3 verify" + check + "$PINNED"},
		} {
			t.Run(row.name, func(t *testing.T) {
				s := newSite(t, kind, lab.Image{})
				s.must(row.sign, row.verify, "pratique verify --key $PUB $IMAGE")
				if r := s.run(strings.Replace(row.verify, "$PUB", "$OTHERPUB", 1)); r.Exit == 0 {
					t.Errorf("cosign accepts another key: %s", r)
				}
			})
		}
	})
}

// TestCosignAccepts_WhatPratiqueAttested: both cosigns verify our audits in both formats, and read
// the statement we meant.
func TestCosignAccepts_WhatPratiqueAttested(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		for _, row := range []struct{ name, attest, verify string }{
			{"tag, cosign 2", "pratique attest --key $KEY --format tag $IMAGE", "cosign2 verify-attestation" + check + testResult + "$IMAGE"},
			{"tag, cosign 3", "pratique attest --key $KEY --format tag $IMAGE", "cosign3 verify-attestation" + check + testResult + "$IMAGE"},
			{"bundle, cosign 2", "pratique attest --key $KEY --format bundle $IMAGE", "cosign2 verify-attestation" + check + testResult + "--new-bundle-format $IMAGE"},
			{"bundle, cosign 3", "pratique attest --key $KEY --format bundle $IMAGE", "cosign3 verify-attestation" + check + testResult + "$IMAGE"},
		} {
			t.Run(row.name, func(t *testing.T) {
				s := newSite(t, kind, lab.Image{})
				s.must(row.attest)
				r := s.run(row.verify)
				if r.Exit != 0 {
					t.Fatalf("cosign refuses: %s", r)
				}
				if !strings.Contains(string(r.Stdout), `"payloadType":"application/vnd.in-toto+json"`) {
					t.Errorf("cosign prints no statement: %s", r)
				}
				s.must("pratique sign --key $KEY $IMAGE", "pratique verify --key $PUB --type cis-docker-image $IMAGE")
			})
		}
	})
}

// TestAttest_SignsTheTruthAboutABadImage: a bad image gets its audit, and the audit says no.
func TestAttest_SignsTheTruthAboutABadImage(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		const secret = "hunter2-do-not-copy"
		s := newSite(t, kind, lab.Image{Root: true, Secret: secret})
		attest := s.run("pratique attest --key $KEY $IMAGE")
		if attest.Exit != 3 {
			t.Fatalf("attest of a bad image: want status 3: %s", attest)
		}
		s.must("pratique sign --key $KEY $IMAGE")
		r := s.run("cosign3 verify-attestation" + check + testResult + "$IMAGE")
		if r.Exit != 0 {
			t.Fatalf("cosign refuses the audit: %s", r)
		}
		exit, d, verify := s.decide("pratique verify --key $PUB --type cis-docker-image $IMAGE")
		if exit != 3 || d.Verdict != "deny" {
			t.Errorf("want a denial: %s", verify)
		}
		for _, said := range []lab.Result{attest, r, verify} {
			if strings.Contains(string(said.Stdout)+string(said.Stderr), secret) {
				t.Errorf("the secret is shown: %s", said.Command)
			}
		}
	})
}

// TestKeys_WorkBothWays: cosign uses our key files and we use cosign's.
func TestKeys_WorkBothWays(t *testing.T) {
	for _, row := range []struct{ name, make, key, pub string }{
		{"ours, P-256", "pratique keys generate --output-key-prefix $DIR/k", "$DIR/k.key", "$DIR/k.pub"},
		{"cosign 2", "cosign2 generate-key-pair --output-key-prefix $DIR/k", "$DIR/k.key", "$DIR/k.pub"},
		{"cosign 3", "cosign3 generate-key-pair --output-key-prefix $DIR/k", "$DIR/k.key", "$DIR/k.pub"},
		{"cosign's, imported by us", "pratique keys import --key $KEY --output-key-prefix $DIR/k", "$DIR/k.key", "$DIR/k.pub"},
		{"PKCS#8, imported by us", "pratique keys import --key $DIR/plain.pem --output-key-prefix $DIR/k", "$DIR/k.key", "$DIR/k.pub"},
		{"PKCS#8, imported by cosign", "cosign3 import-key-pair --key $DIR/plain.pem --output-key-prefix $DIR/k", "$DIR/k.key", "$DIR/k.pub"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSite(t, referrersAPI, lab.Image{})
			if _, err := lab.NewSigner(s.words["DIR"] + "/plain"); err != nil {
				t.Fatal(err)
			}
			s.must(row.make)
			info, err := os.Stat(os.Expand(row.key, func(string) string { return s.words["DIR"] }))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("private key has mode %v, %v", info.Mode(), err)
			}
			use := strings.NewReplacer("$KEY", row.key, "$PUB", row.pub)
			for _, line := range []string{
				"cosign2 sign" + plain2 + "$IMAGE", "pratique verify --key $PUB $IMAGE",
				"pratique sign --key $KEY --format bundle $IMAGE", "cosign3 verify" + check + "$IMAGE",
			} {
				s.must(use.Replace(line))
			}
			if r := s.run("pratique verify --key $OTHERPUB $IMAGE"); r.Exit != 3 {
				t.Errorf("another key: want status 3: %s", r)
			}
			same(t, s.run(use.Replace("pratique keys public --key $KEY")), s.run(use.Replace("cosign2 public-key --key $KEY")))
		})
	}
}

func same(t *testing.T, ours, theirs lab.Result) {
	t.Helper()
	if ours.Exit != 0 || theirs.Exit != 0 || strings.TrimSpace(string(ours.Stdout)) != strings.TrimSpace(string(theirs.Stdout)) {
		t.Errorf("the public keys differ:\n%s\n%s", ours, theirs)
	}
}

// TestAttest_TwentyAtOnceLoseNothing: twenty processes attest one image at the same time, and every
// one that reported success is there afterwards.
func TestAttest_TwentyAtOnceLoseNothing(t *testing.T) {
	const writers = 20
	onBoth(t, func(t *testing.T, kind string) {
		for _, format := range []string{"tag", "bundle"} {
			t.Run(format, func(t *testing.T) {
				s := newSite(t, kind, lab.Image{})
				results := make(chan lab.Result)
				for range writers {
					go func() { results <- s.run("pratique attest --key $KEY --format " + format + " $IMAGE") }()
				}
				for range writers {
					if r := <-results; r.Exit != 0 {
						t.Errorf("want success: %s", r)
					}
				}
				r := s.run("pratique inspect --key $PUB -o json $IMAGE")
				var d decision
				if err := json.Unmarshal(r.Stdout, &d); err != nil {
					t.Fatalf("%v\n%s", err, r)
				}
				statements := map[string]bool{}
				for _, e := range d.Evidence {
					if e.Kind == "attestation" && e.Format == "cosign-"+format && e.Signer != "" {
						statements[e.Location] = true
					}
				}
				if len(statements) != writers {
					t.Errorf("%d attestations are there, want %d", len(statements), writers)
				}
			})
		}
	})
}
