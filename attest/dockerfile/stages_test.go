package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

const layered = `ARG REG=example.com
FROM $REG/go:1.26@sha256:abc AS build
RUN make
FROM debian:12 AS unused
RUN apt-get update
FROM --platform=$BUILDPLATFORM alpine AS base
ONBUILD COPY --from=build /a /a
USER 7
FROM base AS app
COPY --from=0 /b /b
COPY --from=nginx:1 /c /c
RUN --mount=type=bind,from=ghcr.io/x/y,target=/y --mount=type=cache,target=/root/.cache/ --mount=type=secret,id=z true
FROM scratch AS last
COPY --from=app / /
`

func refs(bases []cis.BaseRef) []string {
	out := []string{}
	for _, b := range bases {
		target := ""
		if b.Target {
			target = " target"
		}
		out = append(out, fmt.Sprintf("%d %s %s %q %q%s", b.Line, b.Use, b.Ref, b.Tag, b.Digest, target))
	}
	return out
}

func TestStages(t *testing.T) {
	d := read(t, layered, Options{Target: "app"})
	wantSteps := []string{
		"7 ONBUILD COPY --from=build /a /a", "8 USER 7", "7 COPY /a /a", "10 COPY /b /b", "11 COPY /c /c",
		"12 RUN --mount=type=bind,from=ghcr.io/x/y,target=/y --mount=type=cache,target=/root/.cache/ --mount=type=secret,id=z true",
	}
	if got := told(d.Steps); !slices.Equal(got, wantSteps) {
		t.Errorf("steps\n%q, want\n%q", got, wantSteps)
	}
	wantOther := []string{"1 ARG REG=example.com", "3 RUN make", "5 RUN apt-get update", "14 COPY / /"}
	if got := told(d.Other); !slices.Equal(got, wantOther) {
		t.Errorf("other\n%q, want\n%q", got, wantOther)
	}
	wantBases := []string{
		`2 from example.com/go:1.26@sha256:abc "1.26" "sha256:abc"`, `6 from alpine "" "" target`,
		`11 copy nginx:1 "1" ""`, `12 mount ghcr.io/x/y "" ""`,
	}
	if got := refs(d.Bases); !slices.Equal(got, wantBases) {
		t.Errorf("bases\n%q, want\n%q", got, wantBases)
	}
	if caches := d.Steps[5].Run.Caches; !slices.Equal(caches, []string{"/root/.cache"}) {
		t.Errorf("caches %q", caches)
	}
	if d.Target != "app" || len(d.Unclear) != 0 || !strings.HasPrefix(d.Digest, "sha256:") {
		t.Errorf("%+v", d)
	}
}

func TestTarget(t *testing.T) {
	for target, want := range map[string]string{
		"": `13 from scratch "" "" target`, "last": `13 from scratch "" "" target`, "4": `13 from scratch "" "" target`,
		"BUILD": `2 from example.com/go:1.26@sha256:abc "1.26" "sha256:abc" target`, "1": `4 from debian:12 "12" "" target`,
	} {
		d := read(t, layered, Options{Target: target})
		if got := refs(d.Bases); !slices.Contains(got, want) {
			t.Errorf("target %q: %q", target, got)
		}
	}
	for _, target := range []string{"no", "5", "-1"} {
		if _, _, err := Parse([]byte(layered), Options{Target: target}); err == nil || !strings.Contains(err.Error(), "no such stage") {
			t.Errorf("target %q: %v", target, err)
		}
	}
}

func TestUnclear(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		line int
		ref  string
	}{
		"from":            {"FROM debian:$V\nRUN x", 1, "debian:$V"},
		"from, by ARG":    {"ARG B=${R}/x\nFROM $B", 2, "${R}/x"},
		"copy":            {"FROM a\nARG S=x\nCOPY --from=$S /a /a", 3, "$S"},
		"own frontend":    {"# syntax=docker/dockerfile:1.7@sha256:abc\nFROM a", -1, "a"},
		"mirrored":        {"# syntax=example.com/m/docker/dockerfile-upstream:1\nFROM a", -1, "a"},
		"other frontend":  {"# syntax=r2d4/mopy\nFROM a", 0, "a"},
		"looks like ours": {"# syntax=evil/notdocker/dockerfile2\nFROM a", 0, "a"},
	} {
		d := read(t, c.file, Options{})
		if c.line < 0 && len(d.Unclear) != 0 || c.line >= 0 && (len(d.Unclear) != 1 || d.Unclear[0].At.Line != c.line) {
			t.Errorf("%s: %+v", name, d.Unclear)
		}
		if !slices.ContainsFunc(d.Bases, func(b cis.BaseRef) bool { return b.Ref == c.ref }) {
			t.Errorf("%s: %+v", name, d.Bases)
		}
	}
}

