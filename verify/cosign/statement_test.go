package cosign

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/in-toto/in-toto-golang/in_toto"
	ctypes "github.com/sigstore/cosign/v2/pkg/types"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
	"github.com/pratique-dev/pratique/verify/wire"
)

// statementWith is the usual statement with fields replaced; nil removes one.
func statementWith(fields map[string]any) []byte {
	doc := map[string]any{}
	if err := json.Unmarshal(statementA(), &doc); err != nil {
		panic(err)
	}
	for k, v := range fields {
		if doc[k] = v; v == nil {
			delete(doc, k)
		}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return raw
}

func subjects(digests ...map[string]any) []any {
	var out []any
	for _, d := range digests {
		out = append(out, map[string]any{"digest": d})
	}
	return out
}

func sha(d verify.Digest) map[string]any { return map[string]any{"sha256": d.Hex()} }

// statementCase is a signed statement and what must become of it, in an
// envelope and in a bundle; no reason means that it verifies.
type statementCase struct {
	fields map[string]any
	reason string
}

func runStatements(t *testing.T, cases map[string]statementCase) {
	t.Helper()
	k := cosigntest.NewKey(t, "ecdsa-p256")
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			attested(t, statementWith(tt.fields), k, func(t *testing.T, i verify.Item) {
				if tt.reason != "" {
					refused(t, i, tt.reason)
				} else if i.Claim == nil {
					t.Error(i.Err)
				}
			})
		})
	}
}

func TestThreat51_SubjectOfAnotherImage(t *testing.T) {
	runStatements(t, map[string]statementCase{
		"another": {map[string]any{"subject": subjects(sha(subjectB))}, "not about this image"},
		"upper":   {map[string]any{"subject": subjects(map[string]any{"sha256": strings.ToUpper(subjectA.Hex())})}, "subject 1"},
	})
}

func TestThreat52_NoUsableSubject(t *testing.T) {
	runStatements(t, map[string]statementCase{
		"none":          {map[string]any{"subject": nil}, "without a subject"},
		"empty":         {map[string]any{"subject": []any{}}, "without a subject"},
		"null":          {map[string]any{"subject": []any{nil}}, "subject 1"},
		"no digest":     {map[string]any{"subject": []any{map[string]any{"name": "app"}}}, "subject 1"},
		"name only too": {map[string]any{"subject": append(subjects(sha(subjectA)), map[string]any{"name": "x"})}, "subject 2"},
		"not a list":    {map[string]any{"subject": map[string]any{}}, "statement"},
	})
}

func TestThreat53_OtherAlgorithms(t *testing.T) {
	sha512 := strings.Repeat("ab", 64)
	both := func(k, v string) map[string]any { return map[string]any{"sha256": subjectA.Hex(), k: v} }
	runStatements(t, map[string]statementCase{
		"sha512 only":        {map[string]any{"subject": subjects(map[string]any{"sha512": sha512})}, "subject 1"},
		"sha512 beside":      {map[string]any{"subject": subjects(both("sha512", sha512))}, "cannot be checked"},
		"sha1 beside":        {map[string]any{"subject": subjects(both("sha1", sha512[:40]))}, "cannot be checked"},
		"malformed":          {map[string]any{"subject": subjects(both("sha512", "zz"))}, "malformed"},
		"short":              {map[string]any{"subject": subjects(both("sha512", sha512[2:]))}, "malformed"},
		"git beside":         {map[string]any{"subject": subjects(both("gitCommit", sha512[:40]))}, ""},
		"unknown beside":     {map[string]any{"subject": subjects(both("crc32", "00"))}, ""},
		"on another subject": {map[string]any{"subject": subjects(sha(subjectA), map[string]any{"sha256": subjectB.Hex(), "sha512": sha512})}, ""},
	})
}

func TestThreat54_ManySubjects(t *testing.T) {
	many := func(n int) map[string]any {
		list := subjects(sha(subjectA))
		for i := range n - 1 {
			list = append(list, subjects(sha(verify.DigestOf(fmt.Append(nil, i))))...)
		}
		return map[string]any{"subject": list}
	}
	runStatements(t, map[string]statementCase{
		"64": {many(maxSubjects), ""}, "65": {many(maxSubjects + 1), "more than 64"},
	})
	k := cosigntest.NewKey(t, "ecdsa-p256")
	st := statementWith(map[string]any{"subject": subjects(sha(subjectB), sha(subjectA), sha(subjectB))})
	attested(t, st, k, func(t *testing.T, i verify.Item) {
		if i.Claim == nil || len(i.Claim.Subjects) != 2 || i.Claim.Subjects[0] != subjectA || i.Claim.Subjects[1] != subjectB {
			t.Errorf("%+v", i)
		}
	})
}

func TestThreat64_ManyDigests(t *testing.T) {
	d := sha(subjectA)
	for i := range wire.MaxDigests {
		d[fmt.Sprintf("x%d", i)] = "00"
	}
	runStatements(t, map[string]statementCase{
		"33": {map[string]any{"subject": subjects(d)}, "digests"},
	})
}

