package wire

import (
	"reflect"
	"strconv"
	"unicode/utf8"
)

// scanner walks a document once, without building anything. The only memory
// it needs is for the keys of the objects it is in.
type scanner struct {
	doc []byte
	pos int

	depth int
	// trail holds, for each open container, where in it the scanner is.
	trail [MaxJSONDepth]step
	keys  keySet

	// shapes and known belong to Decode; see shape.go.
	shapes map[reflect.Type]*shape
	known  bool
}

// step is one step of a path: a key, as written in the document, or an index.
type step struct {
	key   []byte
	index int // -1 for a key
}

func (s *scanner) document(sh *shape) error {
	if len(s.doc) >= 3 && string(s.doc[:3]) == "\xef\xbb\xbf" {
		return s.fail("starts with a byte order mark")
	}
	if !utf8.Valid(s.doc) {
		s.pos = firstInvalid(s.doc)
		return s.fail("is not valid UTF-8")
	}
	s.space()
	if s.pos == len(s.doc) {
		return s.fail("is empty")
	}
	if err := s.value(sh); err != nil {
		return err
	}
	s.space()
	if s.pos < len(s.doc) {
		return s.fail("goes on after the document")
	}
	return nil
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

func (s *scanner) value(sh *shape) error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(sh)
	case c == '[':
		return s.array(sh)
	case c == '"':
		_, _, err := s.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	return s.fail("want a value")
}

func (s *scanner) object(sh *shape) error {
	if err := s.enter(); err != nil {
		return err
	}
	mark := s.keys.open()
	s.space()
	for first := true; s.peek() != '}'; first = false {
		if !first {
			if err := s.comma(); err != nil {
				return err
			}
		}
		if err := s.member(sh, &mark); err != nil {
			return err
		}
		s.space()
	}
	s.keys.close(mark)
	s.leave()
	return nil
}

// member reads one key and its value.
func (s *scanner) member(sh *shape, mark *keyMark) error {
	if s.peek() != '"' {
		return s.fail("want a key")
	}
	start := s.pos
	raw, escaped, err := s.text()
	if err != nil {
		return err
	}
	s.trail[s.depth-1] = step{key: raw, index: -1}
	name := raw
	if escaped {
		name = unescape(raw)
	}
	folded, fresh := s.keys.add(mark, name)
	if !fresh {
		s.pos = start
		return s.fail("the key is there twice, or twice but for upper and lower case")
	}
	child, reason := sh.member(name, folded, s)
	if reason != "" {
		s.pos = start
		return s.fail(reason)
	}
	s.space()
	if s.peek() != ':' {
		return s.fail("want a colon")
	}
	s.pos++
	s.space()
	return s.value(child)
}

func (s *scanner) array(sh *shape) error {
	if err := s.enter(); err != nil {
		return err
	}
	child := sh.element(s)
	s.space()
	for i := 0; s.peek() != ']'; i++ {
		if i > 0 {
			if err := s.comma(); err != nil {
				return err
			}
		}
		s.trail[s.depth-1] = step{index: i}
		if err := s.value(child); err != nil {
			return err
		}
		s.space()
	}
	s.leave()
	return nil
}

// enter steps over the opening bracket.
func (s *scanner) enter() error {
	if s.depth == MaxJSONDepth {
		return s.fail("is nested more than " + strconv.Itoa(MaxJSONDepth) + " deep")
	}
	s.trail[s.depth] = step{index: -1}
	s.depth++
	s.pos++
	return nil
}

// leave steps over the closing bracket.
func (s *scanner) leave() {
	s.depth--
	s.pos++
}

func (s *scanner) comma() error {
	if s.peek() != ',' {
		return s.fail("want a comma or the end of the list")
	}
	s.pos++
	s.space()
	return nil
}

func (s *scanner) word(w string) error {
	if len(s.doc)-s.pos < len(w) || string(s.doc[s.pos:s.pos+len(w)]) != w {
		return s.fail("want a value")
	}
	s.pos += len(w)
	return nil
}

// peek is the next byte, and 0, which JSON allows nowhere, at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.doc) {
		return s.doc[s.pos]
	}
	return 0
}

func (s *scanner) space() {
	for s.pos < len(s.doc) {
		switch s.doc[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) fail(reason string) error {
	return &Error{Offset: s.pos, Path: s.path(), Reason: reason}
}

// maxShownKey keeps a hostile key from filling the terminal, in bytes.
const maxShownKey = 64

func (s *scanner) path() string {
	var p []byte
	for _, st := range s.trail[:s.depth] {
		switch {
		case st.index >= 0:
			p = append(strconv.AppendInt(append(p, '['), int64(st.index), 10), ']')
		case st.key != nil:
			key := st.key
			if len(key) > maxShownKey {
				key = append(key[:maxShownKey:maxShownKey], "..."...)
			}
			if len(p) > 0 {
				p = append(p, '.')
			}
			p = append(p, key...)
		}
	}
	return Printable(string(p))
}
