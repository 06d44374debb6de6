package cis

import (
	"fmt"
	"path"
	"strings"
)

// HealthcheckFact is the image's health check.
type HealthcheckFact struct {
	// Test is config.Healthcheck.Test, redacted; empty where there is none.
	Test []string `json:"test"`
	// NoFormat says that the config is in a format that cannot carry a health
	// check: buildah's OCI format.
	NoFormat bool `json:"noFormat,omitempty"`
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
		for i, w := range c.Healthcheck.Test[:min(len(c.Healthcheck.Test), maxTest)] {
			switch {
			case i > 0 && secretFlag(c.Healthcheck.Test[i-1]):
				w = redacted
			case i > 0 || w != "NONE" && w != "CMD" && w != "CMD-SHELL":
				w, _ = c.reading().redactor.keep(w, maxRowText)
			}
			fact.Test = append(fact.Test, w)
		}
	}
	fact.NoFormat = c.Healthcheck == nil && buildahOCI(c)
	f.Healthcheck = fact
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
	if h == nil {
		return uncollected("the health check")
	}
	if h.NoFormat {
		return say(NotApplicable, OriginOwn, "buildah wrote this config in OCI's format, which has no health check")
	}
	if len(h.Test) == 0 {
		return say(Fail, OriginOwn, "the image has no HEALTHCHECK")
	}
	kind, args := h.Test[0], h.Test[1:]
	command := strings.TrimSpace(strings.Join(args, " "))
	switch {
	case kind == "NONE":
		return say(Fail, OriginOwn, "HEALTHCHECK is disabled with NONE")
	case kind != "CMD" && kind != "CMD-SHELL":
		return say(Fail, OriginOwn, fmt.Sprintf("HEALTHCHECK is of kind %q, which engines ignore", kind))
	case command == "":
		return say(Fail, OriginOwn, "HEALTHCHECK has no command")
	case alwaysHealthy(command):
		return say(Warn, OriginOwn, fmt.Sprintf("HEALTHCHECK runs %q, which cannot fail", command))
	}
	return say(Pass, OriginOwn, "HEALTHCHECK is set, kind "+kind)
}

func alwaysHealthy(command string) bool {
	switch strings.TrimRight(command, "; ") {
	case "exit 0", ":", "exit":
		return true
	}
	return path.Base(command) == "true" && !strings.ContainsAny(command, " \t\n")
}
