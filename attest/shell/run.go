package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// simple expands a simple command and runs it.
func (w *walker) simple(c *syntax.CallExpr) error {
	var cmd Command
	for _, word := range c.Args {
		list, err := w.fields(word)
		if err != nil {
			return err
		}
		cmd.Words = append(cmd.Words, list...)
		if err := w.step(len(list)); err != nil {
			return err
		}
	}
	for _, a := range c.Assigns {
		set, err := w.assign(a, len(c.Args) == 0)
		if err != nil {
			return err
		}
		if set.Name != "" {
			cmd.Assigns = append(cmd.Assigns, set)
		}
	}
	return w.run(cmd)
}

// run follows a command to what it starts.
func (w *walker) run(c Command) error {
	if len(c.Words) == 0 {
		if len(c.Assigns) == 0 {
			return nil
		}
		return w.emit(c)
	}
	if err := w.step(1 + len(c.Words)/16); err != nil {
		return err
	}
	return w.nested(func() error { return w.dispatch(c) })
}

func (w *walker) dispatch(c Command) error {
	program, args := c.Words[0], c.Words[1:]
	// A function that calls its own name means the program of that name.
	if f := w.funcs[program.Text]; f != nil && !slices.Contains(w.calls, f) {
		return w.called(f, c)
	}
	switch name := path.Base(program.Text); {
	case IsShell(name):
		return w.shell(c)
	case name == "eval":
		return w.inner(joinWords(args))
	case name == "trap":
		w.trap(args)
		return nil
	case name == "su" || name == "runuser" || name == "flock" || name == "script" || name == "scl" || name == "watch":
		return w.withScript(c)
	case name == "find":
		return w.find(c)
	case w.builtin(name, args):
		return nil
	case name == "export" || name == "readonly" || name == "local":
		return w.exported(c)
	default:
		return w.wrapped(c)
	}
}

// called runs a function; the variables and redirections in front of the call
// hold for its commands.
func (w *walker) called(f *function, c Command) error {
	around := w.around
	w.around = append(slices.Clip(c.Redirects), around...)
	defer func() { w.around = around }()
	if len(c.Assigns) > 0 {
		if err := w.emit(Command{Assigns: c.Assigns}); err != nil {
			return err
		}
	}
	return w.call(f, append([]Word{}, c.Words[1:]...))
}

// builtin runs the builtins that change what the walker knows.
func (w *walker) builtin(name string, args []Word) bool {
	switch name {
	case "shift":
		w.shift(args)
	case "set":
		w.setParams(args)
	case "unset", "read":
		w.forget(args)
	default:
		return false
	}
	return true
}

// exported runs export where the parser takes it for a command.
func (w *walker) exported(c Command) error {
	out := Command{Assigns: c.Assigns}
	for _, a := range c.Words[1:] {
		name, value, ok := strings.Cut(a.Text, "=")
		if ok && syntax.ValidName(name) {
			v := Word{Text: value, Loose: a.Loose, Output: a.Output}
			w.set(name, v)
			out.Assigns = append(out.Assigns, Assign{name, v})
		}
	}
	if len(out.Assigns) == 0 {
		return nil
	}
	return w.emit(out)
}

// emit lists a command.
func (w *walker) emit(c Command) error {
	if len(w.out.Commands) >= MaxCommands {
		return ErrTooBig
	}
	c.Redirects = append(c.Redirects, w.around...)
	if err := w.spend(16 * len(c.Redirects)); err != nil {
		return err
	}
	c.Stdin, c.Uncalled = w.stdin, w.uncalled
	w.out.Commands = append(w.out.Commands, c)
	return nil
}

// trap keeps a script for the end.
func (w *walker) trap(args []Word) {
	args = afterDashes(args)
	if len(args) > 1 && args[0].Text != "" && args[0].Text != "-" && !strings.HasPrefix(args[0].Text, "-") {
		w.traps = append(w.traps, args[0])
	}
}

func afterDashes(args []Word) []Word {
	if len(args) > 0 && args[0].Text == "--" {
		return args[1:]
	}
	return args
}

func joinWords(words []Word) Word {
	var out Word
	texts := make([]string, len(words))
	for i, v := range words {
		texts[i] = v.Text
		out.Loose = out.Loose || v.Loose
		out.Output = merge(out.Output, v.Output)
	}
	out.Text = strings.Join(texts, " ")
	return out
}

// find runs the commands behind -exec, and lists find itself.
func (w *walker) find(c Command) error {
	if err := w.emit(c); err != nil {
		return err
	}
	for i := 1; i < len(c.Words); i++ {
		switch c.Words[i].Text {
		case "-exec", "-execdir", "-ok", "-okdir":
		default:
			continue
		}
		end := i + 1
		for end < len(c.Words) && c.Words[end].Text != ";" && c.Words[end].Text != "+" {
			end++
		}
		if err := w.run(Command{Words: c.Words[i+1 : end], Redirects: c.Redirects}); err != nil {
			return err
		}
		i = end
	}
	return nil
}
