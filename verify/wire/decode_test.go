package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Name string `json:"name"`
	Size int64  `json:"size,omitempty"`
}

type embedded struct {
	Promoted string `json:"promoted"`
	Hidden   string `json:"name"`
}

type selfRead struct{ got string }

func (s *selfRead) UnmarshalJSON(b []byte) error { s.got = string(b); return nil }

type outer struct {
	embedded
	*Linked
	Name  string            `json:"name"`
	Bare  int               // no tag: the Go name counts
	Ptr   *inner            `json:"ptr"`
	List  []inner           `json:"list"`
	Array [1]inner          `json:"array"`
	Map   map[string]inner  `json:"map"`
	Maps  map[string]string `json:"maps"`
	Raw   json.RawMessage   `json:"raw"`
	Any   any               `json:"any"`
	Own   selfRead          `json:"own"`
	When  time.Time         `json:"when"`
	Self  *outer            `json:"self"`
	Flag  bool              `json:"flag"`
	Small int8              `json:"small"`
	Kind  string            `json:"kind"`
	Skip  string            `json:"-"`
	//lint:ignore SA5008 encoding/json calls this field "-", and so must we
	Dash string `json:"-,"`
	//lint:ignore U1000 reflection must not trip over it
	hidden string
}

type Linked struct {
	Far string `json:"far"`
}

