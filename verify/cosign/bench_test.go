package cosign

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify/cosign/cosigntest"
)

// BenchmarkGather500 reads 500 attestations of 9 KB each, in either format,
// without a network. Budget: 0.25 ms of CPU an attestation.
func BenchmarkGather500(b *testing.B) {
	k := cosigntest.NewKey(b, "ecdsa-p256")
	results := make([]any, 110)
	for i := range results {
		results[i] = map[string]any{"id": fmt.Sprint(i), "status": "pass", "text": strings.Repeat("x", 30)}
	}
	var envelopes, bundles []cosigntest.Layer
	for i := range 500 {
		st := cosigntest.Statement(subjectA, predicate, map[string]any{"n": i, "results": results})
		envelopes, bundles = append(envelopes, k.Attestation(st)), append(bundles, k.Bundle(st))
	}
	tags, referrers := cosigntest.NewContent(), cosigntest.NewContent()
	tags.Put(repo, cosigntest.AttTag(subjectA), envelopes...)
	for _, l := range bundles {
		referrers.Attach(repo, subjectA, cosigntest.BundleType, l)
	}
	for name, c := range map[string]*cosigntest.Content{"tag": tags, "bundle": referrers} {
		b.Run(name, func(b *testing.B) {
			s := New(c, cosigntest.Ring(b, k))
			b.ReportAllocs()
			for b.Loop() {
				items, err := s.Gather(b.Context(), single(subjectA))
				if err != nil || len(items) != 500 || items[499].Claim == nil {
					b.Fatal(len(items), err)
				}
			}
		})
	}
}
