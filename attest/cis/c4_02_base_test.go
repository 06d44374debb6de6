package cis

import (
	"strings"
	"testing"
)

const (
	baseDigest  = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	otherDigest = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// finding judges facts by one control.
func finding(t testing.TB, f Facts, p Parameters, id string) Finding {
	t.Helper()
	for _, got := range Judge(f, p) {
		if got.Control == id {
			return got
		}
	}
	t.Fatalf("no finding for %s", id)
	return Finding{}
}

func TestBase(t *testing.T) {
	matched := &BaseFact{Ref: "docker.io/library/debian:12", Digest: baseDigest, How: BaseGiven, Layers: 1}
	claimed := &BaseFact{Ref: "docker.io/library/debian:12", Digest: baseDigest, How: BaseAnnotation}
	from := func(refs ...BaseRef) *DockerfileFact { return &DockerfileFact{Bases: refs} }
	cases := map[string]struct {
		base  *BaseFact
		file  *DockerfileFact
		allow []string
		want  Status
		says  string
	}{
		"nobody names one":             {nil, nil, nil, Warn, "no annotation"},
		"no list":                      {matched, nil, nil, Manual, "a person decides"},
		"allowed":                      {matched, nil, []string{"docker.io/library/debian"}, Pass, "in the image's lowest layer"},
		"allowed by folder":            {matched, nil, []string{"docker.io/library/*"}, Pass, ""},
		"allowed by host":              {matched, nil, []string{"docker.io/**"}, Pass, ""},
		"one segment is one":           {matched, nil, []string{"docker.io/*"}, Fail, ""},
		"another name":                 {matched, nil, []string{"docker.io/library/debian-evil", "docker.io/library/deb"}, Fail, "not on the list"},
		"allowed by digest":            {matched, nil, []string{"docker.io/library/debian@" + baseDigest}, Pass, ""},
		"another digest":               {matched, nil, []string{"docker.io/library/debian@" + otherDigest}, Fail, ""},
		"digest of something unpinned": {&BaseFact{Ref: "debian", How: BaseGiven, Layers: 1}, nil, []string{"docker.io/library/debian@" + baseDigest}, Fail, ""},
		"only claimed":                 {claimed, nil, []string{"docker.io/library/debian"}, Warn, "were not held against"},
		"negative layers":              {&BaseFact{Ref: "debian", How: BaseGiven, Layers: -1}, nil, []string{"docker.io/library/debian"}, Warn, "were not held against"},
		"negative layers, written":     {&BaseFact{Ref: "debian", How: BaseGiven, Layers: -1}, from(BaseRef{Ref: "debian:12", Use: UseFrom, Line: 1}), []string{"docker.io/library/debian"}, Warn, "nothing shows"},
		"scratch by an annotation":     {&BaseFact{Ref: Scratch, How: BaseAnnotation}, nil, []string{"docker.io/**"}, Warn, "annotation claims"},
		"claimed and not allowed":      {claimed, nil, []string{"registry.example/base"}, Fail, ""},
		"not in the image":             {&BaseFact{Ref: "debian", How: BaseGiven, Mismatch: "its layers are not the lowest of the image"}, nil, []string{"docker.io/library/debian"}, Warn, "not the lowest"},
		"scratch":                      {&BaseFact{Ref: Scratch, How: BaseGiven}, nil, []string{"docker.io/**"}, Pass, "from scratch"},
		"scratch in the Dockerfile":    {nil, from(BaseRef{Ref: Scratch, Use: UseFrom, Line: 1}), []string{"docker.io/**"}, Pass, "line 1"},
		"Dockerfile, no list":          {nil, from(BaseRef{Ref: "debian", Use: UseFrom, Line: 1}), nil, Manual, "neither pinned nor with a version"},
		"Dockerfile, tagged":           {nil, from(BaseRef{Ref: "debian:12", Tag: "12", Use: UseFrom, Line: 1}), nil, Manual, "not pinned by digest"},
		"Dockerfile, claimed":          {nil, from(BaseRef{Ref: "debian:12", Use: UseFrom, Line: 1}), []string{"docker.io/library/debian"}, Warn, "nothing shows"},
		"Dockerfile and layers":        {matched, from(BaseRef{Ref: "debian:12", Use: UseFrom, Line: 1}), []string{"docker.io/library/debian"}, Pass, ""},
		"COPY --from is a base too":    {matched, from(BaseRef{Ref: "debian:12", Use: UseFrom, Line: 1}, BaseRef{Ref: "evil/tool", Use: UseCopy, Line: 7}), []string{"docker.io/library/debian"}, Fail, "line 7: COPY --from"},
		"RUN --mount is one too":       {matched, from(BaseRef{Ref: "evil/tool", Use: UseMount, Line: 9}), []string{"docker.io/library/debian"}, Fail, "line 9: RUN --mount from"},
	}
	for name, c := range cases {
		p := DefaultParameters()
		p.AllowedBases = c.allow
		layers := &LayersFact{Traits: Traits{Kind: KindScratch}}
		f := finding(t, Facts{Base: c.base, Dockerfile: c.file, Layers: layers}, p, "4.2")
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.says) {
			t.Errorf("%s: %s %q, want %s and %q", name, f.Status, f.Evidence, c.want, c.says)
		}
	}
}

