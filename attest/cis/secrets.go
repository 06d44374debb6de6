package cis

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pratique-dev/pratique/attest/secrets"
)

// maxSecrets is how many findings the facts keep.
const maxSecrets = 256

// The places of a secret, as they appear in facts.
const (
	placeEnv         = "env"
	placeLabel       = "label"
	placeCmd         = "cmd"
	placeEntrypoint  = "entrypoint"
	placeOnBuild     = "onbuild"
	placeHealthcheck = "healthcheck"
	placeHistory     = "history"
)

// secret is a finding with its value, which never leaves the package.
type secret struct {
	rule, place, name, value string
	// index is the entry of the place, line that of a Dockerfile.
	index, line int
}

// scan looks for secrets in everything a config shows.
func scan(c Contents, steps []Step) []secret {
	s := newScanner()
	for i, kv := range c.Env {
		s.pair(secret{place: placeEnv, index: i}, kv)
	}
	for i, k := range slices.Sorted(maps.Keys(c.Labels)) {
		s.pair(secret{place: placeLabel, index: i}, k+"="+c.Labels[k])
	}
	s.list(placeEntrypoint, c.Entrypoint)
	s.list(placeCmd, c.Cmd)
	if c.Healthcheck != nil {
		s.list(placeHealthcheck, c.Healthcheck.Test)
	}
	for i, line := range c.OnBuild {
		s.step(secret{place: placeOnBuild, index: i}, trigger(line))
	}
	for i, st := range steps {
		at := secret{place: placeHistory, index: i}
		s.step(at, st)
		s.text(at, c.History[i].Comment)
		s.text(at, c.History[i].Author)
	}
	return s.found
}

// scanSteps looks for secrets in the instructions of a Dockerfile.
func scanSteps(steps []Step) []secret {
	s := newScanner()
	for _, st := range steps {
		at := secret{place: strings.ToLower(st.Instruction), line: st.At.Line}
		if st.Instruction == "ONBUILD" {
			st = trigger(st.Text)
		}
		s.step(at, st)
	}
	return s.found
}

// trigger is the instruction of an ONBUILD.
func trigger(line string) Step {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	return Step{Instruction: strings.ToUpper(word), Text: rest}
}

type scanner struct {
	found []secret
	// seen are rule and value: a value of ENV is in the history again. Where
	// the name is all there is, it is part of it: a name that is allowed must
	// not hide another with the same value.
	seen map[[3]string]bool
}

func newScanner() *scanner { return &scanner{seen: map[[3]string]bool{}} }

func (s *scanner) add(f secret) {
	id := [3]string{f.rule, f.value}
	if f.rule == secrets.RuleName || f.rule == secrets.RuleOption {
		id[2] = f.name
	}
	if s.seen[id] {
		return
	}
	s.seen[id] = true
	s.found = append(s.found, f)
}

// text applies the rules for shapes, and returns where they found something.
func (s *scanner) text(at secret, text string) []secrets.Match {
	found := secrets.Find([]byte(text))
	for _, m := range found {
		at.rule, at.value = m.Rule, text[m.Start:m.End]
		s.add(at)
	}
	return found
}

// script applies the rules for shapes and those for commands; a shape says more
// than the option it is given to.
func (s *scanner) script(at secret, text string) {
	shapes := s.text(at, text)
	for _, n := range secrets.Commands(text) {
		if !slices.ContainsFunc(shapes, func(m secrets.Match) bool { return n.Start < m.End && m.Start < n.End }) {
			at.rule, at.name, at.value = n.Rule, n.Name, text[n.Start:n.End]
			s.add(at)
		}
	}
}

// pair applies the rules for shapes to NAME=value, then the one for names.
func (s *scanner) pair(at secret, kv string) {
	name, value, ok := strings.Cut(kv, "=")
	at.name = name
	if len(s.text(at, kv)) > 0 || !ok {
		return
	}
	value = unquote(value)
	if name = strings.TrimLeft(name, "-"); secrets.Name(name) && !secrets.Placeholder(value) {
		at.rule, at.name, at.value = secrets.RuleName, name, value
		s.add(at)
	}
}

func unquote(v string) string {
	v = strings.TrimSpace(v)
	if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		return v[1 : len(v)-1]
	}
	return v
}

func (s *scanner) list(place string, words []string) {
	s.script(secret{place: place}, strings.Join(words, " "))
	for i, w := range words {
		name, _, ok := strings.Cut(w, "=")
		if ok && !strings.ContainsAny(name, " \t\n") {
			s.pair(secret{place: place, index: i}, w)
		}
	}
}

// step reads an instruction of a Dockerfile, or as the history keeps it.
func (s *scanner) step(at secret, st Step) {
	for _, a := range st.Args {
		s.pair(at, a)
	}
	switch st.Instruction {
	case "ENV", "ARG", "LABEL":
		for _, kv := range pairsOf(st) {
			s.pair(at, kv)
		}
		s.text(at, st.Text)
		return
	}
	s.script(at, st.Text)
	if !strings.Contains(st.Text, st.Run.Script) {
		s.script(at, st.Run.Script)
	}
}

// pairsOf are the K=V of ENV, ARG and LABEL.
func pairsOf(st Step) []string {
	if st.Pairs != nil {
		return st.Pairs
	}
	return pairs(st.Text)
}

var pairStart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|\s)["']?[A-Za-z_][A-Za-z0-9_./-]*["']?=`)
})

// pairs splits K=V K=V. The history has lost the quotes, so a value ends where
// the next name begins. The old form "K V" is one pair.
func pairs(text string) []string {
	starts := pairStart().FindAllStringIndex(text, -1)
	if len(starts) == 0 || strings.TrimSpace(text[:starts[0][0]]) != "" {
		name, value, ok := strings.Cut(strings.TrimSpace(text), " ")
		if ok && !strings.Contains(name, "=") {
			return []string{name + "=" + strings.TrimSpace(value)}
		}
	}
	var out []string
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		out = append(out, strings.TrimSpace(text[at[0]:end]))
	}
	return out
}

// setBy is the row of the history, from 1, that gave a config's NAME=value its
// value: the last with the name, if it is the same value; 0 where there is none.
func setBy(steps []Step, instruction, kv string) int {
	name, value, _ := strings.Cut(kv, "=")
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].Instruction != instruction {
			continue
		}
		for _, pair := range pairsOf(steps[i]) {
			n, v, _ := strings.Cut(pair, "=")
			if strings.Trim(n, `"'`) != name {
				continue
			}
			if unquote(v) == unquote(value) {
				return i + 1
			}
			return 0
		}
	}
	return 0
}
