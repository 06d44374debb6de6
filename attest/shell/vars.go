package shell

import (
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// apart runs f in a shell of its own: what it sets is gone afterwards.
func (w *walker) apart(f func() error) error {
	if err := w.step(len(w.vars)); err != nil {
		return err
	}
	vars, params, known := w.vars, w.params, w.known
	w.vars = maps.Clone(vars)
	defer func() { w.vars, w.params, w.known = vars, params, known }()
	return f()
}

// assign evaluates one assignment and remembers it.
func (w *walker) assign(a *syntax.Assign, keep bool) (Assign, error) {
	if a.Name == nil || a.Array != nil || a.Index != nil {
		if a.Name != nil {
			w.vars[a.Name.Value] = unknown(nil)
		}
		return Assign{}, w.substitutions(a)
	}
	value := Word{}
	if a.Value != nil {
		var err error
		if value, err = w.joined(a.Value); err != nil {
			return Assign{}, err
		}
	}
	name := a.Name.Value
	if a.Append {
		value = w.appended(name, value)
	}
	if keep {
		w.set(name, value)
	}
	return Assign{name, value}, nil
}

func (w *walker) appended(name string, value Word) Word {
	old, ok := w.vars[name]
	if !ok {
		old = unknown(nil)
	}
	return Word{Text: old.Text + value.Text, Loose: old.Loose || value.Loose, Output: merge(old.Output, value.Output)}
}

// set gives a variable its value. One that differs by branch is not known.
func (w *walker) set(name string, value Word) {
	if old, ok := w.vars[name]; ok && w.branches > 0 && old.Text != value.Text {
		value = unknown(merge(old.Output, value.Output))
	}
	w.vars[name] = value
}

// forget makes variables unknown.
func (w *walker) forget(names []Word) {
	for _, n := range names {
		if _, ok := w.vars[n.Text]; ok {
			w.vars[n.Text] = unknown(nil)
		}
	}
}

// declare runs export, local and their like.
func (w *walker) declare(d *syntax.DeclClause) error {
	var c Command
	branches := w.branches
	defer func() { w.branches = branches }()
	if d.Variant.Value == "local" {
		// A call's own variable has no value from before.
		w.branches = 0
	}
	for _, a := range d.Args {
		set, err := w.assign(a, !a.Naked)
		if err != nil {
			return err
		}
		if !a.Naked && set.Name != "" {
			c.Assigns = append(c.Assigns, set)
		}
	}
	if len(c.Assigns) == 0 {
		return nil
	}
	return w.emit(c)
}

// call runs a function; args nil says that they are not known.
func (w *walker) call(f *function, args []Word) error {
	f.called = f.called || !w.uncalled
	params, known := w.params, w.known
	w.params, w.known = args, args != nil
	w.calls = append(w.calls, f)
	defer func() {
		w.params, w.known = params, known
		w.calls = w.calls[:len(w.calls)-1]
	}()
	return w.nested(func() error { return w.stmts(f.bodies) })
}

// shift drops positional parameters.
func (w *walker) shift(args []Word) {
	if len(args) > 1 {
		w.known = false
		return
	}
	n := 1
	if len(args) == 1 {
		if args[0].Loose || len(args[0].Text) != 1 || args[0].Text[0] > '9' || args[0].Text[0] < '0' {
			w.known = false
			return
		}
		n = int(args[0].Text[0] - '0')
	}
	w.params = w.params[min(n, len(w.params)):]
}

// setParams runs set: with -- or words, it sets the positional parameters.
func (w *walker) setParams(args []Word) {
	for i, a := range args {
		switch {
		case a.Text == "--":
			w.params, w.known = append([]Word{}, args[i+1:]...), true
			return
		case !strings.HasPrefix(a.Text, "-") && !strings.HasPrefix(a.Text, "+"):
			if i > 0 && strings.HasSuffix(args[i-1].Text, "o") {
				continue
			}
			w.params, w.known = append([]Word{}, args[i:]...), true
			return
		}
	}
}
