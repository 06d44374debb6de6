package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// audit is about what one attestation of an image holds: 9 KB of statement,
// mostly short keys and short strings.
func audit() []byte {
	var b strings.Builder
	b.WriteString(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"registry.example/app","digest":{"sha256":"` +
		strings.Repeat("ab", 32) + `"}}],"predicateType":"https://in-toto.io/attestation/test-result/v0.1","predicate":{"result":"PASSED","checks":[`)
	for i := range 48 {
		fmt.Fprintf(&b, `{"control":"CIS-DI-4.%d","status":"pass","level":1,"scored":true,"title":"Ensure that a user for the container has been created","evidence":[{"kind":"config","value":"10001:10001"}]},`, i)
	}
	b.WriteString(`null]}}`)
	return []byte(b.String())
}

func BenchmarkCheck(b *testing.B) {
	statement := audit()
	envelope, err := json.Marshal(map[string]any{
		"payloadType": "application/vnd.in-toto+json",
		"payload":     base64.StdEncoding.EncodeToString(statement),
		"signatures":  []map[string]string{{"sig": strings.Repeat("MEUC", 24)}},
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, bm := range []struct {
		name string
		doc  []byte
	}{{"statement", statement}, {"envelope", envelope}} {
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.doc)))
			b.ReportAllocs()
			for b.Loop() {
				if err := Check(bm.doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	doc := audit()
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		var v struct {
			Type    string `json:"_type"`
			Subject []struct {
				Digest map[string]string `json:"digest"`
			} `json:"subject"`
			Predicate json.RawMessage `json:"predicate"`
		}
		if err := Decode(doc, &v); err != nil {
			b.Fatal(err)
		}
	}
}
