package dockerfile

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/pratique-dev/pratique/attest/cis"
)

func place(line int) cis.Place { return cis.Place{Source: cis.SourceDockerfile, Line: line} }

func lineOf(c instructions.Command) int {
	if at := c.Location(); len(at) > 0 {
		return at[0].Start.Line
	}
	return 1
}

// behind is an instruction without its word.
func behind(code string) string {
	code = strings.TrimSpace(code)
	if i := strings.IndexAny(code, " \t"); i >= 0 {
		return strings.TrimSpace(code[i:])
	}
	return ""
}

// step carries one instruction out; line is where it stands, which for a
// trigger is the line of its ONBUILD.
func (b *build) step(s *stage, c instructions.Command, line int) error {
	st := cis.Step{At: place(line), Builder: cis.BuilderBuildKit, Instruction: strings.ToUpper(c.Name())}
	if code, ok := c.(fmt.Stringer); ok {
		st.Text = behind(code.String())
	}
	if err := b.fill(s, c, &st); err != nil {
		return invalid(line, "%s", reason(err))
	}
	s.steps = append(s.steps, st)
	return nil
}

// fill does what is different from instruction to instruction.
func (b *build) fill(s *stage, c instructions.Command, st *cis.Step) (err error) {
	switch c := c.(type) {
	case *instructions.ArgCommand:
		return b.arg(s, c, st)
	case *instructions.EnvCommand:
		return b.env(s, c, st)
	case *instructions.LabelCommand:
		st.Pairs, err = b.pairs(s, c.Labels)
	case *instructions.UserCommand:
		st.Text, _, err = b.expand.word(c.User, s.scope)
	case *instructions.RunCommand:
		return b.runs(s, c, st)
	case *instructions.AddCommand:
		st.Text += documents(c.SourceContents)
		st.Add, err = b.adds(s, c.SourcesAndDest)
		if err == nil {
			st.Add.Checksum, _, err = b.expand.word(c.Checksum, s.scope)
		}
	case *instructions.CopyCommand:
		st.Text += documents(c.SourceContents)
		st.Add, err = b.adds(s, c.SourcesAndDest)
		st.Add.From = c.From
		b.copies(s, c.From, st.At.Line)
	case *instructions.HealthCheckCommand:
		healthcheck(c.Health.Test, st)
	case *instructions.ShellCommand:
		s.shell = c.Shell
	case *instructions.OnbuildCommand:
		s.onbuild = append(s.onbuild, trigger{c.Expression, st.At.Line})
	}
	return err
}

// arg is an ARG in a stage: what the build was told, else the default, else
// what the ARG of that name in front of the first FROM says.
func (b *build) arg(s *stage, c *instructions.ArgCommand, st *cis.Step) error {
	st.Pairs = []string{}
	for _, a := range c.Args {
		value, known := b.args[a.Key]
		switch {
		case known:
		case a.Value != nil:
			v, _, err := b.expand.word(*a.Value, s.scope)
			if err != nil {
				return err
			}
			value, known = v, true
		default:
			value, known = b.global[a.Key]
		}
		if !known {
			continue
		}
		st.Pairs = append(st.Pairs, a.Key+"="+value)
		if err := s.scope.set(a.Key, value); err != nil {
			return err
		}
	}
	return nil
}

// env sets all its variables at once: none of them sees another.
func (b *build) env(s *stage, c *instructions.EnvCommand, st *cis.Step) (err error) {
	if st.Pairs, err = b.pairs(s, c.Env); err != nil {
		return err
	}
	for _, kv := range st.Pairs {
		name, value, _ := strings.Cut(kv, "=")
		if err := s.scope.set(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (b *build) pairs(s *stage, kvs instructions.KeyValuePairs) ([]string, error) {
	out := []string{}
	for _, kv := range kvs {
		name, _, err := b.expand.word(kv.Key, s.scope)
		if err != nil {
			return nil, err
		}
		value, _, err := b.expand.word(kv.Value, s.scope)
		if err != nil {
			return nil, err
		}
		out = append(out, name+"="+value)
	}
	return out, nil
}

func (b *build) adds(s *stage, p instructions.SourcesAndDest) (*cis.AddForm, error) {
	f := &cis.AddForm{Heredoc: len(p.SourceContents) > 0}
	for _, w := range p.SourcePaths {
		source, _, err := b.expand.word(w, s.scope)
		if err != nil {
			return f, err
		}
		f.Sources = append(f.Sources, source)
	}
	dest, _, err := b.expand.word(p.DestPath, s.scope)
	f.Dest = dest
	return f, err
}

// documents are the here documents of COPY and ADD, which are part of the
// image.
func documents(contents []instructions.SourceContent) string {
	var b strings.Builder
	for _, c := range contents {
		b.WriteString("\n" + c.Data)
	}
	return b.String()
}

func (b *build) copies(s *stage, name string, line int) {
	switch {
	case name == "":
	case strings.Contains(name, "$"):
		s.unclear = append(s.unclear, cis.Note{At: place(line), Why: "COPY --from takes no variable"})
		s.froms = append(s.froms, from{name, cis.UseCopy, line})
	default:
		s.froms = append(s.froms, from{name, cis.UseCopy, line})
	}
}

// healthcheck keeps the command where RUN has its own; NONE has none.
func healthcheck(test []string, st *cis.Step) {
	switch {
	case len(test) < 2:
	case test[0] == "CMD":
		st.Run.Argv = test[1:]
	default:
		st.Run.Script = strings.Join(test[1:], " ")
	}
}

// pull carries out a trigger of the stage below.
func (b *build) pull(s *stage, t trigger) error {
	if b.triggers++; b.triggers > MaxInstructions {
		return invalid(t.line, "more than %d instructions by ONBUILD", MaxInstructions)
	}
	tree, err := parser.Parse(strings.NewReader(t.text))
	if err != nil {
		return invalid(t.line, "%s", reason(err))
	}
	if len(tree.AST.Children) != 1 {
		return invalid(t.line, "ONBUILD takes one instruction")
	}
	c, err := instructions.ParseCommand(tree.AST.Children[0])
	if err != nil {
		return invalid(t.line, "%s", reason(err))
	}
	return b.step(s, c, t.line)
}
