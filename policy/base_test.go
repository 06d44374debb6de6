package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

// layered is a config with as many layers as digests, one row of history each.
func layered(user string, diffIDs ...string) string {
	var rows []string
	for i := range diffIDs {
		rows = append(rows, fmt.Sprintf(`{"created_by":"COPY /%d / # buildkit","comment":"buildkit.dockerfile.v0"}`, i))
	}
	return fmt.Sprintf(`{"os":"linux","architecture":"amd64","config":{"User":%q,"Healthcheck":{"Test":["CMD","/health"]}},
		"rootfs":{"type":"layers","diff_ids":["%s"]},"history":[%s]}`, user, strings.Join(diffIDs, `","`), strings.Join(rows, ","))
}

var diffIDs = []string{"sha256:aa", "sha256:bb", "sha256:cc"}

// onBase are facts of an image of three layers, two of which are its base's,
// with these set-uid files by layer.
func onBase(t *testing.T, setuid ...int) cis.Facts {
	f := factsOf(t, layered("10001:10001", diffIDs...))
	f.Base = &cis.BaseFact{Ref: "docker.io/library/debian", How: cis.BaseGiven, Layers: 2, Rows: 2, Chain: cis.Chain(diffIDs[:2])}
	f.Layers = &cis.LayersFact{Count: 3, Contents: true, SetUID: []cis.SetUIDFile{}, Secrets: []cis.SecretFile{}, Switches: []cis.Switch{}}
	for _, layer := range setuid {
		f.Layers.SetUID = append(f.Layers.SetUID, cis.SetUIDFile{
			At: cis.Place{Source: cis.SourceLayer, Layer: layer, Path: fmt.Sprintf("bin/f%d", layer)}, Mode: "4755", Size: 1})
	}
	return f
}

// auditOn adds an audit of facts with layers, as a gate holds it.
func (w *world) auditOn(facts cis.Facts) *Audit {
	a := w.audit("ci", 0, day, facts)
	a.DiffIDs = diffIDs
	a.Fresh.Base, a.Fresh.Layers = nil, nil
	return a
}

const baseRule = "attestations: [{predicate: cis-docker-image, anyOf: [ci], time: claimed, controls: {\"4.8\": %s}%s}]"

// TestS16_BaseStandard: what the base brings is judged by its own profile and
// exceptions, the rest by the entry's; each is a finding of its own.
func TestS16_BaseStandard(t *testing.T) {
	except := `, except: [{control: "4.8", reason: why, until: 2026-12-01}]`
	for _, tt := range []struct {
		name, own, rest string
		setuid          []int
		verdict         Verdict
		findings        string
	}{
		{"no base standard", "deny", "", []int{1, 3}, Deny, "own fail deny"},
		{"base warns, only the base's", "deny", ", base: {profile: starter}", []int{1, 2}, Warn, "base fail warn"},
		{"base warns, both", "deny", ", base: {profile: starter}", []int{1, 3}, Deny, "base fail warn, own fail deny"},
		{"base denies, only the base's", "warn", `, base: {controls: {"4.8": deny}}`, []int{1}, Deny, "base fail deny"},
		{"base denies, only own", "warn", `, base: {controls: {"4.8": deny}}`, []int{3}, Warn, "own fail warn"},
		{"base excepted", "deny", ", base: {profile: starter" + except + "}", []int{1}, Warn, "base fail none"},
		{"base without a profile", "deny", `, base: {controls: {"4.7": warn}}`, []int{1}, Deny, "base fail deny"},
		{"own exception is not the base's", "deny", except + `, base: {controls: {"4.7": warn}}`, []int{1, 3}, Deny, "base fail deny, own fail none"},
		{"base's exception is not the image's", "deny", ", base: {controls: {\"4.7\": warn}" + except + "}", []int{1, 3}, Deny, "base fail none, own fail deny"},
		{"a place nobody knows is not the base's", "deny", ", base: {profile: starter}", []int{0}, Deny, "unknown fail deny"},
		{"nothing found", "deny", ", base: {profile: starter}", nil, Warn, "own pass none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := oneArch(t, "ci")
			w.auditOn(onBase(t, tt.setuid...))
			got := w.evaluate(w.rule(fmt.Sprintf(baseRule, tt.own, tt.rest)))
			var findings []string
			for _, f := range got.Findings {
				if f.Control == "4.8" {
					findings = append(findings, fmt.Sprintf("%s %s %s", f.Origin, f.Status, f.Effect))
				}
			}
			if s := strings.Join(findings, ", "); got.Verdict != tt.verdict || s != tt.findings {
				t.Errorf("%s: %s\n%+v", got.Verdict, s, got.Reasons)
			}
		})
	}
}

// TestS16_EachPartHasItsEvidence: neither shows the other's files, and the
// reason says where to mend it.
func TestS16_EachPartHasItsEvidence(t *testing.T) {
	w := oneArch(t, "ci")
	w.auditOn(onBase(t, 1, 3))
	got := w.evaluate(w.rule(fmt.Sprintf(baseRule, "deny", `, base: {profile: starter, controls: {"4.8": deny}}`)))
	var texts []string
	for _, f := range got.Findings {
		if f.Control == "4.8" {
			texts = append(texts, strings.Join(f.Evidence, " "))
		}
	}
	if len(texts) != 2 || !strings.Contains(texts[0], "/bin/f1") || strings.Contains(texts[0], "/bin/f3") || !strings.Contains(texts[1], "/bin/f3") {
		t.Errorf("%q", texts)
	}
	reason := func(r Reason) bool {
		return strings.Contains(r.Text, "4.8 (image.setuid) fails in the base: ") && strings.Contains(r.Hint, "newer base")
	}
	if !slices.ContainsFunc(got.Reasons, reason) {
		t.Errorf("%+v", got.Reasons)
	}
	if n := len(Explain(w.rule(fmt.Sprintf(baseRule, "deny", `, base: {controls: {"4.8": deny}}`)), w.in).Nearest); n != 2 {
		t.Errorf("%d things to do, want one for the base and one for the rest", n)
	}
}