func TestThreat55_Types(t *testing.T) {
	runStatements(t, map[string]statementCase{
		"v1":                {map[string]any{"_type": in_toto.StatementInTotoV1}, ""},
		"v0.1":              {map[string]any{"_type": in_toto.StatementInTotoV01}, ""},
		"v2":                {map[string]any{"_type": "https://in-toto.io/Statement/v2"}, "statement type"},
		"no type":           {map[string]any{"_type": nil}, "statement type"},
		"no predicate type": {map[string]any{"predicateType": nil}, "predicate type"},
		"empty":             {map[string]any{"predicateType": ""}, "predicate type"},
		"no predicate":      {map[string]any{"predicate": nil}, "not an object"},
		"null predicate":    {map[string]any{"predicate": json.RawMessage("null")}, "not an object"},
		"text predicate":    {map[string]any{"predicate": "x"}, "not an object"},
		"list predicate":    {map[string]any{"predicate": []any{}}, "not an object"},
		"sign, null":        {map[string]any{"predicateType": ctypes.CosignSignPredicateType, "predicate": json.RawMessage("null")}, "not an object"},
		"sign, empty":       {map[string]any{"predicateType": ctypes.CosignSignPredicateType, "predicate": map[string]any{}}, ""},
		"sign, none":        {map[string]any{"predicateType": ctypes.CosignSignPredicateType, "predicate": nil}, ""},
		"more fields":       {map[string]any{"extra": 1}, ""},
	})
}

// Annotations name a predicate type that was not signed; only the signed one
// counts. A bundle that is not about signing is never an image signature.
func TestThreat55_PredicateTypeIsSigned(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	l := k.Attestation(statementA())
	l.Annotations = map[string]string{"predicateType": ctypes.CosignSignPredicateType}
	c.Put(repo, cosigntest.AttTag(subjectA), l)
	b := k.Bundle(statementA())
	b.Annotations = map[string]string{"dev.sigstore.bundle.predicateType": ctypes.CosignSignPredicateType}
	c.Attach(repo, subjectA, ctypes.CosignSignPredicateType, b)
	for _, i := range gather(t, c, k) {
		if i.Kind != verify.KindAttestation || i.Claim == nil || i.Claim.PredicateType != predicate {
			t.Errorf("%+v", i)
		}
	}
	attested(t, cosigntest.SignStatement(subjectA), k, func(t *testing.T, i verify.Item) {
		if i.Kind != verify.KindSignature || i.Claim == nil || i.Claim.Predicate != nil {
			t.Errorf("%+v", i)
		}
	})
}

func TestThreat56_DuplicateKeys(t *testing.T) {
	k := cosigntest.NewKey(t, "ecdsa-p256")
	other := string(statementWith(map[string]any{"subject": subjects(sha(subjectB))}))
	ours := fmt.Sprintf(`[{"digest":{"sha256":%q}}]`, subjectA.Hex())
	for name, st := range map[string]string{
		"subject":        strings.TrimSuffix(other, "}") + `,"subject":` + ours + `}`,
		"SUBJECT":        strings.TrimSuffix(other, "}") + `,"SUBJECT":` + ours + `}`,
		"only folded":    strings.Replace(string(statementA()), `"subject"`, `"Subject"`, 1),
		"folded digest":  strings.Replace(string(statementA()), `"digest"`, `"DIGEST"`, 1),
		"two digests":    strings.Replace(string(statementA()), `"sha256":`, `"sha256":"00","sha256":`, 1),
		"predicate":      strings.Replace(string(statementA()), `"ok":true`, `"ok":true,"ok":false`, 1),
		"folded in body": strings.Replace(string(statementA()), `"ok":true`, `"ok":true,"OK":false`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			attested(t, []byte(st), k, func(t *testing.T, i verify.Item) { refused(t, i, "") })
		})
	}
}

func TestThreat60_AttestationOfAnotherPlatform(t *testing.T) {
	k, c := cosigntest.NewKey(t, "ecdsa-p256"), cosigntest.NewContent()
	st := cosigntest.Statement(subjectA, predicate, struct{}{})
	c.Put(repo, cosigntest.AttTag(subjectB), k.Attestation(st))
	c.Attach(repo, subjectB, cosigntest.BundleType, k.Bundle(st))
	items, err := New(c, cosigntest.Ring(t, k)).Gather(t.Context(), single(subjectB))
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	for _, i := range items {
		refused(t, i, "not about this image")
	}
}

// The library's own check of the subject is not all there is.
func TestThreat51_BindsBySHA256(t *testing.T) {
	st, err := parseStatement(statementA())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.binds(subjectA); err != nil {
		t.Error(err)
	}
	if _, err := st.binds(subjectB); err == nil {
		t.Error("binds another image")
	}
}
