package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The file's shape is written once, as structs in shape.go. Loading, the
// error messages and the JSON schema all read these tags:
//
//	yaml   the key
//	need   "yes" for a key that must be written
//	oneof  the words allowed, parted by |
//	empty  "ok" for a list or mapping that may be empty
//	doc    one sentence, for the schema

// text is a string with its place; the zero text was not written.
type text struct {
	s  string
	at pos
}

func (t text) set() bool { return t.at.line > 0 }

// whole is an integer with its place.
type whole struct {
	n  int64
	at pos
}

// truth is true or false with its place.
type truth struct {
	b  bool
	at pos
}

// dict is a mapping whose keys are names.
type dict[T any] struct{ list []named[T] }

type named[T any] struct {
	key   text
	value T
}

// words is one word, or a list.
type words struct {
	word text
	list []text
}

// loadable is a value that reads itself.
type loadable interface{ load(*report, *node) }

func (t *text) load(r *report, n *node) {
	switch {
	case n.kind == kindPlain && (n.text == "" || n.text == "null" || n.text == "~"):
		r.add(n.at, "", "no value is written here; want text")
	case n.kind == kindPlain:
		r.add(n.at, fmt.Sprintf("write %q in quotes if it is meant as text", n.text), "unquoted %s is not text in YAML", n.text)
	case n.kind != kindText:
		r.add(n.at, "", "want text here, not a %s", n.kind)
	case strings.TrimSpace(n.text) == "":
		r.add(n.at, "", "empty text")
	default:
		*t = text{n.text, n.at}
	}
}

func (w *whole) load(r *report, n *node) {
	v, err := strconv.ParseInt(n.text, 10, 64)
	if n.kind != kindPlain || err != nil || strconv.FormatInt(v, 10) != n.text {
		r.add(n.at, "", "want a whole number in plain decimal digits")
		return
	}
	*w = whole{v, n.at}
}

func (t *truth) load(r *report, n *node) {
	if n.kind != kindPlain || n.text != "true" && n.text != "false" {
		r.add(n.at, "", "want true or false, unquoted")
		return
	}
	*t = truth{n.text == "true", n.at}
}

func (d *dict[T]) load(r *report, n *node) {
	if n.kind != kindMap {
		r.add(n.at, "", "want a mapping here, not a %s", n.kind)
		return
	}
	for _, e := range n.entries {
		one := named[T]{key: text{e.key, e.at}}
		loadValue(r, e.value, reflect.ValueOf(&one.value).Elem(), "")
		d.list = append(d.list, one)
	}
}

func (w *words) load(r *report, n *node) {
	if n.kind == kindList {
		loadValue(r, n, reflect.ValueOf(&w.list).Elem(), "")
		return
	}
	w.word.load(r, n)
}

// String names a kind in messages.
func (k kind) String() string {
	return [...]string{"text", "number or word", "mapping", "list"}[k]
}

// loadValue fills v, a value of one of the shapes, from n.
func loadValue(r *report, n *node, v reflect.Value, tag reflect.StructTag) {
	if self, ok := v.Addr().Interface().(loadable); ok {
		self.load(r, n)
		checkWord(r, v, tag.Get("oneof"))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		loadValue(r, n, v.Elem(), tag)
	case reflect.Slice:
		loadList(r, n, v, tag)
	case reflect.Struct:
		loadStruct(r, n, v)
	}
}

func checkWord(r *report, v reflect.Value, oneof string) {
	t, ok := v.Addr().Interface().(*text)
	if !ok || oneof == "" || !t.set() {
		return
	}
	if known := strings.Split(oneof, "|"); !slices.Contains(known, t.s) {
		r.add(t.at, near(t.s, known), "%q is not one of %s", t.s, strings.Join(known, ", "))
		*t = text{}
	}
}

func loadList(r *report, n *node, v reflect.Value, tag reflect.StructTag) {
	if n.kind != kindList {
		r.add(n.at, "", "want a list here, not a %s", n.kind)
		return
	}
	if len(n.items) == 0 && tag.Get("empty") != "ok" {
		r.add(n.at, "", "this list must not be empty")
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		loadValue(r, item, v.Index(i), tag)
	}
}

func loadStruct(r *report, n *node, v reflect.Value) {
	if n.kind != kindMap {
		r.add(n.at, "", "want a mapping here, not a %s", n.kind)
		return
	}
	fields, known := fieldsOf(v.Type())
	if at := v.FieldByName("At"); at.IsValid() {
		at.Set(reflect.ValueOf(n.at))
	}
	written := map[string]bool{}
	for _, e := range n.entries {
		f, ok := fields[e.key]
		if !ok {
			r.add(e.at, suggest(e.key, known), "unknown key %q", e.key)
			continue
		}
		written[e.key] = true
		loadValue(r, e.value, v.FieldByIndex(f.Index), f.Tag)
	}
	for _, key := range known {
		if fields[key].Tag.Get("need") == "yes" && !written[key] {
			r.add(n.at, "", "key %q is missing", key)
		}
	}
}

// fieldsOf lists the keys of a shape, in the order they are declared.
func fieldsOf(t reflect.Type) (map[string]reflect.StructField, []string) {
	fields, order := map[string]reflect.StructField{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("yaml"); key != "" {
			fields[key] = f
			order = append(order, key)
		}
	}
	return fields, order
}
