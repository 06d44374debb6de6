// Package component builds the real programs that the end-to-end tests run: registries and cosign.
//
// They are built from source at a pinned version through the module proxy, once for each machine,
// into a cache folder outside the tree; the version is part of the file name, so a new pin builds
// anew. A component that cannot be built is an error. Tests never skip because one is missing.
package component

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The file names of the components.
const (
	Cosign2      = "cosign-2.6.5"   // writes .sig and .att tags unless told otherwise
	Cosign3      = "cosign-3.1.3"   // writes sigstore bundles unless told otherwise
	Distribution = "registry-3.1.2" // has no referrers API: clients keep a fallback tag
	Referrers    = "referrers-2"    // has the referrers API
)

// Component is one program and how it comes to be.
type Component struct {
	Name   string // file name in the cache
	Source string // package@version for go install; or module@version that Main imports
	Main   string // source of a main package, for a library that brings no program
}

// All returns every component, the quick ones first.
func All() []Component {
	return []Component{
		{Name: Referrers, Source: "cuelabs.dev/go/oci/ociregistry@v0.0.0-20251212221603-3adeb8663819", Main: referrersMain},
		{Name: Distribution, Source: "github.com/distribution/distribution/v3/cmd/registry@v3.1.2"},
		{Name: Cosign2, Source: "github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5"},
		{Name: Cosign3, Source: "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3"},
	}
}

// Dir is where components are kept: pratique-e2e/bin in the user's cache folder.
func Dir() (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "pratique-e2e", "bin"), err
}

// Path returns the file of a built component. A missing one is an error that says how to get it.
func Path(name string) (string, error) {
	dir, err := Dir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("component %s is not built: run make e2e, or go run ./e2e/setup", name)
	}
	return path, nil
}

// Build puts the component into dir, unless it is there. Two builds at once do no harm: each works in
// a folder of its own and moves the finished file into place.
func (c Component) Build(ctx context.Context, dir string) error {
	target := filepath.Join(dir, c.Name)
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(dir, ".building-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	built, err := c.compile(ctx, work)
	if err != nil {
		return fmt.Errorf("building %s: %w", c.Name, err)
	}
	return os.Rename(built, target)
}

// compile returns the path of the program it made inside work.
func (c Component) compile(ctx context.Context, work string) (string, error) {
	if c.Main != "" {
		return c.compileMain(ctx, work)
	}
	if err := run(ctx, work, "install", "-trimpath", "-ldflags=-s -w", c.Source); err != nil {
		return "", err
	}
	return onlyFile(work)
}

// compileMain builds Main in a module of its own, so that what it needs stays out of our go.mod.
func (c Component) compileMain(ctx context.Context, work string) (string, error) {
	module, version, _ := strings.Cut(c.Source, "@")
	files := map[string]string{
		"go.mod":  fmt.Sprintf("module component\n\ngo 1.26\n\nrequire %s %s\n", module, version),
		"main.go": c.Main,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	built := filepath.Join(work, c.Name)
	return built, run(ctx, work, "build", "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", built, ".")
}

func run(ctx context.Context, work string, args ...string) error {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = work
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+work, "GOFLAGS=", "GOWORK=off")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

func onlyFile(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(entries) != 1 {
		return "", errors.New("expected one program")
	}
	return filepath.Join(dir, entries[0].Name()), nil
}

// referrersMain serves an in-memory registry with the referrers API at the address it is given, and
// says on stderr where it listens.
const referrersMain = `package main

import (
	"log"
	"net"
	"net/http"
	"os"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening on ", listener.Addr())
	log.Fatal(http.Serve(listener, ociserver.New(ocimem.New(), nil)))
}
`
