package dockerfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// source is a file as BuildKit parses it.
type source struct {
	content  []byte
	digest   string
	escape   rune
	frontend string
	nodes    []*parser.Node
	stages   []instructions.Stage
	meta     []instructions.ArgCommand
}

func readSource(content []byte) (*source, error) {
	if len(content) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, limit is %d", ErrInvalid, len(content), MaxSize)
	}
	if line := nestedAt(content); line > 0 {
		return nil, invalid(line, "variables nested more than %d deep", maxNesting)
	}
	// The parser calls itself for ONBUILD ONBUILD and reads the line each time,
	// before it refuses it.
	if n := bytes.Count(bytes.ToLower(content), []byte("onbuild")); n > MaxTriggers {
		return nil, fmt.Errorf("%w: ONBUILD %d times, limit is %d", ErrInvalid, n, MaxTriggers)
	}
	tree, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return nil, refused(err)
	}
	if n := len(tree.AST.Children); n > MaxInstructions {
		return nil, fmt.Errorf("%w: %d instructions, limit is %d", ErrInvalid, n, MaxInstructions)
	}
	stages, meta, err := instructions.Parse(tree.AST, nil)
	if err != nil {
		return nil, refused(err)
	}
	switch n := len(stages); {
	case n == 0:
		return nil, fmt.Errorf("%w: no FROM", ErrInvalid)
	case n > MaxStages:
		return nil, fmt.Errorf("%w: %d stages, limit is %d", ErrInvalid, n, MaxStages)
	}
	sum := sha256.Sum256(content)
	frontend, _, _, _ := parser.DetectSyntax(content)
	return &source{
		content: content, digest: "sha256:" + hex.EncodeToString(sum[:]), escape: tree.EscapeToken,
		frontend: frontend, nodes: tree.AST.Children, stages: stages, meta: meta,
	}, nil
}

// nestedAt finds the line where ${ is nested deeper than the limit: the lexer
// calls itself for each, and copies what it has read so far.
func nestedAt(content []byte) int {
	depth, line := 0, 1
	for i, c := range content {
		switch {
		case c == '\n':
			line++
		case c == '}' && depth > 0:
			depth--
		case c == '{' && i > 0 && content[i-1] == '$':
			if depth++; depth > maxNesting {
				return line
			}
		}
	}
	return 0
}

// ownFrontend reports whether a syntax line names Dockerfile's own frontend,
// wherever it is mirrored.
func ownFrontend(ref string) bool {
	name, _, _ := strings.Cut(ref, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	for _, own := range []string{"docker/dockerfile", "docker/dockerfile-upstream"} {
		if name == own || strings.HasSuffix(name, "/"+own) {
			return true
		}
	}
	return false
}
