package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
)

// TestPure holds Evaluate to what it can see: no context, no files, no
// network, no log and no clock. verify reads registries and may import them.
func TestPure(t *testing.T) {
	banned := []string{"context", "os", "net", "log", "io/fs", "path/filepath", "syscall", "unsafe", "math/rand", "sync"}
	clock := []string{"Now", "Since", "Until", "After", "Tick", "NewTimer", "Sleep", "Local"}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		src, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, sel.Sel.Name) {
				t.Errorf("%s reads the clock: time.%s", e.Name(), sel.Sel.Name)
			}
			return true
		})
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range banned {
				if path == b || strings.HasPrefix(path, b+"/") {
					t.Errorf("%s imports %s", e.Name(), path)
				}
			}
		}
	}
}

func TestDependencies(t *testing.T) {
	const module = "github.com/pratique-dev/pratique/"
	deptest.Only(t, ".", module+"verify", module+"keys", module+"attest", "mvdan.cc/sh/v3",
		"github.com/goccy/go-yaml", "github.com/distribution/reference", "github.com/opencontainers/go-digest")
	deptest.Never(t, ".", module+"verify/cosign", module+"verify/registry", module+"attest/intoto", module+"keys/keyfile", module+"cmd")
}
