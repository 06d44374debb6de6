package secrets

import (
	"cmp"
	"regexp"
	"slices"
	"sync"
)

// maxMatches is how many credentials of one rule are looked for in one text.
const maxMatches = 256

// window is how far from its beginning a credential is looked at, in bytes.
const window = 1 << 10

// rule finds one kind of credential by its shape.
type rule struct {
	id string
	// literals are texts without one of which there is no such credential.
	literals []string
	// back says how many bytes, and which, stand in front of the literal.
	back  int
	class string
	// inside says that it may begin inside a word.
	inside bool
	// near is a cheap look at what is behind the literal, before the pattern.
	near func(rest []byte) bool
	// group is the part of the match that is the secret.
	group int
	// window is how many bytes the pattern sees.
	window  int
	pattern func() *regexp.Regexp
	// real is a closer look at the value; nil takes all.
	real func(value string) bool
}

// at looks for the rule's credential around a literal, which is text[from:to].
// Where it finds something that is none, end says where that ends.
func (r *rule) at(text []byte, from, to int) (start, end int, ok bool) {
	if !r.near(text[to:min(len(text), to+r.window)]) {
		return 0, to, false
	}
	for n := 0; n < r.back && from > 0 && r.belongs(text[from-1]); n++ {
		from--
	}
	if r.back > 0 && from > 0 && text[from-1] == '\\' && escape(text[from]) {
		from++
	}
	if !r.inside && !wordStart(text, from) {
		return 0, to, false
	}
	m := r.pattern().FindSubmatchIndex(text[from:min(len(text), from+r.window)])
	if m == nil || m[2*r.group] < 0 {
		return 0, to, false
	}
	start, end = from+m[2*r.group], from+m[2*r.group+1]
	value := string(text[start:end])
	return start, end, !Placeholder(value) && (r.real == nil || r.real(value))
}

// belongs reports whether a byte can stand in front of the literal.
func (r *rule) belongs(b byte) bool {
	for i := range len(r.class) {
		c := r.class[i]
		if c == b || c == 'a' && alnum(b) || c == '0' && b >= '0' && b <= '9' {
			return true
		}
	}
	return false
}

// wordStart reports whether what begins at an offset is the beginning of a
// word. An escape such as \n in front of it is none of its letters.
func wordStart(text []byte, at int) bool {
	if at == 0 || at >= len(text) || !word(text[at]) || !word(text[at-1]) {
		return true
	}
	return at >= 2 && text[at-2] == '\\' && escape(text[at-1])
}

func escape(b byte) bool { return b == 'n' || b == 'r' || b == 't' }

func alnum(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func word(b byte) bool { return alnum(b) || b == '_' }

// engine is the rules behind the automaton of their literals.
type engine struct {
	rules  []*rule
	filter *automaton
	// literals are whole, which the automaton's are not; rule is that of each.
	literals []string
	rule     []uint16
}

// head is how much of a literal the automaton knows, in bytes: enough to make
// hits rare, and short enough to keep its table small.
const head = 5

var theEngine = sync.OnceValue(func() *engine { return newEngine(allRules()) })

func newEngine(rules []*rule) *engine {
	e := &engine{rules: rules}
	var literals []string
	for i, r := range rules {
		for _, l := range r.literals {
			literals = append(literals, l[:min(len(l), head)])
			e.literals = append(e.literals, l)
			e.rule = append(e.rule, uint16(i))
		}
	}
	e.filter = newAutomaton(literals)
	return e
}

// find returns what the rules find, in the order of the text. Of two rules that
// find the same, the first is named.
func (e *engine) find(text []byte) []Match {
	var out []Match
	// done is where each rule goes on, so that no byte is matched twice.
	done := make([]int, len(e.rules))
	count := make([]int, len(e.rules))
	e.filter.each(text, func(literal uint16, end int) {
		n := e.rule[literal]
		whole := e.literals[literal]
		from := end - min(len(whole), head)
		if from < done[n] || count[n] >= maxMatches || !hasPrefix(text[from:], whole) {
			return
		}
		start, stop, ok := e.rules[n].at(text, from, from+len(whole))
		// Going on inside of what was refused would be quadratic.
		done[n] = stop
		if ok {
			count[n]++
			out = append(out, Match{Rule: e.rules[n].id, Start: start, End: stop, order: int(n)})
		}
	})
	return tidy(out)
}

func hasPrefix(text []byte, s string) bool { return len(text) >= len(s) && string(text[:len(s)]) == s }

// tidy sorts matches and drops those inside another. Of two in the same place
// it keeps the earlier rule's.
func tidy(list []Match) []Match {
	slices.SortFunc(list, func(a, b Match) int {
		return cmp.Or(a.Start-b.Start, b.End-a.End, a.order-b.order)
	})
	var out []Match
	end := -1
	for _, m := range list {
		if m.End > end {
			out, end = append(out, m), m.End
		}
	}
	return out
}
