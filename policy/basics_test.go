package policy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
)

// world is a handful of signers, one image, and the evidence there is for it.
type world struct {
	t     *testing.T
	pem   map[string][]byte
	ids   map[string]string
	in    Input
	amd64 verify.Digest
	arm64 verify.Digest
}

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const repo = "registry.example/apps/web"

func newWorld(t *testing.T, signers ...string) *world {
	t.Helper()
	w := &world{t: t, pem: map[string][]byte{}, ids: map[string]string{}}
	for _, name := range signers {
		w.pem[name+".pub"], w.ids[name] = newKey(t)
	}
	w.amd64, w.arm64 = verify.DigestOf([]byte("amd64")), verify.DigestOf([]byte("arm64"))
	w.in = Input{Now: now, Image: verify.Image{
		Asked: repo + ":1", Repo: repo, Tag: "1", Index: verify.DigestOf([]byte("index")),
		Platforms: []verify.PlatformImage{
			{Platform: verify.Platform{OS: "linux", Architecture: "amd64"}, Manifest: w.amd64, Config: verify.DigestOf([]byte("c1"))},
			{Platform: verify.Platform{OS: "linux", Architecture: "arm64"}, Manifest: w.arm64, Config: verify.DigestOf([]byte("c2"))},
		},
	}}
	return w
}

func newKey(t testing.TB) ([]byte, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	public, err := keys.ParsePublic(block)
	if err != nil {
		t.Fatal(err)
	}
	return block, public.Identity
}

func (w *world) open(path string) ([]byte, error) {
	if b, ok := w.pem[path]; ok {
		return b, nil
	}
	return nil, fmt.Errorf("no such file")
}

// parse reads a policy whose head is written for it: one signer for each key.
func (w *world) parse(body string) (*Document, error) {
	head := "apiVersion: pratique.dev/v1\nkind: Policy\nmetadata: {name: test, serial: 1}\n"
	if !strings.Contains(body, "default:") {
		head += "default: deny\n"
	}
	if !strings.Contains(body, "signers:") {
		head += "signers:\n"
		for _, name := range slices.Sorted(maps.Keys(w.ids)) {
			head += fmt.Sprintf("  %s: {key: %s.pub}\n", name, name)
		}
	}
	return Parse([]byte(head+body), Source{File: "p.yaml", Open: w.open})
}

func (w *world) doc(body string) *Document {
	w.t.Helper()
	d, err := w.parse(body)
	if err != nil {
		w.t.Fatalf("policy: %v", err)
	}
	return d
}

