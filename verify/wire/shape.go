package wire

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// shape is what Decode knows about the keys at one place of a document: the
// fields of the Go type that encoding/json will fill from there. The nil shape
// takes any keys.
type shape struct {
	// fields are the names encoding/json accepts, by their folded form; nil
	// where the type is no struct. More than one only if they differ by case.
	fields map[string][]field
	// elem is the type of elements of a slice or values of a map.
	elem reflect.Type
}

type field struct {
	name   string
	typ    reflect.Type
	depth  int
	tagged bool
}

// member judges a key and returns the shape of its value, or a reason to
// refuse the key.
func (sh *shape) member(name, folded []byte, s *scanner) (value *shape, reason string) {
	switch {
	case sh == nil:
		return nil, ""
	case sh.fields == nil:
		return s.shapeOf(sh.elem), ""
	}
	fields := sh.fields[string(folded)]
	for _, f := range fields {
		if f.name == string(name) {
			return s.shapeOf(f.typ), ""
		}
	}
	if len(fields) > 0 {
		return nil, "the key differs from " + fields[0].name + " in upper and lower case"
	}
	if s.known {
		return nil, "the key is not known here"
	}
	return nil, ""
}

func (sh *shape) element(s *scanner) *shape {
	if sh == nil || sh.fields != nil {
		return nil
	}
	return s.shapeOf(sh.elem)
}

// shapeOf finds the shape of a type once per document.
func (s *scanner) shapeOf(t reflect.Type) *shape {
	for t != nil && t.Kind() == reflect.Pointer && !readsItself(t) {
		t = t.Elem()
	}
	if t == nil || readsItself(t) {
		return nil
	}
	if sh, ok := s.shapes[t]; ok {
		return sh
	}
	var sh *shape
	switch t.Kind() {
	case reflect.Struct:
		sh = &shape{fields: fieldsOf(t)}
	case reflect.Slice, reflect.Array, reflect.Map:
		sh = &shape{elem: t.Elem()}
	}
	s.shapes[t] = sh
	return sh
}

// readsItself reports whether encoding/json hands the bytes to t's own code.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) ||
		t.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		t.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// fieldsOf applies the rules by which encoding/json finds the fields of a
// struct, embedded structs included.
func fieldsOf(t reflect.Type) map[string][]field {
	byName := map[string][]field{}
	collect(t, 0, nil, byName)
	byFold := make(map[string][]field, len(byName))
	for name, candidates := range byName {
		if f, ok := dominant(candidates); ok {
			folded := string(appendFolded(nil, []byte(name)))
			byFold[folded] = append(byFold[folded], f)
		}
	}
	return byFold
}

func collect(t reflect.Type, depth int, open []reflect.Type, byName map[string][]field) {
	for _, o := range open {
		if o == t {
			return
		}
	}
	open = append(open, t)
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("json")
		inner := sf.Type
		if sf.Anonymous && inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		embedded := sf.Anonymous && inner.Kind() == reflect.Struct
		if tag == "-" || !sf.IsExported() && !embedded {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		if name == "" && embedded {
			collect(inner, depth+1, open, byName)
			continue
		}
		if !sf.IsExported() {
			continue
		}
		f := field{name: name, typ: sf.Type, depth: depth, tagged: name != ""}
		if name == "" {
			f.name = sf.Name
		}
		byName[f.name] = append(byName[f.name], f)
	}
}

// dominant picks the field that wins a name: the shallowest, then the tagged;
// where that leaves several, encoding/json drops them all.
func dominant(candidates []field) (field, bool) {
	best, ties := candidates[0], 1
	for _, f := range candidates[1:] {
		switch {
		case f.depth < best.depth, f.depth == best.depth && f.tagged && !best.tagged:
			best, ties = f, 1
		case f.depth == best.depth && f.tagged == best.tagged:
			ties++
		}
	}
	return best, ties == 1
}
