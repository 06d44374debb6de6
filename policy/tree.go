package policy

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/pratique-dev/pratique/verify/wire"
)

// Limits on a YAML file beyond its size, so that the library is never handed
// what makes it slow or deep (threats 91 and 92).
const (
	maxLine   = 4096  // bytes; also bounds nesting by indentation
	maxDepth  = 24    // nested mappings and lists
	maxFlow   = 32    // nested [ and {
	maxTokens = 30000 // count; the parser's time grows with its square
)

type kind uint8

const (
	kindText  kind = iota // quoted, block, or a plain scalar that can only be text
	kindPlain             // a plain scalar that YAML readers take for something else
	kindMap
	kindList
)

// node is a value of a strictly read YAML file. The library's own decoder is
// not used: it takes a second document, keys that differ by case, and numbers
// where text was meant (threat 127).
type node struct {
	kind    kind
	at      pos
	text    string
	entries []entry
	items   []*node
}

type entry struct {
	key   string
	at    pos
	value *node
}

// readTree reads exactly one YAML document, without anchors, aliases, merge
// keys, tags and directives.
func readTree(src []byte, r *report) *node {
	if at, err := checkText(src); err != nil {
		r.add(at, "", "%v", err)
		return nil
	}
	tokens := lexer.Tokenize(string(src))
	if at, err := checkTokens(tokens); err != nil {
		r.add(at, "", "%v", err)
		return nil
	}
	file, err := parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, text := syntaxError(err)
		r.add(at, "", "%s", text)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		r.add(pos{}, "write exactly one document", "%d YAML documents, or an empty one", len(file.Docs))
		return nil
	}
	t := &treeReader{report: r}
	return t.read(file.Docs[0].Body, pos{1, 1}, 0)
}

// checkText looks at the bytes alone.
func checkText(src []byte) (pos, error) {
	if len(src) > wire.MaxPolicy {
		return pos{}, fmt.Errorf("larger than %d bytes", wire.MaxPolicy)
	}
	if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
		return pos{}, fmt.Errorf("starts with a byte order mark")
	}
	for i, line := range bytes.Split(src, []byte("\n")) {
		if len(line) > maxLine {
			return pos{i + 1, maxLine}, fmt.Errorf("line longer than %d bytes", maxLine)
		}
		if at := badRune(bytes.TrimSuffix(line, []byte("\r"))); at >= 0 {
			return pos{i + 1, at + 1}, fmt.Errorf("invalid UTF-8 or an invisible character")
		}
	}
	return pos{}, nil
}

// badRune finds what a reader of the file would not see: control characters,
// and the marks that reorder or hide text.
func badRune(line []byte) int {
	for i := 0; i < len(line); {
		c, size := utf8.DecodeRune(line[i:])
		hidden := c >= 0x200b && c <= 0x200f || c >= 0x2028 && c <= 0x202e || c >= 0x2060 && c <= 0x206f || c == 0xfeff
		if c == utf8.RuneError && size == 1 || c < ' ' && c != '\t' || c >= 0x7f && c < 0xa0 || hidden {
			return i
		}
		i += size
	}
	return -1
}

// checkTokens refuses what must never reach the parser: a second document
// (which it may drop without a word), directives, and deep nesting.
func checkTokens(tokens token.Tokens) (pos, error) {
	if len(tokens) > maxTokens {
		return pos{}, fmt.Errorf("more than %d YAML tokens", maxTokens)
	}
	flow, content, ended := 0, false, false
	for _, t := range tokens {
		at := pos{t.Position.Line, t.Position.Column}
		switch t.Type {
		case token.CommentType:
			continue
		case token.DocumentHeaderType:
			if content {
				return at, fmt.Errorf("a second YAML document; exactly one is allowed")
			}
		case token.DocumentEndType:
			ended = true
		case token.DirectiveType:
			return at, fmt.Errorf("YAML directives are not allowed")
		case token.MappingStartType, token.SequenceStartType:
			if flow++; flow > maxFlow {
				return at, fmt.Errorf("nested deeper than %d", maxFlow)
			}
		case token.MappingEndType, token.SequenceEndType:
			flow--
		}
		if ended && t.Type != token.DocumentEndType {
			return at, fmt.Errorf("text after the end of the document")
		}
		content = true
	}
	return pos{}, nil
}