func (w *world) rule(body string) *Document {
	w.t.Helper()
	return w.doc("rules:\n  - name: apps\n    images: [\"registry.example/apps/**\"]\n    " + strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    ") + "\n")
}

// sign adds an image signature by one signer over one digest.
func (w *world) sign(by string, over verify.Digest) *verify.Claim {
	c := &verify.Claim{Subjects: []verify.Digest{over}, Repository: repo, Identity: w.ids[by], Signers: []string{by}}
	w.add(verify.Item{Kind: verify.KindSignature, Format: verify.FormatCosignTag, Subject: over, Claim: c})
	return c
}

func (w *world) add(item verify.Item) int {
	item.Location = fmt.Sprintf("%s@%d", repo, len(w.in.Evidence.Items))
	w.in.Evidence.Items = append(w.in.Evidence.Items, item)
	return len(w.in.Evidence.Items) - 1
}

// attest adds an attestation of some type.
func (w *world) attest(by, predicate string, over verify.Digest) *verify.Claim {
	c := &verify.Claim{Subjects: []verify.Digest{over}, Identity: w.ids[by], Signers: []string{by},
		StatementType: attest.StatementV1, PredicateType: predicate}
	w.add(verify.Item{Kind: verify.KindAttestation, Format: verify.FormatCosignBundle, Subject: over, PredicateType: predicate, Claim: c})
	return c
}

// audit adds a CIS audit of one platform, made some time ago.
func (w *world) audit(by string, platform int, ago time.Duration, facts cis.Facts) *Audit {
	p := w.in.Image.Platforms[platform]
	w.attest(by, attest.PredicateType, p.Manifest)
	facts.ConfigDigest = string(p.Config)
	fresh := facts
	w.in.Audits = append(w.in.Audits, Audit{Item: len(w.in.Evidence.Items) - 1, Platform: p.Manifest, Fresh: &fresh, Audit: attest.Audit{
		Benchmark: cis.Benchmark, AuditedAt: w.in.Now.Add(-ago), Manifest: string(p.Manifest), Config: string(p.Config), Facts: facts,
	}})
	return &w.in.Audits[len(w.in.Audits)-1]
}

func (w *world) evaluate(d *Document) Decision { return Evaluate(d, w.in) }

// codes are the codes of a decision that pulled it down to its verdict.
func codes(d Decision) string {
	var out []string
	for _, r := range d.Reasons {
		if r.Effect == d.Verdict {
			out = append(out, string(r.Code))
		}
	}
	return strings.Join(sorted(out), " ")
}

func check(t *testing.T, got Decision, verdict Verdict, want string) {
	t.Helper()
	if got.Verdict != verdict || codes(got) != want {
		t.Errorf("got %s (%s), want %s (%s)", got.Verdict, codes(got), verdict, want)
		for _, r := range got.Reasons {
			t.Logf("  %s %s %s: %s; %s", r.Effect, r.Code, r.Platform, r.Text, r.Hint)
		}
	}
}

func TestEvaluateBasics(t *testing.T) {
	w := newWorld(t, "release", "ci")
	d := w.rule("signatures: {anyOf: [release]}")
	check(t, w.evaluate(d), Deny, "signature-missing")
	w.sign("ci", w.in.Image.Index)
	check(t, w.evaluate(d), Deny, "signature-untrusted-key")
	w.sign("release", w.in.Image.Index)
	got := w.evaluate(d)
	check(t, got, Allow, "")
	if got.Pin != w.in.Image.Index || got.Rule != "apps" {
		t.Errorf("pin %s, rule %s", got.Pin, got.Rule)
	}
	check(t, Evaluate(nil, w.in), Deny, "default-deny")
	check(t, Evaluate(&Document{}, w.in), Deny, "no-rule")
}

func TestStarterAndFlags(t *testing.T) {
	w := newWorld(t, "cosign")
	if _, err := Parse(Starter(), Source{File: "starter", Open: w.open}); err != nil {
		t.Fatal(err)
	}
	// What is commented out is right as well, once the marks are gone.
	full := regexp.MustCompile(`(?m)^( *)# ( *)((?:base|parameters|allowedBases|- predicate|anyOf|maxAge|time|vulnerabilities|maxSeverity|fixableOnly|maxDatabaseAge|ignore|- \{id|vex|except|- \{control)\b)`).
		ReplaceAllString(string(Starter()), "$1$2$3")
	d, err := Parse([]byte(full), Source{File: "starter", Open: w.open})
	if err != nil || len(d.Rules[0].Attestations) != 2 || d.Rules[0].Attestations[0].Audit.Base == nil || len(d.Rules[0].Attestations[1].Scan.Ignore) != 1 {
		t.Fatalf("%v\n%s", err, full)
	}
	f := Flags{Keys: []FlagKey{{"cosign.pub", w.pem["cosign.pub"]}}, Types: []string{"cis-docker-image"}, Annotations: map[string]string{"a b": "x: y\n"}}
	d, err = FromFlags(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Rules[0].Signatures.Annotations["a b"]; got != "x: y\n" {
		t.Errorf("annotation %q", got)
	}
	again, err := Parse(d.YAML(), Source{File: "again", Open: w.open})
	if err != nil || again.Digest != d.Digest {
		t.Errorf("printed policy: %v, digest %v", err, again)
	}
}
