package dockerfile

import (
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/shell"
)

// runs reads a RUN: its mounts, and what it executes.
func (b *build) runs(s *stage, c *instructions.RunCommand, st *cis.Step) error {
	for _, f := range c.Files {
		st.Text += "\n" + f.Data + f.Name
	}
	form, err := b.form(s, c)
	if err != nil {
		return err
	}
	st.Run = form
	return b.mounts(s, c, st)
}

func (b *build) mounts(s *stage, c *instructions.RunCommand, st *cis.Step) error {
	err := c.Expand(func(word string) (string, error) {
		text, _, err := b.expand.word(word, s.scope)
		return text, err
	})
	if err != nil {
		return err
	}
	for _, m := range instructions.GetMounts(c) {
		if m.From != "" && m.From != cis.Scratch {
			s.froms = append(s.froms, from{m.From, cis.UseMount, st.At.Line})
		}
		if m.Type == instructions.MountTypeCache && m.Target != "" {
			st.Run.Caches = append(st.Run.Caches, path.Clean(m.Target))
		}
	}
	return nil
}

// form is the command of a RUN. A here document alone is the script, or with
// an interpreter line a program; others belong to the shell's command.
func (b *build) form(s *stage, c *instructions.RunCommand) (cis.RunForm, error) {
	if !c.PrependShell {
		return cis.RunForm{Argv: c.CmdLine}, nil
	}
	text := strings.Join(c.CmdLine, " ")
	if len(c.Files) == 0 {
		return shellForm(s.shell, b.windows(), text), nil
	}
	first := c.Files[0]
	if parser.MustParseHeredoc(text) == nil {
		for _, f := range c.Files {
			text += "\n" + f.Data + f.Name
		}
		return shellForm(s.shell, b.windows(), text), nil
	}
	script := first.Data
	if first.Chomp {
		script = parser.ChompHeredocContent(script)
	}
	if line, ok := strings.CutPrefix(script, "#!"); ok && !b.windows() {
		line, _, _ = strings.Cut(line, "\n")
		return cis.RunForm{Script: script, Foreign: !posix(strings.Fields(line))}, nil
	}
	return shellForm(s.shell, b.windows(), script), nil
}

func (b *build) windows() bool { return b.global["TARGETOS"] == "windows" }

func shellForm(argv []string, windows bool, script string) cis.RunForm {
	foreign := windows
	if len(argv) > 0 {
		foreign = !posix(argv)
	}
	return cis.RunForm{Script: script, Foreign: foreign}
}

// posix reports whether a command line starts a shell that reads what a POSIX
// shell does, if only among other things.
func posix(argv []string) bool {
	for len(argv) > 0 {
		name := path.Base(argv[0])
		if name != "env" && name != "busybox" {
			return shell.IsShell(name)
		}
		argv = argv[1:]
		for len(argv) > 0 && (strings.HasPrefix(argv[0], "-") || strings.Contains(argv[0], "=")) {
			argv = argv[1:]
		}
	}
	return false
}
