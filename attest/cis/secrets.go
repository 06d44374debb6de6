package cis

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
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

// ruleName is the rule of secrets known by their name, not by their shape.
const ruleName = "secret-name"

// secret is a finding with its value, which never leaves the package.
type secret struct {
	rule, place, name, value string
	index                    int
}

// scan looks for secrets in everything a config shows.
func scan(c Contents, steps []Step) []secret {
	s := &scanner{seen: map[[3]string]bool{}}
	for i, kv := range c.Env {
		s.pair(placeEnv, i, kv)
	}
	for i, k := range slices.Sorted(maps.Keys(c.Labels)) {
		s.pair(placeLabel, i, k+"="+c.Labels[k])
	}
	s.list(placeEntrypoint, c.Entrypoint)
	s.list(placeCmd, c.Cmd)
	if c.Healthcheck != nil {
		s.list(placeHealthcheck, c.Healthcheck.Test)
	}
	for i, line := range c.OnBuild {
		word, rest, _ := strings.Cut(line, " ")
		s.instruction(placeOnBuild, i, strings.ToUpper(word), rest, nil)
	}
	for i, st := range steps {
		s.instruction(placeHistory, i, st.Instruction, st.Text, st.Args)
		s.text(placeHistory, i, "", c.History[i].Comment)
		s.text(placeHistory, i, "", c.History[i].Author)
	}
	return s.found
}

type scanner struct {
	found []secret
	// seen are rule and value: a value of ENV is in the history again. Where
	// the name is all there is, it is part of it: a name that is allowed must
	// not hide another with the same value.
	seen map[[3]string]bool
}

func (s *scanner) add(f secret) {
	id := [3]string{f.rule, f.value}
	if f.rule == ruleName {
		id[2] = f.name
	}
	if s.seen[id] {
		return
	}
	s.seen[id] = true
	s.found = append(s.found, f)
}

// text applies the rules for shapes.
func (s *scanner) text(place string, index int, name, text string) (found bool) {
	for _, r := range secretRules() {
		for _, at := range r.matches(text) {
			found = true
			s.add(secret{rule: r.id, place: place, index: index, name: name, value: text[at[0]:at[1]]})
		}
	}
	return found
}

// pair applies the rules for shapes to NAME=value, then the one for names.
func (s *scanner) pair(place string, index int, kv string) {
	name, value, ok := strings.Cut(kv, "=")
	if s.text(place, index, name, kv) || !ok {
		return
	}
	value = unquote(value)
	if name = strings.TrimLeft(name, "-"); secretName(name) && !placeholder(value) {
		s.add(secret{rule: ruleName, place: place, index: index, name: name, value: value})
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
	s.text(place, 0, "", strings.Join(words, " "))
	for i, w := range words {
		name, _, ok := strings.Cut(w, "=")
		if ok && !strings.ContainsAny(name, " \t\n") {
			s.pair(place, i, w)
		}
	}
}

// instruction reads a Dockerfile instruction as the history keeps it.
func (s *scanner) instruction(place string, index int, instruction, text string, args []string) {
	for _, a := range args {
		s.pair(place, index, a)
	}
	switch instruction {
	case "ENV", "ARG", "LABEL":
		for _, kv := range pairs(text) {
			s.pair(place, index, kv)
		}
	}
	s.text(place, index, "", text)
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

// fingerprint tells two secrets of one image apart. It is keyed by the image's
// config and only 16 bits long, so that it confirms next to nothing to
// somebody who guesses.
func fingerprint(configDigest, value string) string {
	mac := hmac.New(sha256.New, []byte(configDigest))
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:2])
}
