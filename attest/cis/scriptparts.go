package cis

import "strings"

func (l *lexer) escape() {
	rest := l.src[l.pos+1:]
	switch {
	case strings.HasPrefix(rest, "\r\n"):
		l.pos += 3
	case strings.HasPrefix(rest, "\n"):
		l.pos += 2
	case rest == "":
		l.pos++
	default:
		l.pos++
		l.add(l.src[l.pos])
		l.bare = false
	}
}

func (l *lexer) single() error {
	l.quoted()
	end := strings.IndexByte(l.src[l.pos+1:], '\'')
	if end < 0 {
		return errScriptUnclosed
	}
	l.text.WriteString(l.src[l.pos+1 : l.pos+1+end])
	l.pos += end + 2
	return nil
}

func (l *lexer) double() error {
	l.quoted()
	l.pos++
	for l.pos < len(l.src) {
		var err error
		switch c := l.src[l.pos]; c {
		case '"':
			l.pos++
			return nil
		case '\\':
			l.escapeInDouble()
		case '$':
			err = l.dollar()
		case '`':
			err = l.backtick()
		default:
			l.add(c)
		}
		if err != nil {
			return err
		}
	}
	return errScriptUnclosed
}

func (l *lexer) escapeInDouble() {
	if l.pos+1 < len(l.src) && strings.IndexByte("$`\"\\\n", l.src[l.pos+1]) >= 0 {
		l.escape()
		return
	}
	l.add('\\')
}

// dollar reads an expansion: its value is not known, but the commands in it
// are commands.
func (l *lexer) dollar() error {
	rest := l.src[l.pos+1:]
	switch {
	case strings.HasPrefix(rest, "(("):
		return l.arithmetic(1)
	case strings.HasPrefix(rest, "("):
		return l.substitute(2)
	case strings.HasPrefix(rest, "{"):
		return l.braces()
	case strings.HasPrefix(rest, "'"):
		return l.ansiQuoted()
	}
	n := nameLength(rest)
	if n == 0 {
		l.add('$')
		return nil
	}
	l.unknown()
	l.pos += 1 + n
	return nil
}

// unknown puts a $ for what is decided when the script runs.
func (l *lexer) unknown() {
	if !l.inWord {
		l.inWord, l.bare = true, true
	}
	l.text.WriteByte('$')
	l.loose = true
}

// nameLength measures the name after a $.
func nameLength(s string) int {
	if s == "" {
		return 0
	}
	if strings.IndexByte("@*#?$!-0123456789", s[0]) >= 0 {
		return 1
	}
	n := 0
	for n < len(s) && (s[n] == '_' || isAlnum(s[n])) {
		n++
	}
	return n
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// substitute reads the commands up to the closing parenthesis; skip is the
// length of what opened it.
func (l *lexer) substitute(skip int) error {
	l.unknown()
	l.pos += skip
	saved := *l
	l.words, l.inWord, l.loose, l.skip, l.here = nil, false, false, false, nil
	l.text = new(strings.Builder)
	if err := l.list(true); err != nil {
		return err
	}
	if err := l.endCommand(); err != nil {
		return err
	}
	l.pos++
	l.words, l.inWord, l.bare, l.loose, l.skip, l.here = saved.words, saved.inWord, saved.bare, saved.loose, saved.skip, saved.here
	l.text = saved.text
	return nil
}

// arithmetic skips ((…)); skip is the length of what comes before it.
func (l *lexer) arithmetic(skip int) error {
	l.unknown()
	l.pos += skip
	open := 0
	for ; l.pos < len(l.src); l.pos++ {
		switch l.src[l.pos] {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				l.pos++
				return nil
			}
		}
	}
	return errScriptUnclosed
}

// braces skips ${…}. Commands in a default value are too rare to follow, so
// one is an error rather than a guess.
func (l *lexer) braces() error {
	l.unknown()
	open, quote := 0, byte(0)
	for l.pos++; l.pos < len(l.src); l.pos++ {
		c := l.src[l.pos]
		switch {
		case c == '\\':
			l.pos++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '`' || c == '(':
			return errScriptParen
		case c == '{':
			open++
		case c == '}':
			if open--; open == 0 {
				l.pos++
				return nil
			}
		}
	}
	return errScriptUnclosed
}

func (l *lexer) ansiQuoted() error {
	l.quoted()
	for l.pos += 2; l.pos < len(l.src); {
		switch c := l.src[l.pos]; c {
		case '\'':
			l.pos++
			return nil
		case '\\':
			l.pos += 2
			l.loose = true
		default:
			l.add(c)
		}
	}
	return errScriptUnclosed
}

func (l *lexer) backtick() error {
	l.unknown()
	var inner strings.Builder
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch c := l.src[l.pos]; c {
		case '`':
			l.pos++
			return l.inner(inner.String())
		case '\\':
			if l.pos+1 < len(l.src) && strings.IndexByte("`\\$", l.src[l.pos+1]) >= 0 {
				l.pos++
			}
			inner.WriteByte(l.src[l.pos])
		default:
			inner.WriteByte(c)
		}
	}
	return errScriptUnclosed
}

// inner reads a script inside the script.
func (l *lexer) inner(src string) error {
	in := newLexer(src)
	if err := in.whole(l.depth); err != nil {
		return err
	}
	if len(l.out.commands)+len(in.out.commands) > maxCommands {
		return errScriptTooBig
	}
	l.out.commands = append(l.out.commands, in.out.commands...)
	l.out.functions = l.out.functions || in.out.functions
	return nil
}

// paren reads a subshell, the head of a function, or an array.
func (l *lexer) paren() error {
	rest := l.src[l.pos:]
	switch {
	case !l.inWord && strings.HasPrefix(rest, "(("):
		return l.arithmetic(0)
	case strings.HasSuffix(l.text.String(), "=") && l.bare:
		return l.substitute(1)
	case !l.inWord && len(l.words) == 0, !l.inWord && l.caseWords() > 0:
		return l.subshell()
	}
	// name() and name () define a function; its body follows.
	l.endWord()
	if len(l.words) > 2 || !strings.HasPrefix(strings.TrimLeft(rest[1:], " \t"), ")") {
		if len(l.words) > 0 && isKeyword(l.words[len(l.words)-1].text) {
			return l.subshell()
		}
		return errScriptParen
	}
	l.pos += strings.IndexByte(rest, ')') + 1
	l.dropCommand()
	l.out.functions = true
	return nil
}

func (l *lexer) subshell() error {
	if err := l.endCommand(); err != nil {
		return err
	}
	l.pos++
	if err := l.list(true); err != nil {
		return err
	}
	l.pos++
	return l.endCommand()
}
