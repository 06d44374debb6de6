package shell

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// parse reads a script in the first language that it is correct in.
func parse(src string) (*syntax.File, error) {
	if len(src) > MaxScript {
		return nil, ErrTooBig
	}
	var first error
	for _, lang := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX, syntax.LangMirBSDKorn} {
		file, err := parseAs(lang, src)
		if err == nil {
			return file, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// parseAs is one attempt. The parser's own messages repeat words of the
// script, which may be secret, so they are dropped.
func parseAs(lang syntax.LangVariant, src string) (file *syntax.File, err error) {
	r := &guarded{src: strings.NewReader(src)}
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, fmt.Errorf("%w: the parser gave up", ErrSyntax)
		}
	}()
	file, err = syntax.NewParser(syntax.Variant(lang)).Parse(r, "")
	switch {
	case r.deep:
		return nil, ErrNesting
	case err != nil:
		return nil, ErrSyntax
	}
	return file, nil
}

// guarded stops a parser that recurses too deep. The parser descends once for
// every bracket and has no limit of its own, and a stack that overflows ends
// the process. The reader it pulls its text from sees the stack.
type guarded struct {
	src  io.Reader
	deep bool
}

func (g *guarded) Read(p []byte) (int, error) {
	var pc [1]uintptr
	if g.deep || runtime.Callers(maxFrames, pc[:]) > 0 {
		g.deep = true
		return 0, ErrNesting
	}
	return g.src.Read(p)
}