// syntaxError takes the place out of the library's "[line:col] text" and
// leaves out the excerpt below it.
func syntaxError(err error) (pos, string) {
	text, _, _ := strings.Cut(err.Error(), "\n")
	var at pos
	if _, scan := fmt.Sscanf(text, "[%d:%d]", &at.line, &at.col); scan == nil {
		_, text, _ = strings.Cut(text, "] ")
	}
	return at, text
}

type treeReader struct{ *report }

func (t *treeReader) read(n ast.Node, at pos, depth int) *node {
	if depth > maxDepth {
		t.add(at, "", "nested deeper than %d", maxDepth)
		return nil
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		return t.mapping(v.Values, at, depth)
	case *ast.MappingValueNode:
		return t.mapping([]*ast.MappingValueNode{v}, at, depth)
	case *ast.SequenceNode:
		out := &node{kind: kindList, at: at}
		for _, item := range v.Values {
			if child := t.read(item, place(item, at), depth+1); child != nil {
				out.items = append(out.items, child)
			}
		}
		return out
	case *ast.LiteralNode:
		return &node{kind: kindText, at: at, text: v.Value.Value}
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return t.scalar(n, at)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		t.add(at, "write the value out", "anchors, aliases, merge keys and tags are not allowed")
	default:
		t.add(at, "", "unexpected YAML here")
	}
	return nil
}

func (t *treeReader) mapping(values []*ast.MappingValueNode, at pos, depth int) *node {
	out := &node{kind: kindMap, at: at}
	seen := map[string]entry{}
	for _, v := range values {
		keyAt := place(v.Key, at)
		key, ok := t.key(v.Key, keyAt)
		if !ok {
			continue
		}
		if before, dup := seen[strings.ToLower(key)]; dup {
			t.add(keyAt, "", "key %q is there already at line %d as %q", key, before.at.line, before.key)
			continue
		}
		e := entry{key: key, at: keyAt, value: t.read(v.Value, place(v.Value, keyAt), depth+1)}
		seen[strings.ToLower(key)] = e
		if e.value != nil {
			out.entries = append(out.entries, e)
		}
	}
	return out
}

func (t *treeReader) key(n ast.MapKeyNode, at pos) (string, bool) {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value, t.wholeText(s, at)
	}
	if n.IsMergeKey() {
		t.add(at, "write the values out", "merge keys are not allowed")
	} else {
		t.add(at, "quote it", "key %s is not text", n.String())
	}
	return "", false
}

func (t *treeReader) scalar(n ast.Node, at pos) *node {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return &node{kind: kindPlain, at: at, text: n.GetToken().Value}
	}
	if !t.wholeText(s, at) {
		return nil
	}
	out := &node{kind: kindText, at: at, text: s.Value}
	switch strings.ToLower(s.Value) {
	case "yes", "no", "on", "off", "y", "n", "true", "false", "null":
		if !isQuoted(s) {
			out.kind = kindPlain
		}
	}
	return out
}

func isQuoted(s *ast.StringNode) bool {
	return s.Token.Type == token.SingleQuoteType || s.Token.Type == token.DoubleQuoteType
}

// wholeText refuses unquoted text that may have swallowed what was meant as
// YAML. The library takes the rest of a line without its comma, and a line
// that is indented too far, as more of the text before it; and it drops tabs.
func (t *treeReader) wholeText(s *ast.StringNode, at pos) bool {
	if isQuoted(s) || s.Token.Type != token.StringType {
		return true
	}
	raw := strings.TrimSpace(s.Token.Origin)
	if strings.ContainsAny(raw, "\n\t{}[]") || strings.Contains(raw, ": ") {
		t.add(at, "check commas and indentation, or quote it", "unquoted text goes on as if it were YAML")
		return false
	}
	return true
}

// place is where a node starts. The parser marks a block mapping by its first
// colon; the key before it is what a person looks for.
func place(n ast.Node, fallback pos) pos {
	switch v := n.(type) {
	case nil:
		return fallback
	case *ast.MappingNode:
		if len(v.Values) > 0 && v.Start != nil && v.Start.Type != token.MappingStartType {
			return place(v.Values[0].Key, fallback)
		}
	case *ast.MappingValueNode:
		return place(v.Key, fallback)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return fallback
	}
	return pos{t.Position.Line, t.Position.Column}
}
