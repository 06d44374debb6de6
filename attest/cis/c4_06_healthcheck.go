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
		if s.builder == BuilderBuildKit {
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
		return Result{NotApplicable, []string{"buildah wrote this config in OCI's format, which has no health check"}, OriginOwn}
	}
	if len(h.Test) == 0 {
		return Result{Fail, []string{"the image has no HEALTHCHECK"}, OriginOwn}
	}
	kind, args := h.Test[0], h.Test[1:]
	command := strings.TrimSpace(strings.Join(args, " "))
	switch {
	case kind == "NONE":
		return Result{Fail, []string{"HEALTHCHECK is disabled with NONE"}, OriginOwn}
	case kind != "CMD" && kind != "CMD-SHELL":
		return Result{Fail, []string{fmt.Sprintf("HEALTHCHECK is of kind %q, which engines ignore", kind)}, OriginOwn}
	case command == "":
		return Result{Fail, []string{"HEALTHCHECK has no command"}, OriginOwn}
	case alwaysHealthy(command):
		return Result{Warn, []string{fmt.Sprintf("HEALTHCHECK runs %q, which cannot fail", command)}, OriginOwn}
	}
	return Result{Pass, []string{"HEALTHCHECK is set, kind " + kind}, OriginOwn}
}

func alwaysHealthy(command string) bool {
	switch strings.TrimRight(command, "; ") {
	case "exit 0", ":", "exit":
		return true
	}
	return path.Base(command) == "true" && !strings.ContainsAny(command, " \t\n")
}
