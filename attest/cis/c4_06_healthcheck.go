package cis

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// HealthcheckFact is the image's health check.
type HealthcheckFact struct {
	// Test is config.Healthcheck.Test, redacted; empty where there is none.
	Test []string `json:"test"`
	// NoFormat says that the config is in a format that cannot carry a health
	// check: buildah's OCI format.
	NoFormat bool `json:"noFormat,omitempty"`
	// At is the line that sets it, in a Dockerfile.
	At Place `json:"at,omitzero"`
}

// maxTest is how many words of a health check are kept.
const maxTest = 64

func c0406() Control {
	return Control{
		ID: "4.6", Key: "image.healthcheck", IDs: sameID("4.6"), Level: 1, Scored: true, Decidable: Auto,
		Title:       "The image says how to tell whether it works",
		Remediation: "Add HEALTHCHECK CMD with a tool the image has; with buildah, build with --format docker.",
		Collect:     collectHealthcheck,
		Judge:       judgeHealthcheck,
	}
}

func collectHealthcheck(c Contents, f *Facts) {
	fact := &HealthcheckFact{Test: []string{}}
	if c.Healthcheck != nil {
		fact.Test = keepTest(c.reading().redactor, c.Healthcheck.Test)
	}
	fact.NoFormat = c.Healthcheck == nil && buildahOCI(c)
	f.Healthcheck = fact
}

func keepTest(r redactor, test []string) []string {
	out := []string{}
	for i, w := range test[:min(len(test), maxTest)] {
		switch {
		case i > 0 && secretFlag(test[i-1]):
			w = redacted
		case i > 0 || w != "NONE" && w != "CMD" && w != "CMD-SHELL":
			w, _ = r.keep(w, maxRowText)
		}
		out = append(out, w)
	}
	return out
}

// buildahOCI reports whether buildah wrote the config in OCI's format. Its
// label is inherited by whatever is built on such an image, so no other builder
// may have left a mark.
func buildahOCI(c Contents) bool {
	if c.Labels["io.buildah.version"] == "" || c.dockerKeys {
		return false
	}
	for _, s := range c.reading().steps {
		if s.Builder == BuilderBuildKit {
			return false
		}
	}
	return true
}

func judgeHealthcheck(f *Facts, _ Parameters) Result {
	h := f.Healthcheck
	switch {
	case h == nil && f.fileOnly():
		return f.judgeWrittenHealthcheck()
	case h == nil:
		return uncollected("the health check")
	case h.NoFormat:
		return say(NotApplicable, OriginOwn, "buildah wrote this config in OCI's format, which has no health check")
	case len(h.Test) == 0:
		return say(Fail, OriginOwn, "the image has no HEALTHCHECK")
	}
	var r Result
	at, origin := f.setBy("HEALTHCHECK", func(HistoryRow) bool { return true })
	if d := f.Dockerfile; d != nil && d.Healthcheck != nil && slices.Equal(d.Healthcheck.Test, h.Test) && origin == OriginOwn {
		at = d.Healthcheck.At
	}
	status, why := judgeTest(h.Test)
	if status == Pass && h.Test[0] == "CMD-SHELL" && f.noShell() {
		status, why = Warn, "HEALTHCHECK is for a shell, and the image has none"
	}
	r.add(status, origin, at, "%s", why)
	return r
}

// noShell reports whether the layers were read and hold no shell.
func (f *Facts) noShell() bool {
	return f.Layers != nil && len(f.Layers.Traits.Shells) == 0 && f.OS != "windows"
}

// judgeWrittenHealthcheck is the health check by the Dockerfile alone.
func (f *Facts) judgeWrittenHealthcheck() Result {
	var r Result
	root := f.Dockerfile.root()
	if h := f.Dockerfile.Healthcheck; h != nil {
		status, why := judgeTest(h.Test)
		r.add(status, OriginOwn, h.At, "%s: %s", h.At, why)
	} else {
		r.add(Fail, OriginOwn, Place{Source: SourceDockerfile, Line: root.Line}, "the Dockerfile has no HEALTHCHECK")
	}
	f.unclearFile(&r)
	return r
}

// judgeTest judges a health check that is there.
func judgeTest(test []string) (Status, string) {
	kind, args := test[0], test[1:]
	command := strings.TrimSpace(strings.Join(args, " "))
	switch {
	case kind == "NONE":
		return Fail, "HEALTHCHECK is disabled with NONE"
	case kind != "CMD" && kind != "CMD-SHELL":
		return Fail, fmt.Sprintf("HEALTHCHECK is of kind %q, which engines ignore", kind)
	case command == "":
		return Fail, "HEALTHCHECK has no command"
	case alwaysHealthy(command):
		return Warn, fmt.Sprintf("HEALTHCHECK runs %q, which cannot fail", command)
	}
	return Pass, "HEALTHCHECK is set, kind " + kind
}

func alwaysHealthy(command string) bool {
	switch strings.TrimRight(command, "; ") {
	case "exit 0", ":", "exit":
		return true
	}
	return path.Base(command) == "true" && !strings.ContainsAny(command, " \t\n")
}
