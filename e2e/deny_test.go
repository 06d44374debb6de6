//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/e2e/lab"
)

// What verify is asked in the rows below.
const (
	signed  = "pratique verify --key $PUB $IMAGE"
	audited = "pratique verify --key $PUB --type cis-docker-image $IMAGE"
)

// TestDenies_EachWithItsOwnReason: every way of not being vouched for is refused with status 3 and a
// reason of its own.
func TestDenies_EachWithItsOwnReason(t *testing.T) {
	sign2, sign3 := "cosign2 sign"+plain2+"$IMAGE", "cosign3 sign"+plain3+"$IMAGE"
	attestTag := "pratique attest --key $KEY --format tag $IMAGE"
	attestBundle := "pratique attest --key $KEY --format bundle $IMAGE"
	onBoth(t, func(t *testing.T, kind string) {
		for _, row := range []struct {
			name    string
			prepare func(*site)
			verify  string
			code    string
		}{
			{"unsigned", nothing, signed, "signature-missing"},
			{"wrong key, tag", run(strings.Replace(sign2, "$KEY", "$OTHERKEY", 1)), signed, "signature-untrusted-key"},
			{"wrong key, bundle", run(strings.Replace(sign3, "$KEY", "$OTHERKEY", 1)), signed, "signature-untrusted-key"},
			{"signature of another image, tag", moved(sign2, ".sig", nil), signed, "signature-wrong-subject"},
			{"signature of another image, bundle", moved(sign3, "", nil), signed, "signature-wrong-subject"},
			// Nothing but the key tells a changed simple signing payload from one of another key.
			{"tampered payload, tag", tampered(sign2, ".sig"), signed, "signature-untrusted-key"},
			{"tampered payload, bundle", tampered(sign3, ""), signed, "signature-invalid"},
			{"attestation without signature, tag", run(attestTag), signed, "signature-only-attested"},
			{"attestation without signature, bundle", run(attestBundle), signed, "signature-only-attested"},
			{"tag moved to an unsigned image", retagged(sign2), signed, "signature-missing"},
			{"signature without attestation", run(sign2), audited, "attestation-missing"},
			{"attestation by the wrong key", run(sign2, strings.Replace(attestTag, "$KEY", "$OTHERKEY", 1)), audited, "attestation-untrusted-key"},
			{"attestation of another image, tag", both(run(sign2), moved(attestTag, ".att", nil)), audited, "attestation-wrong-subject"},
			{"attestation of another image, bundle", both(run(sign2), moved(attestBundle, "", nil)), audited, "attestation-wrong-subject"},
			{"tampered attestation, tag", tampered(attestTag, ".att"), audited, "attestation-untrusted-key"},
			{"tampered attestation, bundle", tampered(attestBundle, ""), audited, "attestation-invalid"},
		} {
			t.Run(row.name, func(t *testing.T) {
				s := newSite(t, kind, lab.Image{})
				row.prepare(s)
				exit, d, r := s.decide(row.verify)
				if exit != 3 || d.Verdict != "deny" || !slices.Contains(d.codes(), row.code) {
					t.Fatalf("want status 3 with reason %s, got %v: %s", row.code, d.codes(), r)
				}
				for _, reason := range d.Reasons {
					if reason.Message == "" || reason.Hint == "" {
						t.Errorf("%s has no message or no hint: %+v", reason.Code, reason)
					}
				}
			})
		}
	})
}

func nothing(*site) {}

func run(lines ...string) func(*site) { return func(s *site) { s.must(lines...) } }

func both(first, second func(*site)) func(*site) {
	return func(s *site) { first(s); second(s) }
}

// moved makes evidence for another image and copies it to the site's. suffix is that of cosign's tag,
// or empty for referrers.
func moved(line, suffix string, change func([]byte) []byte) func(*site) {
	return func(s *site) {
		s.t.Helper()
		host, _, _ := strings.Cut(s.Image, "/")
		other := newSiteAt(s.t, host, lab.Image{})
		other.must(line)
		move(s, lab.Evidence{Reference: other.Image, Digest: other.Digest}, suffix, change)
	}
}

// tampered makes evidence for the site's image on a copy of it elsewhere, and brings it here changed.
func tampered(line, suffix string) func(*site) {
	return func(s *site) {
		s.t.Helper()
		s.must(line)
		here := lab.Evidence{Reference: s.Image, Digest: s.Digest}
		copied := lab.Evidence{Reference: lab.Repository(s.Image) + "-copy:1", Digest: s.Digest}
		if err := lab.CopyImage(here, copied); err != nil {
			s.t.Fatal(err)
		}
		// The site is the copy from here on: only the changed evidence is there.
		s.words["IMAGE"], s.Image = copied.Reference, copied.Reference
		move(s, here, suffix, spoil)
	}
}

