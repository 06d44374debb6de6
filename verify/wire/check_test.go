package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
)

func TestCheckAccepts(t *testing.T) {
	for _, doc := range []string{
		`{}`, `[]`, `""`, `0`, `-0`, `1.5e+10`, `-12E-3`, `true`, `false`, `null`,
		" \t\r\n{ \"a\" : [ 1 , { } , [ ] ] } \n",
		`{"a":{"a":{"a":1}},"b":{"a":2}}`,
		`[{"a":1},{"a":1}]`,
		`{"":1}`,
		`"\"\\\/\b\f\n\r\t\u0000\u00e9\ud83d\ude00 é 😀"`,
		`{"a":1,"á":2,"A ":3}`,
		"\"\u2028\u2029\x7f\"",
		`{"long_key_one":1,"long_key_two":2}`,
	} {
		if err := Check([]byte(doc)); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
		if !json.Valid([]byte(doc)) {
			t.Errorf("%s: not JSON", doc)
		}
	}
}

func TestCheckRefusesMalformed(t *testing.T) {
	for _, doc := range []string{
		"", " ", "{", "[", `"`, `"\`, `"\u12`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `[1`, `[1,`,
		"}", "]", ",", ":", `{"a" 1}`, `{"a":1 "b":2}`, `[1 2]`, `{,}`, `[,]`, `{"a":1,}`, `[1,]`, `{1:2}`, `{a:1}`,
		"tru", "nul", "True", "nan", "Infinity", "'a'", "// x\n1", "/**/1",
		"-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1_0", "--1",
		`"\x41"`, `"\u00G0"`, `"\u{41}"`, "\"\n\"", "\"\x00\"", "\"\x1f\"", "\x001", "1\x00", "\v1",
		"[[]", "{}}", "[]]", `{"a":]}`, `[}`,
	} {
		if err := Check([]byte(doc)); err == nil {
			t.Errorf("accepted %q", doc)
		}
		if json.Valid([]byte(doc)) {
			t.Errorf("%q is JSON", doc)
		}
	}
}

func TestThreat56_DuplicateAndFoldedKeys(t *testing.T) {
	for _, doc := range []string{
		`{"subject":1,"subject":2}`,
		`{"subject":1,"\u0073ubject":2}`,
		`{"subject":1,"SUBJECT":2}`,
		`{"hostconfig":1,"HoſtConfig":2}`,
		`{"kind":1,"\u212aind":2}`,
		`{"é":1,"É":2}`,
		`{"é":1,"\u00C9":2}`,
		`{"😀":1,"\ud83d\ude00":2}`,
		`{"":1,"":2}`,
		`{"a":{"b":[{"c":1,"C":2}]}}`,
		`{"a":1,"x":{"a":1,"b":2},"A":2}`,
	} {
		var e *Error
		if err := Check([]byte(doc)); !errors.As(err, &e) || !strings.Contains(e.Reason, "twice") {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

// One object with enough keys to leave the linear search must still know every
// earlier key, and must not confuse them with those of the objects inside it.
func TestThreat56_DuplicateAmongManyKeys(t *testing.T) {
	for _, n := range []int{1, manyKeys - 1, manyKeys, manyKeys + 1, 1000} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"key%d":{"Inner":1,"key%d":2},`, i, i)
		}
		if err := Check([]byte("{" + b.String() + `"inner":0}`)); err != nil {
			t.Errorf("%d keys: %v", n, err)
		}
		for _, again := range []int{0, n / 2, n - 1} {
			doc := fmt.Sprintf(`{%s"KEY%d":0}`, b.String(), again)
			if Check([]byte(doc)) == nil {
				t.Errorf("%d keys: key %d accepted again", n, again)
			}
		}
	}
}

// Every pair of characters that encoding/json may take for one another.
func TestThreat56_FoldsAsEncodingJSONDoes(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune; r++ {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			if doc := fmt.Sprintf(`{"x%c":1,"X%c":2}`, r, f); Check([]byte(doc)) == nil {
				t.Fatalf("accepted %s", doc)
			}
		}
	}
}

func TestThreat64_Depth(t *testing.T) {
	nest := func(n int, open, end string) []byte {
		return []byte(strings.Repeat(open, n) + "1" + strings.Repeat(end, n))
	}
	for _, c := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		if err := Check(nest(MaxJSONDepth, c[0], c[1])); err != nil {
			t.Errorf("at the limit: %v", err)
		}
		if Check(nest(MaxJSONDepth+1, c[0], c[1])) == nil {
			t.Errorf("accepted %s over the limit", c[0])
		}
	}
	if Check([]byte(strings.Repeat("[", 1<<20))) == nil {
		t.Error("accepted a million brackets")
	}
}

func TestThreat68_JunkAroundOrInsideTheDocument(t *testing.T) {
	for name, doc := range map[string]string{
		"byte order mark":     "\xef\xbb\xbf{}",
		"second document":     `{}{}`,
		"text after":          `{} x`,
		"text before":         `x {}`,
		"comma after":         `{},`,
		"NUL after":           "{}\x00",
		"no-break space":      "\u00a0{}",
		"invalid UTF-8 value": "{\"a\":\"\xff\"}",
		"invalid UTF-8 key":   "{\"\xc3\":1}",
		"overlong slash":      "\"\xc0\xaf\"",
		"encoded surrogate":   "\"\xed\xa0\x80\"",
		"UTF-16":              "\xff\xfe{\x00}\x00",
		"high half alone":     `"\ud800"`,
		"high half and text":  `"\ud800x"`,
		"two high halves":     `"\ud800\ud800"`,
		"high half, escape":   `"\ud800\n"`,
		"low half alone":      `"\udc00"`,
		"halves swapped":      `"\udc00\ud800"`,
		"half in a key":       `{"\ud800":1}`,
	} {
		if Check([]byte(doc)) == nil {
			t.Errorf("%s: accepted %q", name, doc)
		}
	}
}

func TestErrorNamesThePlaceNotTheValue(t *testing.T) {
	for doc, want := range map[string]string{
		`{"a":[1,{"b":"s3cret","b":1}]}`:        `json: a[1].b: the key is there twice, or twice but for upper and lower case (byte 22)`,
		`{"a":{"b":"s3cret` + "\n" + `"}}`:      `json: a.b: a control character inside a string (byte 17)`,
		`[0,[s3cret]]`:                          `json: [1][0]: want a value (byte 4)`,
		`{} s3cret`:                             `json: goes on after the document (byte 3)`,
		"{\"s\xff\":1}":                         `json: is not valid UTF-8 (byte 3)`,
		"{\"\x7f\u202e\":tru}":                  `json: \x7f\u202e: want a value (byte 8)`,
		`{"` + strings.Repeat("k", 99) + `":x}`: `json: ` + strings.Repeat("k", 64) + `...: want a value (byte 103)`,
	} {
		if err := Check([]byte(doc)); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", doc, err, want)
		}
	}
}
