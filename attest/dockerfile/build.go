package dockerfile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/pratique-dev/pratique/attest/cis"
)

// build carries a Dockerfile out on paper.
type build struct {
	src *source
	// args are those given, global those that FROM may use.
	args   map[string]string
	global scope
	expand *expander
	stages []*stage
	byName map[string]*stage
	meta   []cis.Step
	// triggers counts the ONBUILDs that ran.
	triggers int
}

// stage is one stage, carried out.
type stage struct {
	index int
	name  string
	line  int
	// base is the stage it is FROM, nil where that is an image: ref.
	base *stage
	ref  string
	// open says that ref has a variable without a value.
	open  bool
	steps []cis.Step
	// froms are what it copies from and mounts.
	froms   []from
	scope   scope
	shell   []string
	onbuild []trigger
	unclear []cis.Note
	// err is why a build would stop here, if it came here.
	err error
}

// from is COPY --from or a mount's from.
type from struct {
	name, use string
	line      int
}

// trigger is an ONBUILD and where it stands.
type trigger struct {
	text string
	line int
}

func newBuild(src *source, args, platform map[string]string) *build {
	return &build{
		src: src, args: args, global: scope(maps.Clone(platform)),
		expand: newExpander(src.escape), byName: map[string]*stage{},
	}
}

// run carries out all stages in the order of the file; a stage can only be
// FROM one above it.
func (b *build) run() error {
	for i := range b.src.meta {
		if err := b.metaArg(&b.src.meta[i]); err != nil {
			return err
		}
	}
	for i, def := range b.src.stages {
		s, err := b.begin(i, def)
		if err != nil {
			return err
		}
		b.stages = append(b.stages, s)
		s.err = b.carryOut(s, def)
		if s.name != "" {
			b.byName[s.name] = s
		}
	}
	return nil
}

// metaArg is an ARG in front of the first FROM.
func (b *build) metaArg(c *instructions.ArgCommand) error {
	line := lineOf(c)
	step := cis.Step{At: place(line), Builder: cis.BuilderBuildKit, Instruction: "ARG", Text: behind(c.String()), Pairs: []string{}}
	for _, a := range c.Args {
		value, known := b.args[a.Key]
		if !known && a.Value != nil {
			v, _, err := b.expand.word(*a.Value, b.global)
			if err != nil {
				return invalid(line, "%s", reason(err))
			}
			value, known = v, true
		}
		if !known {
			continue
		}
		step.Pairs = append(step.Pairs, a.Key+"="+value)
		if err := b.global.set(a.Key, value); err != nil {
			return invalid(line, "%v", err)
		}
	}
	b.meta = append(b.meta, step)
	return nil
}

// begin reads FROM.
func (b *build) begin(i int, def instructions.Stage) (*stage, error) {
	s := &stage{index: i, name: def.Name, line: 1, scope: scope{}}
	if len(def.Location) > 0 {
		s.line = def.Location[0].Start.Line
	}
	ref, clear, err := b.expand.word(def.BaseName, b.global)
	switch {
	case err != nil:
		return nil, invalid(s.line, "%s", reason(err))
	case ref == "":
		return nil, invalid(s.line, "FROM names nothing")
	}
	s.ref, s.open = ref, !clear || strings.Contains(ref, "$")
	if base, ok := b.byName[ref]; ok {
		s.base, s.scope, s.shell = base, base.scope.clone(), base.shell
	}
	return s, nil
}

// carryOut runs a stage: first what the stage below left to do.
func (b *build) carryOut(s *stage, def instructions.Stage) error {
	if s.base != nil {
		for _, t := range s.base.onbuild {
			if err := b.pull(s, t); err != nil {
				return err
			}
		}
	}
	for _, c := range def.Commands {
		if err := b.step(s, c, lineOf(c)); err != nil {
			return err
		}
	}
	return nil
}

// target finds the stage to build.
func (b *build) target(name string) (*stage, error) {
	if name == "" {
		return b.stages[len(b.stages)-1], nil
	}
	if s, ok := b.byName[strings.ToLower(name)]; ok {
		return s, nil
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < len(b.stages) {
		return b.stages[n], nil
	}
	names := slices.Sorted(maps.Keys(b.byName))
	if len(names) > 10 {
		names = append(names[:10], "…")
	}
	named := "none has a name"
	if len(names) > 0 {
		named = fmt.Sprintf("those with names are %q", names)
	}
	return nil, fmt.Errorf("target %q: no such stage; stages are numbered from 0 to %d, %s", name, len(b.stages)-1, named)
}

// chain is the stage and those it is FROM, the lowest first.
func (s *stage) chain() []*stage {
	var out []*stage
	for ; s != nil; s = s.base {
		out = append(out, s)
	}
	slices.Reverse(out)
	return out
}

// lookup is the stage that COPY --from or a mount names; nil where that is an
// image. Only COPY takes numbers.
func (b *build) lookup(f from) (*stage, error) {
	if s, ok := b.byName[strings.ToLower(f.name)]; ok {
		return s, nil
	}
	n, err := strconv.Atoi(f.name)
	if err != nil || f.use != cis.UseCopy {
		return nil, nil
	}
	if n < 0 || n >= len(b.stages) {
		return nil, invalid(f.line, "--from=%d: there is no such stage", n)
	}
	return b.stages[n], nil
}