func TestDecode(t *testing.T) {
	var got outer
	doc := `{"promoted":"p","far":"f","name":"n","Bare":1,"ptr":{"name":"a","size":2},"list":[{"name":"b"}],
		"array":[{"size":3}],"map":{"NAME":{"name":"c"}},"maps":{"SIZE":"x"},"raw": {"NAME" : 1e2} ,"any":{"NAME":1},
		"own":{"NAME":2},"when":"2026-11-22T00:00:00Z","self":{"name":"s"},"-":"d","unknown":{"x":[{}]},"flag":true}`
	if err := Decode([]byte(doc), &got); err != nil {
		t.Fatal(err)
	}
	want := outer{
		embedded: embedded{Promoted: "p"}, Linked: &Linked{Far: "f"}, Name: "n", Bare: 1,
		Ptr: &inner{"a", 2}, List: []inner{{Name: "b"}}, Array: [1]inner{{Size: 3}},
		Map: map[string]inner{"NAME": {Name: "c"}}, Maps: map[string]string{"SIZE": "x"},
		Raw: json.RawMessage(`{"NAME" : 1e2}`), Any: map[string]any{"NAME": 1.0}, Own: selfRead{`{"NAME":2}`},
		When: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Self: &outer{Name: "s"}, Dash: "d", Flag: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestThreat56_DecodeRefusesFoldedFieldNames(t *testing.T) {
	for doc, path := range map[string]string{
		`{"NAME":"x"}`:                            "NAME",
		`{"bare":1}`:                              "bare",
		`{"Promoted":"x"}`:                        "Promoted",
		`{"FAR":"x"}`:                             "FAR",
		`{"\u212aind":"x"}`:                       `\u212aind`,
		"{\"\u212aind\":\"x\"}":                   "\u212aind",
		`{"liſt":[]}`:                             "liſt",
		`{"ptr":{"Name":"x"}}`:                    "ptr.Name",
		`{"list":[{},{"Name":"x"}]}`:              "list[1].Name",
		`{"array":[{"Name":"x"}]}`:                "array[0].Name",
		`{"map":{"any":{"Name":"x"}}}`:            "map.any.Name",
		`{"self":{"self":{"list":[{"Size":1}]}}}`: "self.self.list[0].Size",
	} {
		var v outer
		var e *Error
		err := Decode([]byte(doc), &v)
		if !errors.As(err, &e) || e.Path != path || !strings.Contains(e.Reason, "upper and lower case") {
			t.Errorf("%s: %v", doc, err)
		}
		// The reason for all this: encoding/json takes each of them.
		if err := json.Unmarshal([]byte(doc), &outer{}); err != nil {
			t.Errorf("%s: encoding/json: %v", doc, err)
		}
	}
}

func TestDecodeKnown(t *testing.T) {
	for _, doc := range []string{
		`{"name":"x","map":{"free":{"name":"y"}},"maps":{"free":"z"},"raw":{"free":1},"any":{"free":1},"own":{"free":1}}`,
		`{"-":"d","Bare":1,"promoted":"p","far":"f"}`,
	} {
		if err := DecodeKnown([]byte(doc), &outer{}); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
	for doc, path := range map[string]string{
		`{"nome":1}`:                    "nome",
		`{"Skip":"x"}`:                  "Skip",
		`{"hidden":"x"}`:                "hidden",
		`{"embedded":{}}`:               "embedded",
		`{"list":[{"nome":1}]}`:         "list[0].nome",
		`{"map":{"free":{"free":1}}}`:   "map.free.free",
		`{"ptr":{"size":1,"nome":"x"}}`: "ptr.nome",
	} {
		var e *Error
		if err := DecodeKnown([]byte(doc), &outer{}); !errors.As(err, &e) || e.Path != path {
			t.Errorf("%s: %v", doc, err)
		}
		if err := Decode([]byte(doc), &outer{}); err != nil {
			t.Errorf("%s: Decode: %v", doc, err)
		}
	}
}

// Two embedded structs of the same depth that share a name cancel out, unless
// one is tagged; encoding/json has no such field then.
func TestDecodeKnownFollowsDominance(t *testing.T) {
	type A struct{ X, Y string }
	type B struct {
		X string
		Y string `json:"Y"`
	}
	type both struct {
		A
		B
	}
	if err := DecodeKnown([]byte(`{"X":"x"}`), &both{}); err == nil {
		t.Error("X is no field of both")
	}
	var v both
	if err := DecodeKnown([]byte(`{"Y":"y"}`), &v); err != nil || v.B.Y != "y" {
		t.Errorf("%+v, %v", v, err)
	}
}

// Where two fields differ only by case, each takes its own spelling.
func TestDecodeFieldsThatDiffer(t *testing.T) {
	var v struct {
		Lower string `json:"id"`
		Upper string `json:"ID"`
	}
	if err := Decode([]byte(`{"ID":"u"}`), &v); err != nil || v.Upper != "u" || v.Lower != "" {
		t.Errorf("%+v, %v", v, err)
	}
	if err := Decode([]byte(`{"Id":"u"}`), &v); err == nil {
		t.Error("accepted a third spelling")
	}
}

func TestDecodeChecksFirst(t *testing.T) {
	for _, doc := range []string{`{"name":"a","name":"b"}`, `{"name":"a"}{}`, "{\"name\":\"\xff\"}", `{"raw":{"a":1,"A":2}}`} {
		for _, f := range []func([]byte, any) error{Decode, DecodeKnown} {
			var v outer
			if err := f([]byte(doc), &v); err == nil || v.Name != "" || v.Raw != nil {
				t.Errorf("%q: %v, %+v", doc, err, v)
			}
		}
	}
}

func TestDecodeErrorsHideValues(t *testing.T) {
	for doc, want := range map[string]string{
		`{"small":31337}`:         "json: small: want a whole number that fits int8",
		`{"ptr":{"size":3.1337}}`: "json: ptr.size: want a whole number that fits int64",
		`{"list":"31337"}`:        "json: list: want an array",
		`{"ptr":[31337]}`:         "json: ptr: want an object",
		`{"flag":31337}`:          "json: flag: want true or false",
		`{"name":31337}`:          "json: name: want a string",
		`{"when":"31337"}`:        "json: a value does not have the form its type asks for",
		`{"any":1e31337}`:         "json: any: want a number",
	} {
		err := Decode([]byte(doc), &outer{})
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "1337") {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestDecodeMisused(t *testing.T) {
	var misuse *json.InvalidUnmarshalError
	for _, v := range []any{nil, outer{}, (*outer)(nil)} {
		if err := Decode([]byte(`{}`), v); !errors.As(err, &misuse) {
			t.Errorf("%T: %v", v, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"name":"x","ptr":{"NAME":1},"list":[{"name":"y"}]}`))
	f.Add([]byte(`{"self":{"self":{"Self":null}},"\u212aind":1}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		var v, again outer
		if DecodeKnown(doc, &v) != nil {
			return
		}
		// What is known by its exact spelling is all there is to decode.
		if err := json.Unmarshal(doc, &again); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%+v", v) != fmt.Sprintf("%+v", again) && !strings.Contains(fmt.Sprintf("%+v", v), "0x") {
			t.Fatalf("%q: %+v, %+v", doc, v, again)
		}
		if Decode(doc, &outer{}) != nil {
			t.Fatalf("known keys, refused by Decode: %q", doc)
		}
	})
}