// TestS16_BaseIsHeldAgainstTheImage: an audit that calls the image's own layers
// the base's is refused, and one nobody held against them is undecided.
func TestS16_BaseIsHeldAgainstTheImage(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(*Audit)
		verdict Verdict
	}{
		"as it is":              {func(*Audit) {}, Warn},
		"not in the image":      {func(a *Audit) { a.DiffIDs = []string{"sha256:aa", "sha256:xx", "sha256:cc"} }, Deny},
		"another order":         {func(a *Audit) { a.DiffIDs = []string{"sha256:bb", "sha256:aa", "sha256:cc"} }, Deny},
		"more than claimed":     {func(a *Audit) { a.Audit.Facts.Base.Layers = 3 }, Deny},
		"more than the image":   {func(a *Audit) { a.Audit.Facts.Base.Layers = 4 }, Deny},
		"far more":              {func(a *Audit) { a.Audit.Facts.Base.Layers = 1 << 40 }, Deny},
		"no chain":              {func(a *Audit) { a.Audit.Facts.Base.Chain = "" }, Deny},
		"rows of own layers":    {func(a *Audit) { a.Audit.Facts.Base.Rows = 3 }, Deny},
		"an image of no layers": {func(a *Audit) { a.DiffIDs = []string{} }, Deny},
		"not held against it":   {func(a *Audit) { a.DiffIDs = nil }, Undecided},
		"no base":               {func(a *Audit) { a.Audit.Facts.Base, a.DiffIDs = nil, nil }, Warn},
		"a base by name only":   {func(a *Audit) { a.Audit.Facts.Base.Layers, a.DiffIDs = 0, nil }, Warn},
	} {
		t.Run(name, func(t *testing.T) {
			w := oneArch(t, "ci")
			tt.change(w.auditOn(onBase(t)))
			got := w.evaluate(w.rule("mode: warn\n" + fmt.Sprintf(baseRule, "deny", ", base: {profile: starter}")))
			want := map[Verdict]string{Deny: "audit-contradicts-image", Undecided: "registry-unreachable"}[tt.verdict]
			if got.Verdict != tt.verdict || tt.verdict != Warn && codes(got) != want {
				t.Errorf("%s: %+v", got.Verdict, got.Reasons)
			}
		})
	}
}

// TestS15_EveryLayerIsRead: facts of some of the layers are none of the image.
func TestS15_EveryLayerIsRead(t *testing.T) {
	for count, want := range map[int]Verdict{0: Deny, 2: Deny, 3: Warn, 4: Deny, -3: Deny} {
		w := oneArch(t, "ci")
		w.auditOn(onBase(t)).Audit.Facts.Layers.Count = count
		got := w.evaluate(w.rule(fmt.Sprintf(baseRule, "deny", "")))
		if got.Verdict != want || want == Deny && codes(got) != "audit-contradicts-image" {
			t.Errorf("%d layers: %s %+v", count, got.Verdict, got.Reasons)
		}
	}
}

// TestS16_RecordedBase: evidence that was recorded is held against the same
// layers again.
func TestS16_RecordedBase(t *testing.T) {
	w := oneArch(t, "ci")
	w.auditOn(onBase(t))
	if got := Record(w.in).Audits[0].DiffIDs; !slices.Equal(got, diffIDs) {
		t.Errorf("recorded %q", got)
	}
}

// TestBaseIsReadStrictly and belongs to audits only.
func TestBaseIsReadStrictly(t *testing.T) {
	w := oneArch(t, "ci")
	for rest, want := range map[string]string{
		", base: {profile: best}":                                               `"best" is not one of`,
		`, base: {controls: {"5.4": deny}}`:                                     "here they are 4.1 to 4.11",
		`, base: {controls: {"4.1": maybe}}`:                                    "maybe",
		`, base: {except: [{control: "4.1", reason: x, until: soon}]}`:          "is not a day",
		`, base: {parameters: {maxPackages: 1}}`:                                "unknown key",
		`, base: {profile: starter, profile: cis-l1}`:                           "is there already",
		`, base: {except: [{control: "5.1", reason: x, until: 2026-12-01}]}`:    "here they are 4.1 to 4.11",
		`}, {predicate: spdx, anyOf: [ci], base: {profile: starter}`:            "for predicate cis-docker-image only",
		`, base: {except: [{control: "4.1", until: 2026-12-01, image: "a/b"}]}`: "reason",
	} {
		_, err := w.parse("rules:\n  - name: a\n    images: [\"**\"]\n    " + fmt.Sprintf(baseRule, "deny", rest) + "\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", rest, err, want)
		}
	}
	found := Lint(w.rule(fmt.Sprintf(baseRule, "deny", `, base: {except: [{control: "4.1", reason: x, until: 2026-01-01}]}`)), now)
	if !slices.ContainsFunc(found, func(f Finding) bool { return f.Code == "except-expired" }) {
		t.Errorf("%+v", found)
	}
}
