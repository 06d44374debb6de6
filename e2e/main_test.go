//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pratique-dev/pratique/e2e/component"
	"github.com/pratique-dev/pratique/e2e/lab"
)

// The two kinds of registry every scenario runs on.
const (
	fallbackTag  = "fallback-tag"  // distribution: no referrers API
	referrersAPI = "referrers-api" // cuelabs ociregistry
)

// house holds what all tests share: the programs, one key pair and its like, two registries.
type house struct {
	*lab.Lab
	programs   map[string]string
	registries map[string]*lab.Registry
	engines    engines
}

// shared is set once by TestMain, before any test runs.
var shared *house

func TestMain(m *testing.M) {
	status, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		status = 1
	}
	os.Exit(status)
}

func runAll(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "pratique-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	shared, err = build(dir)
	if err != nil {
		return 1, err
	}
	for _, registry := range shared.registries {
		defer registry.Stop()
	}
	defer shared.engines.stop()
	return m.Run(), nil
}

func build(dir string) (*house, error) {
	l, err := lab.New(dir)
	if err != nil {
		return nil, err
	}
	h := &house{Lab: l, programs: map[string]string{}, registries: map[string]*lab.Registry{}}
	h.programs["pratique"] = os.Getenv("PRATIQUE_BIN")
	if !filepath.IsAbs(h.programs["pratique"]) {
		return nil, fmt.Errorf("PRATIQUE_BIN is %q, want the path of the built program: run make e2e", h.programs["pratique"])
	}
	for word, name := range map[string]string{"cosign2": component.Cosign2, "cosign3": component.Cosign3} {
		if h.programs[word], err = component.Path(name); err != nil {
			return nil, err
		}
	}
	start := map[string]func(context.Context, string) (*lab.Registry, error){
		fallbackTag: lab.StartDistribution, referrersAPI: lab.StartReferrers,
	}
	for kind, start := range start {
		if h.registries[kind], err = start(context.Background(), dir); err != nil {
			return nil, err
		}
	}
	return h, h.writeFiles()
}

// writeFiles makes the files that commands name: $KEY and $PUB, $OTHERKEY and $OTHERPUB, $PREDICATE.
func (h *house) writeFiles() error {
	for _, name := range []string{"release", "other"} {
		r := h.Run(context.Background(), h.programs["cosign2"], "generate-key-pair", "--output-key-prefix", h.Path(name))
		if r.Exit != 0 {
			return fmt.Errorf("making keys: %s", r)
		}
	}
	return os.WriteFile(h.Path("predicate.json"), []byte(`{"reviewed":true}`), 0o600)
}

// site is one image on one registry, and what commands about it may name.
type site struct {
	t      *testing.T
	Image  string // HOST/NAME:TAG
	Digest string
	words  map[string]string
}

var siteNumber atomic.Int64

// newSite pushes an image of its own to a repository of its own.
func newSite(t *testing.T, kind string, image lab.Image) *site {
	t.Helper()
	return newSiteAt(t, shared.registries[kind].Host, image)
}

func newSiteAt(t *testing.T, host string, image lab.Image) *site {
	t.Helper()
	reference := fmt.Sprintf("%s/lab/image%d:1", host, siteNumber.Add(1))
	digest, err := image.Push(reference)
	if err != nil {
		t.Fatal(err)
	}
	return siteOf(t, reference, digest)
}

func siteOf(t *testing.T, reference, digest string) *site {
	return &site{t: t, Image: reference, Digest: digest, words: map[string]string{
		"IMAGE": reference, "PINNED": lab.Pinned(reference, digest), "BOTH": reference + "@" + digest,
		"KEY": shared.Path("release.key"), "PUB": shared.Path("release.pub"),
		"OTHERKEY": shared.Path("other.key"), "OTHERPUB": shared.Path("other.pub"),
		"ROOT": shared.TrustedRoot(), "PREDICATE": shared.Path("predicate.json"), "DIR": t.TempDir(),
	}}
}

// run runs one command line. Words are separated by spaces; $NAME stands for a word of the site; the
// first word names the program. pratique is told that the registry speaks plain http.
func (s *site) run(line string) lab.Result {
	s.t.Helper()
	words := strings.Fields(line)
	for i, word := range words {
		words[i] = os.Expand(word, func(name string) string {
			value, known := s.words[name]
			if !known {
				s.t.Fatalf("no $%s in %q", name, line)
			}
			return value
		})
	}
	first := 0
	for strings.Contains(words[first], "=") {
		first++
	}
	program, known := shared.programs[words[first]]
	if !known {
		s.t.Fatalf("no program %q in %q", words[first], line)
	}
	if words[first] == "pratique" && talksToRegistry(words[first+1]) {
		words = append(words, "--allow-http-registry")
	}
	words[first] = program
	return shared.Run(s.t.Context(), words...)
}

func talksToRegistry(command string) bool {
	switch command {
	case "verify", "inspect", "audit", "attest", "sign":
		return true
	}
	return false
}

// must runs command lines that have to succeed.
func (s *site) must(lines ...string) {
	s.t.Helper()
	for _, line := range lines {
		if r := s.run(line); r.Exit != 0 {
			s.t.Fatalf("want success: %s", r)
		}
	}
}

// decision is the part of pratique.decision/v1 and pratique.inspect/v1 that the tests look at.
type decision struct {
	Schema, Image, Digest, Pinned, Verdict string
	Reasons                                []struct{ Code, Message, Hint string }
	Evidence                               []evidence
	Findings                               []struct{ Control, Status, Effect string }
}

type evidence struct {
	Kind, Format, Location, Subject, PredicateType, Signer, Why string
	Counted                                                     bool
}

// decide runs pratique verify or inspect with -o json and returns its exit status and document.
func (s *site) decide(line string) (int, decision, lab.Result) {
	s.t.Helper()
	r := s.run(line + " -o json")
	var d decision
	if err := json.Unmarshal(r.Stdout, &d); err != nil {
		s.t.Fatalf("stdout is not one JSON document: %v\n%s", err, r)
	}
	return r.Exit, d, r
}

// count is how many items of that kind and format counted. An empty format is any.
func (d decision) count(kind, format string) int {
	n := 0
	for _, e := range d.Evidence {
		if e.Kind == kind && (format == "" || e.Format == format) && e.Counted {
			n++
		}
	}
	return n
}

func (d decision) codes() []string {
	var codes []string
	for _, reason := range d.Reasons {
		codes = append(codes, reason.Code)
	}
	return codes
}

// onBoth runs a test on each kind of registry.
func onBoth(t *testing.T, test func(t *testing.T, kind string)) {
	for _, kind := range []string{fallbackTag, referrersAPI} {
		t.Run(kind, func(t *testing.T) { test(t, kind) })
	}
}
