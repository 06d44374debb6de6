package secrets

import (
	"path"
	"strings"
)

// Sample reports whether a path is one of documentation, examples or a test
// suite, where packages ship keys and tokens that open nothing. A secret there
// is worth a look, and no more than that.
func Sample(file string) bool {
	file = strings.ToLower(file)
	// Go's own source holds a key that one of its tests uses, and the sources
	// of modules come with their tests.
	if strings.HasPrefix(file, "usr/local/go/src/") || strings.Contains("/"+file, "/go/pkg/mod/") {
		return true
	}
	folders := strings.Split(file, "/")
	for _, folder := range folders[:len(folders)-1] {
		if sampleFolder(folder) {
			return true
		}
	}
	return sampleFile(folders[len(folders)-1])
}

func sampleFolder(name string) bool {
	switch name {
	case "doc", "docs", "man", "info", "test", "tests", "testing", "testdata", "testutil", "testutils", "testsuite", "testsuites", "testhelpers", "__tests__", "__mocks__",
		"spec", "specs", "fixtures", "example", "examples", "sample", "samples", "demo", "demos":
		return true
	}
	return strings.HasPrefix(name, "test-") || strings.HasPrefix(name, "test_")
}

func sampleFile(base string) bool {
	stem := strings.TrimSuffix(base, path.Ext(base))
	switch path.Ext(base) {
	case ".example", ".sample", ".template", ".dist", ".tmpl", ".pod", ".md", ".rst", ".adoc":
		return true
	case ".go", ".py", ".js", ".ts", ".rb", ".java", ".php", ".rs":
		return strings.HasPrefix(stem, "test_") || strings.Contains(stem, "_test") || strings.HasSuffix(stem, ".test") ||
			strings.HasSuffix(stem, ".spec") || strings.HasSuffix(stem, "_spec")
	}
	return base == "pkg-info" || base == "metadata"
}
