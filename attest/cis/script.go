package cis

import (
	"errors"
	"strings"
)

// Limits on a script; beyond them it is unclear, never clean.
const (
	maxScript      = 256 << 10 // bytes
	maxScriptDepth = 24        // nested substitutions
	maxCommands    = 8192      // simple commands
)

var (
	errScriptTooBig   = errors.New("the script is too big")
	errScriptNesting  = errors.New("the script nests too deep")
	errScriptUnclosed = errors.New("the script has an unclosed quote or parenthesis")
	errScriptParen    = errors.New("the script has a parenthesis out of place")
)

// word is one word of a command. Loose says that part of it is decided when
// the script runs; text then has a $ in that part's place.
type word struct {
	text  string
	loose bool
}

// script is the simple commands of a shell script in the order they are
// written, those inside substitutions before the command that uses them.
type script struct {
	commands [][]word
	// functions says that the script defines some, so that order as written is
	// not order as run.
	functions bool
}

// splitScript splits a POSIX shell script (and what bash adds in common use)
// into simple commands. It does not run anything: every branch counts. A
// script it cannot follow is an error, and the caller must not take it for one
// without commands.
func splitScript(src string) (script, error) {
	l := newLexer(src)
	if err := l.whole(0); err != nil {
		return script{}, err
	}
	return l.out, nil
}

type lexer struct {
	src   string
	pos   int
	depth int
	out   script

	// words is the command being read, text the word; bare says that nothing
	// of the word was quoted.
	words  []word
	text   *strings.Builder
	inWord bool
	bare   bool
	loose  bool
	// skip drops the next word: the target of a redirection.
	skip bool
	// here are the documents that begin at the next newline.
	here []hereDoc
	// line is the number of the first command of this line.
	line int
}

type hereDoc struct {
	end  string
	tabs bool
}

func newLexer(src string) *lexer { return &lexer{src: src, text: new(strings.Builder)} }

// whole reads a script from the start to its end.
func (l *lexer) whole(depth int) error {
	if len(l.src) > maxScript {
		return errScriptTooBig
	}
	l.depth = depth
	if err := l.list(false); err != nil {
		return err
	}
	return l.endCommand()
}

// list reads commands up to the end, or up to the closing parenthesis of a
// subshell.
func (l *lexer) list(nested bool) error {
	if l.depth++; l.depth > maxScriptDepth {
		return errScriptNesting
	}
	defer func() { l.depth-- }()
	cases := 0
	for l.pos < len(l.src) {
		if l.src[l.pos] == ')' {
			cases += l.caseWords()
			if cases <= 0 {
				if !nested {
					return errScriptParen
				}
				return nil
			}
			// The pattern of a case is no command.
			l.pos++
			l.dropCommand()
			continue
		}
		n, err := l.next()
		if err != nil {
			return err
		}
		cases += n
	}
	if nested {
		return errScriptUnclosed
	}
	return nil
}

// next reads one thing; it returns by how many the open case constructs grew.
func (l *lexer) next() (cases int, err error) {
	c := l.src[l.pos]
	switch c {
	case ' ', '\t', '\r':
		l.pos++
		l.endWord()
	case '\n', ';', '&', '|':
		return l.operator(c)
	case '#':
		if l.inWord {
			l.add(c)
			return 0, nil
		}
		l.skipLine()
	case '(':
		return 0, l.paren()
	case '<', '>':
		return 0, l.redirect()
	default:
		return 0, l.part()
	}
	return 0, nil
}

// part reads a piece of a word.
func (l *lexer) part() error {
	switch c := l.src[l.pos]; c {
	case '\\':
		l.escape()
		return nil
	case '\'':
		return l.single()
	case '"':
		return l.double()
	case '$':
		return l.dollar()
	case '`':
		return l.backtick()
	default:
		l.add(c)
		return nil
	}
}

func (l *lexer) operator(c byte) (cases int, err error) {
	if c == '&' && strings.HasPrefix(l.src[l.pos:], "&>") {
		l.pos++
		return 0, l.redirect()
	}
	l.endWord()
	cases = l.caseWords()
	if err := l.endCommand(); err != nil {
		return 0, err
	}
	l.pos++
	if c != '\n' {
		for l.pos < len(l.src) && (l.src[l.pos] == c || c == '|' && l.src[l.pos] == '&') {
			l.pos++
		}
		return cases, nil
	}
	return cases, l.hereDocs()
}

// caseWords says whether the command being read opens a case or closes one.
func (l *lexer) caseWords() int {
	l.endWord()
	n := 0
	for _, w := range l.words {
		switch {
		case w.text == "case":
			return n + 1
		case w.text == "esac":
			n--
		case !isKeyword(w.text):
			return n
		}
	}
	return n
}

func (l *lexer) add(c byte) {
	if !l.inWord {
		l.inWord, l.bare = true, true
	}
	l.text.WriteByte(c)
	l.pos++
}

// quoted marks the word as begun and as not bare.
func (l *lexer) quoted() {
	l.inWord, l.bare = true, false
}

func (l *lexer) endWord() {
	if !l.inWord {
		return
	}
	if !l.skip {
		l.words = append(l.words, word{l.text.String(), l.loose})
	}
	l.text.Reset()
	l.inWord, l.loose, l.skip = false, false, false
}

func (l *lexer) endCommand() error {
	l.endWord()
	if len(l.words) > 0 {
		if len(l.out.commands) >= maxCommands {
			return errScriptTooBig
		}
		l.out.commands = append(l.out.commands, l.words)
	}
	l.dropCommand()
	return nil
}

func (l *lexer) dropCommand() {
	l.endWord()
	l.words, l.skip = nil, false
}

func (l *lexer) skipLine() {
	if i := strings.IndexByte(l.src[l.pos:], '\n'); i >= 0 {
		l.pos += i
		return
	}
	l.pos = len(l.src)
}
