package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// hole stands for what is only known at run time until the commands are shown:
// unlike $, it means nothing to the parser that an inner script goes through.
const hole = "\x01"

func unknown(output []Span) Word { return Word{Text: hole, Loose: true, Output: output} }

func show(text string) string { return strings.ReplaceAll(text, hole, "$") }

func (c *Command) show() {
	for i := range c.Words {
		c.Words[i].Text = show(c.Words[i].Text)
	}
	for i := range c.Assigns {
		c.Assigns[i].Value.Text = show(c.Assigns[i].Value.Text)
	}
	c.Redirects = slices.Clone(c.Redirects)
	for i := range c.Redirects {
		c.Redirects[i].Target.Text = show(c.Redirects[i].Target.Text)
	}
}

// merge is both lists of spans without repetition.
func merge(a, b []Span) []Span {
	if len(b) == 0 {
		return a
	}
	out := slices.Clip(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// maxOutputs is how many substitutions one word may hold, count.
const maxOutputs = 1024

// expansion collects the fields that one word expands to.
type expansion struct {
	w      *walker
	fields []Word
	cur    Word
	text   []byte
	begun  bool
	// split says that unquoted values are split into fields.
	split bool
}

// fields expands a word the way arguments are: values that hold blanks become
// several words.
func (w *walker) fields(word *syntax.Word) ([]Word, error) {
	if word == nil {
		return nil, nil
	}
	if list, ok := w.allParams(word); ok {
		return list, nil
	}
	e := &expansion{w: w, split: true}
	if err := e.parts(word.Parts, false); err != nil {
		return nil, err
	}
	e.end()
	return e.fields, nil
}

// joined expands a word the way assignments, redirections and here documents
// are: into one.
func (w *walker) joined(word *syntax.Word) (Word, error) {
	if word == nil {
		return Word{}, nil
	}
	e := &expansion{w: w}
	if err := e.parts(word.Parts, false); err != nil {
		return Word{}, err
	}
	return e.word(), nil
}

func (e *expansion) end() {
	if e.begun {
		e.fields = append(e.fields, e.word())
	}
	e.cur, e.text, e.begun = Word{}, nil, false
}

func (e *expansion) word() Word {
	e.cur.Text = string(e.text)
	return e.cur
}

// add appends to the field being read.
func (e *expansion) add(part Word) error {
	e.begun = true
	e.text = append(e.text, part.Text...)
	e.cur.Loose = e.cur.Loose || part.Loose
	e.cur.File = e.cur.File || part.File
	for _, s := range part.Output {
		if !slices.Contains(e.cur.Output, s) && !s.Empty() {
			e.cur.Output = append(e.cur.Output, s)
		}
	}
	if len(e.text) > MaxScript || len(e.cur.Output) > maxOutputs {
		return ErrTooBig
	}
	return e.w.spend(len(part.Text) + 16*len(part.Output))
}

// value adds a variable's value, split at blanks where the shell would.
func (e *expansion) value(v Word, quoted bool) error {
	if quoted || !e.split || !strings.ContainsAny(v.Text, " \t\n") {
		if v.Text == "" && !quoted {
			return nil
		}
		return e.add(v)
	}
	if strings.TrimLeft(v.Text, " \t\n") != v.Text {
		e.end()
	}
	for i, f := range strings.Fields(v.Text) {
		if i > 0 {
			e.end()
		}
		if err := e.add(Word{Text: f, Loose: strings.Contains(f, hole), Output: v.Output}); err != nil {
			return err
		}
	}
	if strings.TrimRight(v.Text, " \t\n") != v.Text {
		e.end()
	}
	return nil
}

func (e *expansion) parts(parts []syntax.WordPart, quoted bool) error {
	for _, p := range parts {
		if err := e.part(p, quoted); err != nil {
			return err
		}
	}
	return nil
}

func (e *expansion) part(p syntax.WordPart, quoted bool) error {
	switch p := p.(type) {
	case *syntax.Lit:
		return e.add(e.literal(unescape(p.Value, quoted)))
	case *syntax.SglQuoted:
		if p.Dollar {
			return e.add(ansi(p.Value))
		}
		return e.add(e.literal(p.Value))
	case *syntax.DblQuoted:
		if len(p.Parts) == 0 {
			return e.add(Word{})
		}
		return e.parts(p.Parts, true)
	case *syntax.ParamExp:
		return e.param(p, quoted)
	case *syntax.CmdSubst:
		return e.output(p.Stmts, false)
	case *syntax.ProcSubst:
		return e.output(p.Stmts, true)
	case *syntax.ExtGlob:
		return e.add(Word{Text: p.Op.String() + p.Pattern.Value + ")"})
	}
	if err := e.w.substitutions(p); err != nil {
		return err
	}
	return e.add(unknown(nil))
}

// literal is text of the script. In a script that was itself put together at
// run time, the holes are in it.
func (e *expansion) literal(text string) Word {
	if !strings.Contains(text, hole) {
		return Word{Text: text}
	}
	return Word{Text: text, Loose: true, Output: e.w.hole.Output}
}

// output adds what commands print.
func (e *expansion) output(stmts []*syntax.Stmt, file bool) error {
	w := e.w
	around, stdin := w.around, w.stdin
	w.around, w.stdin = nil, Span{}
	defer func() { w.around, w.stdin = around, stdin }()
	from := len(w.out.Commands)
	err := w.nested(func() error {
		return w.apart(func() error { return w.stmts(stmts) })
	})
	if err != nil {
		return err
	}
	out := unknown([]Span{{from, len(w.out.Commands)}})
	out.File = file
	return e.add(out)
}

func (e *expansion) param(p *syntax.ParamExp, quoted bool) error {
	w := e.w
	if p.Param != nil && plain(p) {
		if v, ok := w.lookup(p.Param.Value); ok {
			return e.value(v, quoted)
		}
	}
	if err := w.substitutions(p); err != nil {
		return err
	}
	return e.add(unknown(nil))
}

// plain reports whether the expansion is the variable's value, or would be if
// it had one.
func plain(p *syntax.ParamExp) bool {
	if p.Excl || p.Length || p.Width || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0 || p.Flags != nil {
		return false
	}
	return p.Exp == nil || p.Exp.Op == syntax.DefaultUnset || p.Exp.Op == syntax.DefaultUnsetOrNull ||
		p.Exp.Op == syntax.ErrorUnset || p.Exp.Op == syntax.ErrorUnsetOrNull
}

// lookup finds the value of a variable or positional parameter that is known.
func (w *walker) lookup(name string) (Word, bool) {
	if len(name) == 1 && name[0] >= '1' && name[0] <= '9' {
		n := int(name[0] - '0')
		if !w.known || n > len(w.params) {
			return Word{}, w.known
		}
		return w.params[n-1], true
	}
	v, ok := w.vars[name]
	return v, ok
}

// allParams expands a word that is $@ or $*, quoted or not.
func (w *walker) allParams(word *syntax.Word) ([]Word, bool) {
	if len(word.Parts) != 1 || !w.known {
		return nil, false
	}
	part := word.Parts[0]
	if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
		part = q.Parts[0]
	}
	p, ok := part.(*syntax.ParamExp)
	if !ok || p.Param == nil || p.Param.Value != "@" && p.Param.Value != "*" || !plain(p) {
		return nil, false
	}
	return w.params, true
}

// substitutions runs the commands inside a node whose value does not matter.
func (w *walker) substitutions(n syntax.Node) error {
	var failed error
	syntax.Walk(n, func(n syntax.Node) bool {
		var stmts []*syntax.Stmt
		switch n := n.(type) {
		case *syntax.CmdSubst:
			stmts = n.Stmts
		case *syntax.ProcSubst:
			stmts = n.Stmts
		case *syntax.Stmt:
			stmts = []*syntax.Stmt{n}
		default:
			return failed == nil
		}
		if failed == nil {
			failed = w.nested(func() error { return w.apart(func() error { return w.stmts(stmts) }) })
		}
		return false
	})
	return failed
}
