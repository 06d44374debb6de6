package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// compound runs the constructs that choose or repeat.
func (w *walker) compound(c syntax.Command) error {
	w.branches++
	defer func() { w.branches-- }()
	switch c := c.(type) {
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			if err := w.all(c.Cond, c.Then); err != nil {
				return err
			}
		}
		return nil
	case *syntax.WhileClause:
		return w.loop(func() error { return w.all(c.Cond, c.Do) })
	case *syntax.ForClause:
		if err := w.header(c.Loop); err != nil {
			return err
		}
		return w.loop(func() error { return w.stmts(c.Do) })
	case *syntax.CaseClause:
		return w.cases(c)
	}
	return w.substitutions(c)
}

func (w *walker) all(lists ...[]*syntax.Stmt) error {
	for _, l := range lists {
		if err := w.stmts(l); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) loop(body func() error) error {
	from := len(w.out.Commands)
	err := body()
	if to := len(w.out.Commands); to > from {
		w.out.Loops = append(w.out.Loops, Span{from, to})
	}
	return err
}

func (w *walker) header(l syntax.Loop) error {
	words, ok := l.(*syntax.WordIter)
	if !ok {
		return w.substitutions(l)
	}
	for _, item := range words.Items {
		if _, err := w.fields(item); err != nil {
			return err
		}
	}
	w.vars[words.Name.Value] = unknown(nil)
	return nil
}

func (w *walker) cases(c *syntax.CaseClause) error {
	if _, err := w.joined(c.Word); err != nil {
		return err
	}
	for _, item := range c.Items {
		for _, p := range item.Patterns {
			if _, err := w.joined(p); err != nil {
				return err
			}
		}
		if err := w.stmts(item.Stmts); err != nil {
			return err
		}
	}
	return nil
}

// binary runs lists and pipelines. Long ones lean to the left, so their first
// elements are collected without going down.
func (w *walker) binary(b *syntax.BinaryCmd) error {
	rest := []*syntax.BinaryCmd{b}
	first := b.X
	for {
		next, ok := first.Cmd.(*syntax.BinaryCmd)
		if !ok || len(first.Redirs) > 0 || isPipe(next.Op) != isPipe(b.Op) {
			break
		}
		rest = append(rest, next)
		first = next.X
	}
	slices.Reverse(rest)
	if isPipe(b.Op) {
		return w.pipeline(first, rest)
	}
	if err := w.stmt(first); err != nil {
		return err
	}
	w.branches++
	defer func() { w.branches-- }()
	for _, next := range rest {
		if next.Op == syntax.AndStmt {
			// What follows && is run unless something failed.
			w.branches--
		}
		err := w.stmt(next.Y)
		if next.Op == syntax.AndStmt {
			w.branches++
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isPipe(op syntax.BinCmdOperator) bool { return op == syntax.Pipe || op == syntax.PipeAll }

func (w *walker) pipeline(first *syntax.Stmt, rest []*syntax.BinaryCmd) error {
	stdin := w.stdin
	defer func() { w.stdin = stdin }()
	from := len(w.out.Commands)
	if err := w.apart(func() error { return w.stmt(first) }); err != nil {
		return err
	}
	for _, next := range rest {
		w.stdin = Span{from, len(w.out.Commands)}
		from = w.stdin.To
		if err := w.apart(func() error { return w.stmt(next.Y) }); err != nil {
			return err
		}
	}
	return nil
}