// Whoever audits can say that there is no base; files of one show otherwise.
func TestScratchWithADistribution(t *testing.T) {
	for kind, want := range map[string]Status{KindScratch: Pass, KindDistroless: Warn, KindFull: Warn} {
		facts := Facts{Base: &BaseFact{Ref: Scratch, How: BaseGiven}, Layers: &LayersFact{Traits: Traits{Kind: kind}}}
		if f := finding(t, facts, DefaultParameters(), "4.2"); f.Status != want {
			t.Errorf("%s: %s %q, want %s", kind, f.Status, f.Evidence, want)
		}
		facts.Base, facts.Dockerfile = nil, &DockerfileFact{Bases: []BaseRef{{Ref: Scratch, Use: UseFrom, Target: true, Line: 1}}}
		if f := finding(t, facts, DefaultParameters(), "4.2"); f.Status != want {
			t.Errorf("%s, in the Dockerfile: %s %q, want %s", kind, f.Status, f.Evidence, want)
		}
	}
	unseen := Facts{ConfigDigest: baseDigest, Base: &BaseFact{Ref: Scratch, How: BaseGiven}}
	if f := finding(t, unseen, DefaultParameters(), "4.2"); f.Status != Unknown {
		t.Errorf("no layer read: %s %q", f.Status, f.Evidence)
	}
}

func TestBaseRepository(t *testing.T) {
	for ref, want := range map[string]string{
		"debian":                           "docker.io/library/debian",
		"debian:12":                        "docker.io/library/debian",
		"acme/app@" + baseDigest:           "docker.io/acme/app",
		"index.docker.io/debian":           "docker.io/library/debian",
		"localhost/x:1":                    "localhost/x",
		"registry.example:5000/a/b:1":      "registry.example:5000/a/b",
		"registry.example:5000/a/b":        "registry.example:5000/a/b",
		"docker.io/debian:1@" + baseDigest: "docker.io/library/debian",
	} {
		if got := baseRepository(ref); got != want {
			t.Errorf("%s: %s, want %s", ref, got, want)
		}
	}
}

// A base counts for origin only if its layers are the lowest of the image.
func TestS16_BaseIsAPrefix(t *testing.T) {
	image := doc{history: []HistoryEntry{base(), bk("ENV A=b"), bkRun("make")}, layers: -1}.contents(t)
	same := doc{history: []HistoryEntry{base(), bk("ENV A=b")}, layers: -1}.contents(t)
	b := MatchBase(BaseFact{Ref: "x", How: BaseGiven}, image, same)
	if b.Layers != 1 || b.Rows != 2 || b.Chain != Chain(image.DiffIDs[:1]) || b.Mismatch != "" {
		t.Errorf("%+v", b)
	}
	other := same
	other.DiffIDs = []string{"sha256:" + strings.Repeat("f", 64)}
	for name, c := range map[string]Contents{
		"another layer": other,
		"more layers":   doc{history: []HistoryEntry{base(), bkRun("make"), bkRun("make install")}, layers: -1}.contents(t),
		"no layers":     doc{}.contents(t),
	} {
		b := MatchBase(BaseFact{Ref: "x", How: BaseGiven}, image, c)
		if b.Layers != 0 || b.Chain != "" || b.Mismatch == "" {
			t.Errorf("%s: %+v", name, b)
		}
		f := Facts{Base: &b}
		if got := f.origin(Place{Source: SourceLayer, Layer: 1}); got != OriginUnknown {
			t.Errorf("%s: origin %s", name, got)
		}
	}
	f := Facts{Base: &b}
	for at, want := range map[Place]Origin{
		{Source: SourceLayer, Layer: 1}:     OriginBase,
		{Source: SourceLayer, Layer: 2}:     OriginOwn,
		{Source: SourceLayer, Path: "a"}:    OriginUnknown,
		{Source: SourceHistory}:             OriginUnknown,
		{Source: SourceHistory, Row: 2}:     OriginBase,
		{Source: SourceHistory, Row: 3}:     OriginOwn,
		{Source: SourceDockerfile, Line: 1}: OriginOwn,
		{Source: SourceConfig}:              OriginOwn,
	} {
		if got := f.origin(at); got != want {
			t.Errorf("%+v: %s, want %s", at, got, want)
		}
	}
}
