package report

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schema is a JSON schema and the means to hold a value against it: the
// keywords of draft 4 that the SARIF schema uses. Any other is an error.
type schema struct{ root map[string]any }

func sarifSchemaDocument(t testing.TB) schema {
	t.Helper()
	f, err := os.Open("testdata/sarif-2.1.0-rtm.5.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(raw, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// check is every way in which doc is not what the schema wants.
func (s schema) check(t testing.TB, doc []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(doc))
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %.200s", err, doc)
	}
	if d.More() {
		t.Fatal("more than one document")
	}
	return s.against("", v, s.root)
}

func (s schema) against(at string, v any, rule map[string]any) (bad []string) {
	for _, key := range sortedKeys(rule) {
		want := rule[key]
		switch key {
		case "$schema", "title", "id", "description", "default", "definitions", "additionalProperties":
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/definitions/")
			bad = append(bad, s.against(at, v, s.root["definitions"].(map[string]any)[name].(map[string]any))...)
		case "properties":
			bad = append(bad, s.object(at, v, rule)...)
		case "items":
			list, _ := v.([]any)
			for i, e := range list {
				bad = append(bad, s.against(fmt.Sprintf("%s/%d", at, i), e, want.(map[string]any))...)
			}
		case "anyOf", "oneOf":
			bad = append(bad, s.choice(at, key, v, want.([]any))...)
		default:
			if !holds(key, want, v) {
				bad = append(bad, fmt.Sprintf("%s: not %s %v", at, key, want))
			}
		}
	}
	if _, has := rule["properties"]; !has && rule["additionalProperties"] != nil {
		bad = append(bad, s.object(at, v, rule)...)
	}
	return bad
}

func (s schema) object(at string, v any, rule map[string]any) (bad []string) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	properties, _ := rule["properties"].(map[string]any)
	for _, k := range sortedKeys(object) {
		down := at + "/" + k
		if p, ok := properties[k]; ok {
			bad = append(bad, s.against(down, object[k], p.(map[string]any))...)
			continue
		}
		switch more := rule["additionalProperties"].(type) {
		case bool:
			if !more {
				bad = append(bad, down+": no such property")
			}
		case map[string]any:
			bad = append(bad, s.against(down, object[k], more)...)
		}
	}
	return bad
}

func (s schema) choice(at, key string, v any, choices []any) []string {
	n := 0
	for _, c := range choices {
		if len(s.against(at, v, c.(map[string]any))) == 0 {
			n++
		}
	}
	if n == 0 || key == "oneOf" && n > 1 {
		return []string{fmt.Sprintf("%s: %d of %s", at, n, key)}
	}
	return nil
}

// holds is one simple keyword; those for another type hold.
func holds(key string, want, v any) bool {
	object, _ := v.(map[string]any)
	list, isList := v.([]any)
	text, isText := v.(string)
	number, isNumber := v.(float64)
	switch key {
	case "type":
		return isType(want.(string), v)
	case "required":
		return object == nil || !slices.ContainsFunc(want.([]any), func(k any) bool { _, ok := object[k.(string)]; return !ok })
	case "enum":
		return slices.ContainsFunc(want.([]any), func(e any) bool { return reflect.DeepEqual(e, v) })
	case "minItems":
		return !isList || float64(len(list)) >= want.(float64)
	case "uniqueItems":
		for i := range list {
			for j := range i {
				if want == true && reflect.DeepEqual(list[i], list[j]) {
					return false
				}
			}
		}
		return true
	case "minimum":
		return !isNumber || number >= want.(float64)
	case "maximum":
		return !isNumber || number <= want.(float64)
	case "pattern":
		return !isText || regexp.MustCompile(want.(string)).MatchString(text)
	case "format":
		_, err := url.Parse(text)
		return !isText || want != "uri" && want != "uri-reference" || err == nil && !strings.ContainsAny(text, " \\<>\"{}|^`")
	}
	panic("keyword " + key)
}

func isType(name string, v any) bool {
	switch x := v.(type) {
	case map[string]any:
		return name == "object"
	case []any:
		return name == "array"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && x == math.Trunc(x)
	}
	return name == "null"
}

func sortedKeys(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// TestSchemaCheck: what the checker lets through, it has looked at.
func TestSchemaCheck(t *testing.T) {
	s := sarifSchemaDocument(t)
	const good = `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"x"},"level":"error"}]}]}`
	if bad := s.check(t, []byte(good)); len(bad) > 0 {
		t.Error(bad)
	}
	for _, change := range [][2]string{
		{`"2.1.0"`, `"2.2.0"`}, {`"name":"x"`, `"nam":"x"`}, {`"error"`, `"fatal"`}, {`"text":"x"`, `"text":1`}, {`"text":"x"`, ``},
		{`"runs":[`, `"runs":[1,`}, {`"level"`, `"ruleIndex":-2,"level"`}, {`"level"`, `"ruleIndex":0.5,"level"`},
		{`"level"`, `"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a b"}}}],"level"`},
		{`"level"`, `"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"},"region":{"startLine":0}}}],"level"`},
		{`"level"`, `"partialFingerprints":{"a":1},"level"`}, {`"level"`, `"suppressions":[{"kind":"other"}],"level"`},
	} {
		if doc := strings.Replace(good, change[0], change[1], 1); len(s.check(t, []byte(doc))) == 0 {
			t.Errorf("passed: %s", doc)
		}
	}
}
