package dockerfile

import (
	"errors"
	"maps"
	"regexp"
	"sync"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// scope are the variables that are known at one place of a stage. BuildKit
// keeps ARG and ENV in one list, where the later wins.
type scope map[string]string

func (s scope) clone() scope { return maps.Clone(s) }

var (
	errExpansion = errors.New("variables expand to more than the limit")
	errVariables = errors.New("more variables than the limit")
)

func (s scope) set(name, value string) error {
	if _, ok := s[name]; !ok && len(s) >= maxVariables {
		return errVariables
	}
	s[name] = value
	return nil
}

// expander expands variables as a build does, within a budget: values that
// hold values double with each line.
type expander struct {
	lex  *shell.Lex
	left int
}

func newExpander(escape rune) *expander {
	return &expander{lex: shell.NewLex(escape), left: maxExpandedAll}
}

// patterns of variables in a word.
type patterns struct{ plain, substitution *regexp.Regexp }

var variables = sync.OnceValue(func() patterns {
	return patterns{
		plain:        regexp.MustCompile(`\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})`),
		substitution: regexp.MustCompile(`\$\{[A-Za-z0-9_]*/`),
	}
})

// word expands one word and takes off its quotes. A variable without a known
// value stays as it is written, unless the word gives a default: the base
// image may set it. clear is false where one stays.
func (x *expander) word(word string, s scope) (text string, clear bool, err error) {
	if !expandable(word) {
		return word, true, nil
	}
	if err := bounded(word); err != nil {
		return "", false, err
	}
	env := &values{scope: s, left: min(maxExpanded, x.left)}
	if variables().substitution.MatchString(word) {
		env.left = min(maxReplaced, x.left)
	}
	before := env.left
	x.lex.SkipUnsetEnv = false
	r, err := x.lex.ProcessWordWithMatches(word, env)
	clear = err == nil && !open(word, r.Unmatched)
	if !clear && !env.over {
		x.lex.SkipUnsetEnv = true
		r, err = x.lex.ProcessWordWithMatches(word, env)
	}
	x.left -= before - env.left + len(r.Result)
	if env.over || x.left < 0 {
		return "", false, errExpansion
	}
	return r.Result, clear, err
}

// expandable reports whether the lexer would change a word at all.
func expandable(word string) bool {
	for i := 0; i < len(word); i++ {
		switch word[i] {
		case '$', '\'', '"', '\\', '`':
			return true
		}
	}
	return false
}

// bounded refuses words whose expansion could be far longer than its parts:
// ${A//x/y} writes y for every x, and one inside another multiplies.
func bounded(word string) error {
	if len(word) > maxWord {
		return errExpansion
	}
	n := len(variables().substitution.FindAllStringIndex(word, 2))
	if n > 1 || n == 1 && len(word) > 1<<10 {
		return errExpansion
	}
	return nil
}

// open reports whether a word holds one of the unknown names without a default.
func open(word string, unknown map[string]struct{}) bool {
	if len(unknown) == 0 {
		return false
	}
	for _, m := range variables().plain.FindAllStringSubmatch(word, -1) {
		if _, ok := unknown[m[1]+m[2]]; ok {
			return true
		}
	}
	return false
}

// values hands a scope to the lexer and counts what it takes.
type values struct {
	scope scope
	left  int
	over  bool
}

func (v *values) Get(name string) (string, bool) {
	value, ok := v.scope[name]
	if v.left -= len(value); v.left < 0 {
		v.over = true
		return "", ok
	}
	return value, ok
}

func (v *values) Keys() []string { return nil }
