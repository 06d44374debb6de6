package policy

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

// TestSchema: the schema is JSON, says what the reader says, and closes every
// object.
func TestSchema(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(Schema(), Schema()) {
		t.Error("the schema differs from itself")
	}
	objects := 0
	var walk func(where string, v map[string]any, shape reflect.Type)
	walk = func(where string, v map[string]any, shape reflect.Type) {
		objects++
		properties, _ := v["properties"].(map[string]any)
		fields, _ := fieldsOf(shape)
		if len(properties) != len(fields) || v["additionalProperties"] != false {
			t.Errorf("%s: %d properties, %d fields, additional %v", where, len(properties), len(fields), v["additionalProperties"])
		}
		for key, f := range fields {
			p, ok := properties[key].(map[string]any)
			if !ok || p["description"] == "" || f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s: not described", where, key)
			}
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if strings.HasPrefix(inner.Name(), "dict[") {
				inner = valueOf(inner)
			}
			for _, down := range []string{"items", "additionalProperties"} {
				if q, ok := p[down].(map[string]any); ok {
					p = q
				}
			}
			if strings.HasSuffix(inner.Name(), "Shape") {
				walk(where+"."+key, p, inner)
			}
		}
	}
	walk("policy", root, reflect.TypeFor[docShape]())
	if objects < 14 {
		t.Errorf("only %d objects", objects)
	}
}

// TestParametersShape: the policy knows every parameter, by the name it has in
// an attestation.
func TestParametersShape(t *testing.T) {
	for shape, of := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[parametersShape](): reflect.TypeFor[cis.Parameters](),
		reflect.TypeFor[setuidShape]():     reflect.TypeFor[cis.SetUIDRule](),
	} {
		fields, _ := fieldsOf(shape)
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if _, ok := fields[name]; !ok {
				t.Errorf("%s has no key %s", shape, name)
			}
		}
		if len(fields) != of.NumField() {
			t.Errorf("%s has %d keys, %s has %d", shape, len(fields), of, of.NumField())
		}
	}
}

// TestCosignsNamesOfPredicates are cosign's.
func TestCosignsNamesOfPredicates(t *testing.T) {
	for name, uri := range predicateAliases() {
		if got, err := PredicateURI(name); err != nil || got != uri {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		if got, err := PredicateURI(uri); err != nil || got != uri {
			t.Errorf("%s: %s, %v", uri, got, err)
		}
	}
	for _, bad := range []string{"", "slsa", "https://", "a b", ":x", "HTTPS://a", "https://a b"} {
		if got, err := PredicateURI(bad); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
}
