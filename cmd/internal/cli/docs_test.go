package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/policy"
)

const docsDir = "../../../docs"

// TestDocs holds the generated pages against the code; -update writes them.
func TestDocs(t *testing.T) {
	update := flag.Lookup("update").Value.(flag.Getter).Get().(bool)
	for name, want := range pages(t) {
		path := filepath.Join(docsDir, name)
		if update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the code says (%v); run: make docs", path, err)
		}
	}
}

func pages(t *testing.T) map[string][]byte {
	out := map[string][]byte{
		"reason-codes.md":    reasonCodes(),
		"controls.md":        controls(),
		"policy.schema.json": policy.Schema(),
	}
	commands := new(bytes.Buffer)
	fmt.Fprint(commands, "# Commands\n\nGenerated from the code by `make docs`.\n")
	root := (&app{env: Env{LookupEnv: func(string) (string, bool) { return "", false }}}).root()
	root.InitDefaultCompletionCmd()
	walk(root, func(c *cobra.Command) {
		man := new(bytes.Buffer)
		header := &doc.GenManHeader{Title: strings.ToUpper(strings.ReplaceAll(c.CommandPath(), " ", "-")), Section: "1", Source: "pratique", Manual: "pratique"}
		if err := doc.GenMan(c, header, man); err != nil {
			t.Fatal(err)
		}
		out["man/"+strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"] = undated(man.Bytes())
		page := new(bytes.Buffer)
		if err := doc.GenMarkdownCustom(c, page, func(s string) string {
			return "#" + strings.ReplaceAll(strings.TrimSuffix(s, ".md"), "_", "-")
		}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(commands, "\n%s", page.Bytes())
	})
	out["commands.md"] = commands.Bytes()
	return out
}

// undated drops the date cobra puts into a man page's title line.
func undated(man []byte) []byte {
	lines := strings.Split(string(man), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".TH ") {
			f := strings.Split(l, `"`)
			f[5] = ""
			lines[i] = strings.Join(f, `"`)
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

func walk(c *cobra.Command, f func(*cobra.Command)) {
	if c.Hidden || c.Name() == "help" {
		return
	}
	f(c)
	for _, sub := range c.Commands() {
		walk(sub, f)
	}
}

func reasonCodes() []byte {
	b := new(bytes.Buffer)
	fmt.Fprint(b, "# Reason codes\n\nStable names, as in the `reasons` of a decision. Generated from the code by `make docs`.\n\n| code | means | who can act |\n|---|---|---|\n")
	for _, c := range policy.Codes() {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", c.Code, c.Doc, c.Who)
	}
	return b.Bytes()
}

func controls() []byte {
	b := new(bytes.Buffer)
	fmt.Fprintf(b, "# Controls\n\nSection 4 of %s, by its numbers. Generated from the code by `make docs`.\n\n| id | key | level | scored | what | remedy |\n|---|---|---|---|---|---|\n", cis.Benchmark)
	for _, c := range cis.Section4() {
		fmt.Fprintf(b, "| %s | `%s` | %d | %t | %s | %s |\n", c.ID, c.Key, c.Level, c.Scored, c.Title, c.Remediation)
	}
	return b.Bytes()
}
