// Package deptest keeps the walls between packages: a test names what its
// package may reach, or what it must never reach, through any number of
// imports.
package deptest

import (
	"os/exec"
	"strings"
	"testing"
)

// Only fails t if pkg (an import path, or "." for the package under test)
// reaches a package outside the standard library that is not below one of the
// allowed import paths. Packages of this module count too; pkg itself does not.
func Only(t *testing.T, pkg string, allowed ...string) {
	t.Helper()
	self := list(t, "{{.ImportPath}}", pkg)[0]
	const thirdParty = "{{if not .Standard}}{{.ImportPath}}{{end}}"
	for _, dep := range list(t, thirdParty, "-deps", pkg) {
		if dep != self && !below(dep, allowed) {
			t.Errorf("%s reaches %s, which is not on its allow-list", self, dep)
		}
	}
}

// Never fails t if pkg reaches a package at or below one of the banned import
// paths, the standard library included.
func Never(t *testing.T, pkg string, banned ...string) {
	t.Helper()
	for _, dep := range list(t, "{{.ImportPath}}", "-deps", pkg) {
		if below(dep, banned) {
			t.Errorf("%s reaches %s, which is banned", pkg, dep)
		}
	}
}

// below reports whether path is one of roots or inside one of them.
func below(path string, roots []string) bool {
	for _, r := range roots {
		if path == r || strings.HasPrefix(path, r+"/") {
			return true
		}
	}
	return false
}

func list(t *testing.T, format string, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-f", format}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, stderr.String())
	}
	found := strings.Fields(string(out))
	if len(found) == 0 && format == "{{.ImportPath}}" {
		t.Fatalf("%s: no packages", cmd)
	}
	return found
}
