package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// walker goes through a script the way a shell would.
type walker struct {
	out   Script
	vars  map[string]Word
	funcs map[string]*function
	// params are the positional parameters; known says that they are.
	params []Word
	known  bool
	// calls are the functions being run, against recursion.
	calls []*function
	// traps are scripts to run at the end.
	traps []Word
	// around are the redirections of the constructs around, stdin the commands
	// whose output they read.
	around []Redirect
	stdin  Span
	// hole is what stands for the unknown parts of the script being read.
	hole  Word
	depth int
	steps int
	text  int
	// branches counts the constructs around that may not be run.
	branches int
	uncalled bool
}

// function is a function of the script; one that is defined again, as in two
// branches, has several bodies.
type function struct {
	bodies []*syntax.Stmt
	called bool
	order  int
}

func newWalker() *walker {
	return &walker{vars: map[string]Word{}, funcs: map[string]*function{}}
}

// finish runs what a script leaves to its end, and lists the functions that
// nothing called.
func (w *walker) finish() (Script, error) {
	if err := w.trapped(); err != nil {
		return Script{}, err
	}
	w.uncalled = true
	for _, f := range w.inOrder() {
		if f.called {
			continue
		}
		if err := w.call(f, nil); err != nil {
			return Script{}, err
		}
	}
	if err := w.trapped(); err != nil {
		return Script{}, err
	}
	for i := range w.out.Commands {
		w.out.Commands[i].show()
	}
	return w.out, nil
}

// trapped runs the scripts that were kept for the end.
func (w *walker) trapped() error {
	traps := w.traps
	w.traps = nil
	for _, t := range traps {
		if err := w.inner(t); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) inOrder() []*function {
	var list []*function
	for _, f := range w.funcs {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *function) int { return a.order - b.order })
	return list
}

// source runs a script's text.
func (w *walker) source(src string) error {
	file, err := parse(src)
	if err != nil {
		return err
	}
	return w.stmts(file.Stmts)
}

// inner runs a text that another shell is handed. One that cannot be parsed is
// noted: the script around it can be.
func (w *walker) inner(text Word) error {
	if err := w.spend(len(text.Text)); err != nil {
		return err
	}
	file, err := parse(text.Text)
	if err == ErrSyntax {
		w.out.Unread = append(w.out.Unread, show(text.Text))
		return nil
	}
	if err != nil {
		return err
	}
	hole := w.hole
	w.hole = Word{Output: text.Output, Loose: text.Loose}
	defer func() { w.hole = hole }()
	return w.nested(func() error { return w.stmts(file.Stmts) })
}

// nested runs f one level down.
func (w *walker) nested(f func() error) error {
	if w.depth++; w.depth > MaxDepth {
		return ErrNesting
	}
	defer func() { w.depth-- }()
	return f()
}

// spend counts bytes of words.
func (w *walker) spend(n int) error {
	if w.text += n; w.text > maxText {
		return ErrTooBig
	}
	return nil
}

func (w *walker) step(n int) error {
	if w.steps += n; w.steps > maxSteps {
		return ErrTooBig
	}
	return nil
}

func (w *walker) stmts(list []*syntax.Stmt) error {
	for _, s := range list {
		if err := w.stmt(s); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) stmt(s *syntax.Stmt) error {
	if err := w.step(1); err != nil {
		return err
	}
	return w.nested(func() error {
		around := w.around
		defer func() { w.around = around }()
		redirects, err := w.redirects(s.Redirs)
		if err != nil {
			return err
		}
		w.around = append(slices.Clip(redirects), around...)
		if err := w.step(len(around)); err != nil {
			return err
		}
		return w.command(s.Cmd)
	})
}

func (w *walker) redirects(list []*syntax.Redirect) ([]Redirect, error) {
	var out []Redirect
	for _, r := range list {
		word := r.Word
		if r.Op == syntax.Hdoc || r.Op == syntax.DashHdoc {
			word = r.Hdoc
		}
		target, err := w.joined(word)
		if err != nil {
			return nil, err
		}
		out = append(out, Redirect{r.Op.String(), target})
	}
	return out, nil
}

func (w *walker) command(c syntax.Command) error {
	switch c := c.(type) {
	case nil:
		return nil
	case *syntax.CallExpr:
		return w.simple(c)
	case *syntax.BinaryCmd:
		return w.binary(c)
	case *syntax.Subshell:
		return w.apart(func() error { return w.stmts(c.Stmts) })
	case *syntax.Block:
		return w.stmts(c.Stmts)
	case *syntax.FuncDecl:
		return w.define(c)
	case *syntax.DeclClause:
		return w.declare(c)
	case *syntax.TimeClause:
		return w.optional(c.Stmt)
	case *syntax.CoprocClause:
		return w.optional(c.Stmt)
	}
	return w.compound(c)
}

func (w *walker) optional(s *syntax.Stmt) error {
	if s == nil {
		return nil
	}
	return w.stmt(s)
}

func (w *walker) define(c *syntax.FuncDecl) error {
	if c.Name == nil {
		return w.substitutions(c)
	}
	f := w.funcs[c.Name.Value]
	if f == nil {
		f = &function{order: len(w.funcs)}
		w.funcs[c.Name.Value] = f
	}
	f.bodies = append(f.bodies, c.Body)
	return nil
}
