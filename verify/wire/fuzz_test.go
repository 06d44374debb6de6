package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// oracle is Check written the slow way, on the tokens of encoding/json. It
// does not know half surrogate pairs.
func oracle(doc []byte) bool {
	if !json.Valid(doc) || !utf8.Valid(doc) {
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	return oracleValue(dec, 0) == nil
}

var errOracle = errors.New("refused")

func oracleValue(dec *json.Decoder, depth int) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return nil
	}
	if depth == MaxJSONDepth {
		return errOracle
	}
	var keys []string
	for dec.More() {
		if delim == '{' {
			tok, err := dec.Token()
			if err != nil {
				return err
			}
			for _, k := range keys {
				if strings.EqualFold(k, tok.(string)) {
					return errOracle
				}
			}
			keys = append(keys, tok.(string))
		}
		if err := oracleValue(dec, depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil && err != io.EOF {
		return err
	}
	return nil
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,2.5e3,{"b":null}],"c":"\u00e9\ud83d\ude00"}`, `{"a":1,"A":2}`, `{"k":1,"\u212a":2}`,
		`"\ud800"`, "\xef\xbb\xbf1", `[[[[]]]]`, `{"":{"":1}}`, ` true `, `{}{}`,
	} {
		f.Add([]byte(s))
	}
	f.Add(audit())
	surrogate := regexp.MustCompile(`(?i)\\ud[89a-f]`)
	f.Fuzz(func(t *testing.T, doc []byte) {
		accepted := Check(doc) == nil
		if want := oracle(doc); accepted && !want || want && !accepted && !surrogate.Match(doc) {
			t.Fatalf("accepted %v, want %v: %q", accepted, want, doc)
		}
		if !accepted {
			return
		}
		once := remarshal(t, doc)
		if err := Check(once); err != nil {
			t.Fatalf("written again: %v: %q", err, once)
		}
		if twice := remarshal(t, once); !bytes.Equal(once, twice) {
			t.Fatalf("not stable: %q, then %q", once, twice)
		}
	})
}

func remarshal(t *testing.T, doc []byte) []byte {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v: %q", err, doc)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
