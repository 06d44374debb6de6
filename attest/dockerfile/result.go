package dockerfile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
)

// result is what the build of one stage shows.
func (b *build) result(target *stage) (*cis.Dockerfile, error) {
	reached, err := b.reach(target)
	if err != nil {
		return nil, err
	}
	d := &cis.Dockerfile{Digest: b.src.digest, Target: target.name, Other: b.meta}
	if d.Target == "" {
		d.Target = strconv.Itoa(target.index)
	}
	if f := b.src.frontend; f != "" && !ownFrontend(f) {
		d.Unclear = append(d.Unclear, cis.Note{At: cis.Place{Source: cis.SourceDockerfile}, Why: "another frontend than Dockerfile's own reads this file"})
	}
	chain := target.chain()
	for _, s := range chain {
		d.Steps = append(d.Steps, s.steps...)
	}
	for _, s := range b.stages {
		if !slices.Contains(chain, s) {
			d.Other = append(d.Other, s.steps...)
		}
		if reached[s] {
			b.take(d, s, s == chain[0])
		}
	}
	slices.SortStableFunc(d.Bases, func(x, y cis.BaseRef) int { return cmp.Compare(x.Line, y.Line) })
	return d, nil
}

// take adds the images that one stage is made of.
func (b *build) take(d *cis.Dockerfile, s *stage, root bool) {
	d.Unclear = append(d.Unclear, s.unclear...)
	if s.base == nil {
		if s.open {
			d.Unclear = append(d.Unclear, cis.Note{At: place(s.line), Why: "FROM has a variable without a value"})
		}
		d.Bases = append(d.Bases, baseRef(s.ref, cis.UseFrom, s.line, root))
	}
	for _, f := range s.froms {
		if from, err := b.lookup(f); err == nil && from == nil {
			d.Bases = append(d.Bases, baseRef(f.name, f.use, f.line, false))
		}
	}
}

// reach finds the stages that a build of the target carries out. It is an
// error if a build would stop in one of them.
func (b *build) reach(target *stage) (map[*stage]bool, error) {
	reached := map[*stage]bool{target: true}
	for todo := []*stage{target}; len(todo) > 0; {
		s := todo[0]
		todo = todo[1:]
		next, err := b.needs(s)
		if err != nil {
			return nil, err
		}
		for _, n := range next {
			if !reached[n] {
				reached[n] = true
				todo = append(todo, n)
			}
		}
	}
	return reached, nil
}

// needs are the stages that one is made of.
func (b *build) needs(s *stage) (out []*stage, err error) {
	if s.err != nil {
		return nil, s.err
	}
	if s.base != nil {
		out = append(out, s.base)
	}
	for _, f := range s.froms {
		from, err := b.lookup(f)
		switch {
		case err != nil:
			return nil, err
		case from == nil:
		case from.index >= s.index:
			return nil, invalid(f.line, "files are taken from a stage that comes later")
		default:
			out = append(out, from)
		}
	}
	return out, nil
}

func baseRef(ref, use string, line int, target bool) cis.BaseRef {
	r := cis.BaseRef{Ref: ref, Use: use, Line: line, Target: target}
	name, digest, _ := strings.Cut(ref, "@")
	r.Digest = digest
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		r.Tag = name[i+1:]
	}
	return r
}