func TestRunForms(t *testing.T) {
	script := func(s string) cis.RunForm { return cis.RunForm{Script: s} }
	foreign := func(s string) cis.RunForm { return cis.RunForm{Script: s, Foreign: true} }
	for name, c := range map[string]struct {
		file string
		o    Options
		want cis.RunForm
	}{
		"shell":          {"FROM a\nRUN a \\\n  b", Options{}, script("a   b")},
		"exec":           {"FROM a\nRUN [\"a\", \"b c\"]", Options{}, cis.RunForm{Argv: []string{"a", "b c"}}},
		"broken exec":    {"FROM a\nRUN ['a', 'b']", Options{}, script("['a', 'b']")},
		"bash":           {"FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN a", Options{}, script("a")},
		"env bash":       {"FROM a\nSHELL [\"/usr/bin/env\", \"-S\", \"bash\", \"-c\"]\nRUN a", Options{}, script("a")},
		"powershell":     {"FROM a\nSHELL [\"powershell\", \"-Command\"]\nRUN a", Options{}, foreign("a")},
		"of stage below": {"FROM a AS b\nSHELL [\"pwsh\", \"-c\"]\nFROM b\nRUN a", Options{}, foreign("a")},
		"of other stage": {"FROM a AS b\nSHELL [\"pwsh\", \"-c\"]\nFROM c\nRUN a", Options{}, script("a")},
		"windows":        {"FROM a\nRUN a", Options{Platform: "windows/amd64"}, foreign("a")},
		"document":       {"FROM a\nRUN <<EOF\na\n# c\nb\nEOF", Options{}, script("a\n# c\nb\n")},
		"with tabs":      {"FROM a\nRUN <<-EOF\n\ta\n\tEOF", Options{}, script("a\n")},
		"piped":          {"FROM a\nRUN cat <<EOF >x\na\nEOF", Options{}, script("cat <<EOF >x\na\nEOF")},
		"two":            {"FROM a\nRUN <<A cat - && <<B cat -\na\nA\nb\nB", Options{}, script("<<A cat - && <<B cat -\na\nA\nb\nB")},
		"python":         {"FROM a\nRUN <<EOF\n#!/usr/bin/env python3\na\nEOF", Options{}, foreign("#!/usr/bin/env python3\na\n")},
		"bash line":      {"FROM a\nRUN <<EOF\n#!/bin/bash -e\na\nEOF", Options{}, script("#!/bin/bash -e\na\n")},
		"for python":     {"FROM a\nRUN python3 <<EOF\na\nEOF", Options{}, script("python3 <<EOF\na\nEOF")},
	} {
		d := read(t, c.file, c.o)
		got := d.Steps[len(d.Steps)-1].Run
		if got.Script != c.want.Script || got.Foreign != c.want.Foreign || !slices.Equal(got.Argv, c.want.Argv) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// What is in here documents is in the image, so it is read for secrets.
func TestTextHoldsDocuments(t *testing.T) {
	d := read(t, "FROM a\nRUN cat <<EOF >x\none\nEOF\nCOPY <<EOF /y\ntwo\nEOF\nADD <<EOF /z\nthree\nEOF\n", Options{})
	for i, want := range []string{"one", "two", "three"} {
		if !strings.Contains(d.Steps[i].Text, want) {
			t.Errorf("step %d: %q", i, d.Steps[i].Text)
		}
	}
	if d.Steps[1].Add == nil || !d.Steps[1].Add.Heredoc || d.Steps[1].Add.Dest != "/y" {
		t.Errorf("%+v", d.Steps[1].Add)
	}
}

func TestHealthcheckForms(t *testing.T) {
	d := read(t, "FROM a\nHEALTHCHECK --interval=5s CMD a $B\nHEALTHCHECK CMD [\"a\", \"b\"]\nHEALTHCHECK none", Options{})
	if d.Steps[0].Run.Script != "a $B" || !slices.Equal(d.Steps[1].Run.Argv, []string{"a", "b"}) || d.Steps[2].Run.Argv != nil || d.Steps[2].Run.Script != "" {
		t.Errorf("%+v", d.Steps)
	}
}

func TestPlatforms(t *testing.T) {
	for platform, want := range map[string]string{
		"": "linux/amd64 linux amd64 ", "linux/arm": "linux/arm/v7 linux arm v7", "linux/arm/v6": "linux/arm/v6 linux arm v6",
		"linux/arm64/v8": "linux/arm64 linux arm64 ", "windows/amd64": "windows/amd64 windows amd64 ",
	} {
		args, err := platformArgs(Options{Platform: platform})
		if got := strings.Join([]string{args["TARGETPLATFORM"], args["TARGETOS"], args["BUILDARCH"], args["TARGETVARIANT"]}, " "); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", platform, got, err, want)
		}
	}
	for _, platform := range []string{"linux", "linux/", "/", "a/b/c/d", "linux/AMD64", "linux/a b"} {
		if _, err := platformArgs(Options{Platform: platform}); err == nil {
			t.Errorf("%q: taken", platform)
		}
	}
}