func move(s *site, from lab.Evidence, suffix string, change func([]byte) []byte) {
	s.t.Helper()
	to := lab.Evidence{Reference: s.Image, Digest: s.Digest}
	var err error
	if suffix == "" {
		err = lab.MoveReferrers(from, to, change)
	} else {
		err = lab.MoveTag(from, to, suffix, change)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// spoil changes what is signed but keeps it well formed and about the same image: a payload that is
// only a little different, which nothing but the signature shows.
func spoil(content []byte) []byte {
	var bundle map[string]json.RawMessage
	if json.Unmarshal(content, &bundle) == nil && bundle["dsseEnvelope"] != nil {
		bundle["dsseEnvelope"] = spoilEnvelope(bundle["dsseEnvelope"])
		return encode(bundle)
	}
	if bundle["payload"] != nil {
		return spoilEnvelope(content)
	}
	return append(bytes.TrimSuffix(bytes.TrimSpace(content), []byte("}")), []byte(" }")...) // simple signing
}

func spoilEnvelope(content []byte) []byte {
	var envelope map[string]json.RawMessage
	var payload []byte
	if err := json.Unmarshal(content, &envelope); err != nil {
		panic(err)
	}
	if err := json.Unmarshal(envelope["payload"], &payload); err != nil {
		panic(err)
	}
	envelope["payload"] = encode(base64.StdEncoding.EncodeToString(append(payload, ' ')))
	return encode(envelope)
}

func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// retagged signs the image and then lets its tag name another one.
func retagged(line string) func(*site) {
	return func(s *site) {
		s.t.Helper()
		s.must(line)
		if _, err := (lab.Image{Root: true}).Push(s.Image); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestMovedTag_ThePinnedDigestHolds: the digest that was verified stays allowed whatever its tag names
// now, and what a decision hands on is that digest.
func TestMovedTag_ThePinnedDigestHolds(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		s := newSite(t, kind, lab.Image{})
		s.must("cosign3 sign"+plain3+"$IMAGE", signed)
		retagged(signed)(s) // signs nothing new
		if exit, d, r := s.decide(signed); exit != 3 || d.Digest == s.Digest {
			t.Errorf("the moved tag: want a denial of another digest: %s", r)
		}
		for _, pinned := range []string{"$PINNED", "$BOTH"} {
			exit, d, r := s.decide("pratique verify --key $PUB " + pinned)
			if exit != 0 || d.Digest != s.Digest || !strings.HasSuffix(d.Pinned, "@"+s.Digest) {
				t.Errorf("%s: want the signed digest allowed: %s", pinned, r)
			}
		}
	})
}

// TestTamperedInFlight_IsInvalid: a registry, or somebody before it, that changes bytes on the wire is
// caught by the digests. What is there and does not verify is never reported as not being there.
func TestTamperedInFlight_IsInvalid(t *testing.T) {
	const blob = "/blobs/sha256:"
	onBoth(t, func(t *testing.T, kind string) {
		for _, row := range []struct {
			name    string
			prepare string
			path    string
			verify  string
			code    string
		}{
			{"image manifest", "cosign3 sign" + plain3 + "$IMAGE", "/manifests/sha256:", "pratique verify --key $PUB $PINNED", "image-invalid"},
			{"signature, tag", "cosign2 sign" + plain2 + "$IMAGE", blob, signed, "signature-invalid"},
			{"signature, bundle", "cosign3 sign" + plain3 + "$IMAGE", blob, signed, "signature-invalid"},
			{"attestation, tag", "cosign2 attest" + plain2 + custom + "$IMAGE", blob, "pratique verify --key $PUB --type custom $IMAGE", "attestation-invalid"},
			{"attestation, bundle", "cosign3 attest" + plain3 + custom + "$IMAGE", blob, "pratique verify --key $PUB --type custom $IMAGE", "attestation-invalid"},
		} {
			t.Run(row.name, func(t *testing.T) {
				recorder := lab.Record(shared.registries[kind].Host)
				defer recorder.Stop()
				s := newSiteAt(t, recorder.Host, lab.Image{})
				s.must(row.prepare)
				recorder.Around(func(next http.Handler) http.Handler { return flipping(next, row.path) })
				exit, d, r := s.decide(row.verify)
				if exit != 3 || d.Verdict != "deny" || !slices.Contains(d.codes(), row.code) {
					t.Errorf("want status 3 with reason %s, got %v: %s", row.code, d.codes(), r)
				}
			})
		}
	})
}

// flipping changes one letter of every answer whose path contains part.
func flipping(next http.Handler, part string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodGet || !strings.Contains(request.URL.Path, part) {
			next.ServeHTTP(w, request)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, request)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(bytes.Replace(answer.Body.Bytes(), []byte("e"), []byte("E"), 1))
	})
}

// TestUnreachable_IsUndecided: a place that cannot be looked at is neither signed nor unsigned.
func TestUnreachable_IsUndecided(t *testing.T) {
	onBoth(t, func(t *testing.T, kind string) {
		for _, part := range []string{".sig", "/referrers/"} {
			t.Run(part, func(t *testing.T) {
				recorder := lab.Record(shared.registries[kind].Host)
				defer recorder.Stop()
				s := newSiteAt(t, recorder.Host, lab.Image{})
				recorder.Around(func(next http.Handler) http.Handler { return failing(next, part) })
				exit, d, r := s.decide(signed)
				if exit != 1 || d.Verdict != "undecided" {
					t.Errorf("want status 1 and undecided: %s", r)
				}
			})
		}
	})
}

func failing(next http.Handler, part string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if strings.Contains(request.URL.Path, part) {
			http.Error(w, "on fire", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, request)
	})
}
