package policy

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Schema is the JSON schema (draft 2020-12) of the policy document. It is made
// from the same tags the document is read by, so the two cannot drift apart.
// The schema says what has the right shape; Parse knows more.
func Schema() []byte {
	root := schemaOf(reflect.TypeFor[docShape](), "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://pratique.dev/schema/policy-v1.json"
	root["title"] = "pratique policy"
	b, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil // maps of strings, bools and numbers always marshal
	}
	return append(b, '\n')
}

type object = map[string]any

// schemaOf describes one shape.
func schemaOf(t reflect.Type, tag reflect.StructTag) object {
	switch {
	case t == reflect.TypeFor[text]():
		return textSchema(tag)
	case t == reflect.TypeFor[whole]():
		return object{"type": "integer"}
	case t == reflect.TypeFor[truth]():
		return object{"type": "boolean"}
	case t == reflect.TypeFor[words]():
		list := object{"type": "array", "minItems": 1, "items": object{"type": "string", "minLength": 1}}
		return object{"oneOf": []any{object{"enum": []string{"all", "host"}}, list}}
	case t.Kind() == reflect.Pointer:
		return schemaOf(t.Elem(), tag)
	case t.Kind() == reflect.Slice:
		out := object{"type": "array", "items": schemaOf(t.Elem(), tag)}
		if tag.Get("empty") != "ok" {
			out["minItems"] = 1
		}
		return out
	case strings.HasPrefix(t.Name(), "dict["):
		return object{"type": "object", "additionalProperties": schemaOf(valueOf(t), tag)}
	}
	return structSchema(t)
}

// valueOf is the type of a dict's values.
func valueOf(t reflect.Type) reflect.Type {
	list, _ := t.FieldByName("list")
	value, _ := list.Type.Elem().FieldByName("value")
	return value.Type
}

func textSchema(tag reflect.StructTag) object {
	if oneof := tag.Get("oneof"); oneof != "" {
		return object{"enum": strings.Split(oneof, "|")}
	}
	return object{"type": "string", "minLength": 1}
}

func structSchema(t reflect.Type) object {
	fields, order := fieldsOf(t)
	properties := object{}
	var need []string
	for _, key := range order {
		f := fields[key]
		p := schemaOf(f.Type, f.Tag)
		p["description"] = f.Tag.Get("doc")
		properties[key] = p
		if f.Tag.Get("need") == "yes" {
			need = append(need, key)
		}
	}
	out := object{"type": "object", "additionalProperties": false, "properties": properties}
	if need != nil {
		out["required"] = need
	}
	return out
}
