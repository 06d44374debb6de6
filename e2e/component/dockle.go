package component

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Dockle is the peer that the audit is measured against.
const Dockle = "dockle-0.4.15"

// dockleModule is built from its own tree, since go install asks the module proxy for a list of
// versions that not every proxy has.
const dockleModule = "github.com/goodwithtech/dockle@v0.4.15"

// BuildDockle puts dockle into dir, unless it is there.
func BuildDockle(ctx context.Context, dir string) error {
	target := filepath.Join(dir, Dockle)
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	work, err := os.MkdirTemp(dir, ".building-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	tree := filepath.Join(work, "tree")
	if err := moduleTree(ctx, work, dockleModule, tree); err != nil {
		return fmt.Errorf("building %s: %w", Dockle, err)
	}
	built := filepath.Join(work, Dockle)
	if err := run(ctx, tree, "build", "-trimpath", "-ldflags=-s -w", "-o", built, "./cmd/dockle"); err != nil {
		return fmt.Errorf("building %s: %w", Dockle, err)
	}
	return os.Rename(built, target)
}

// moduleTree copies the source of a module to a folder that can be written to.
func moduleTree(ctx context.Context, work, module, to string) error {
	if err := os.WriteFile(filepath.Join(work, "go.mod"), []byte("module component\n"), 0o600); err != nil {
		return err
	}
	var out bytes.Buffer
	command := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	command.Dir, command.Stdout, command.Stderr = work, &out, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("go mod download %s: %w", module, err)
	}
	var answer struct{ Dir string }
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(answer.Dir))
}
