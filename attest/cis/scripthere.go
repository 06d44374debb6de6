package cis

import (
	"path"
	"strings"
)

// redirect reads a redirection and leaves its target to be dropped.
func (l *lexer) redirect() error {
	if l.inWord && l.bare && strings.Trim(l.text.String(), "0123456789") == "" {
		l.text.Reset()
		l.inWord = false
	}
	l.endWord()
	rest := l.src[l.pos:]
	switch {
	case strings.HasPrefix(rest, "<("), strings.HasPrefix(rest, ">("):
		return l.substitute(2)
	case strings.HasPrefix(rest, "<<<"):
		l.pos += 3
		l.skip = true
		return nil
	case strings.HasPrefix(rest, "<<"):
		return l.hereStart()
	}
	for l.pos < len(l.src) && strings.IndexByte("<>&|", l.src[l.pos]) >= 0 {
		l.pos++
	}
	l.skip = true
	return nil
}

// hereStart notes a here document; its text begins on the next line.
func (l *lexer) hereStart() error {
	l.pos += 2
	doc := hereDoc{}
	if l.pos < len(l.src) && l.src[l.pos] == '-' {
		doc.tabs = true
		l.pos++
	}
	for l.pos < len(l.src) && (l.src[l.pos] == ' ' || l.src[l.pos] == '\t') {
		l.pos++
	}
	var end strings.Builder
	for l.pos < len(l.src) && strings.IndexByte(" \t\r\n;&|<>()", l.src[l.pos]) < 0 {
		if c := l.src[l.pos]; c != '\'' && c != '"' && c != '\\' {
			end.WriteByte(c)
		}
		l.pos++
	}
	if end.Len() == 0 {
		return errScriptUnclosed
	}
	doc.end = end.String()
	if len(l.here) == 0 {
		l.line = len(l.out.commands)
	}
	l.here = append(l.here, doc)
	return nil
}

// hereDocs reads the documents that begin here. The text is data, unless a
// shell reads it: then it is a script.
func (l *lexer) hereDocs() error {
	script := len(l.here) > 0 && l.readByShell()
	for _, doc := range l.here {
		text := l.hereText(doc)
		if !script {
			continue
		}
		if err := l.inner(text); err != nil {
			return err
		}
	}
	l.here = nil
	return nil
}

func (l *lexer) hereText(doc hereDoc) string {
	start := l.pos
	for l.pos < len(l.src) {
		line, _, _ := strings.Cut(l.src[l.pos:], "\n")
		at := l.pos
		l.pos = min(l.pos+len(line)+1, len(l.src))
		line = strings.TrimSuffix(line, "\r")
		if doc.tabs {
			line = strings.TrimLeft(line, "\t")
		}
		if line == doc.end {
			return l.src[start:at]
		}
	}
	return l.src[start:]
}

// readByShell reports whether a command of the line that opened the document
// is a shell.
func (l *lexer) readByShell() bool {
	for _, words := range l.out.commands[min(l.line, len(l.out.commands)):] {
		for _, w := range words {
			if isShell(path.Base(w.text)) {
				return true
			}
		}
	}
	return false
}

func isShell(name string) bool {
	switch name {
	case "sh", "bash", "ash", "dash", "zsh", "ksh", "mksh":
		return true
	}
	return false
}

func isKeyword(name string) bool {
	switch name {
	case "if", "then", "elif", "else", "do", "while", "until", "{", "}", "!", "time", "fi", "done":
		return true
	}
	return false
}
