package gate

import (
	"slices"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/verify"
)

const layeredConfig = `{"os":"linux","architecture":"amd64","config":{"User":"1000"},"rootfs":{"type":"layers","diff_ids":["sha256:aa","sha256:bb"]}}`

// TestS18_ScansClaimTheirTime where nothing proves another.
func TestS18_ScansClaimTheirTime(t *testing.T) {
	const scan = `{"scanner":{"uri":"x","version":"1","db":{},"result":[]},"metadata":{"scanFinishedOn":"2026-11-20T10:00:00Z"}}`
	logged := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	said := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		claim verify.Claim
		proof verify.TimeProof
		time  time.Time
	}{
		"unproven":          {verify.Claim{PredicateType: vuln.TypeVulnsV02, Predicate: []byte(scan)}, verify.TimeClaimed, said},
		"logged":            {verify.Claim{PredicateType: vuln.TypeVulnsV02, Predicate: []byte(scan), Time: logged, TimeProof: verify.TimeLog}, verify.TimeLog, logged},
		"that says nothing": {verify.Claim{PredicateType: vuln.TypeVulnsV02, Predicate: []byte(`{}`)}, verify.TimeNone, time.Time{}},
		"of another type":   {verify.Claim{PredicateType: "https://spdx.dev/Document", Predicate: []byte(scan)}, verify.TimeNone, time.Time{}},
	} {
		ClaimTimes([]verify.Item{{Claim: &tt.claim}, {}})
		if tt.claim.TimeProof != tt.proof || !tt.claim.Time.Equal(tt.time) {
			t.Errorf("%s: %s %s", name, tt.claim.Time, tt.claim.TimeProof)
		}
	}
}

// TestS16_AuditsAreHeldAgainstTheLayers: a policy gets the image's own DiffIDs,
// never what the audit says of them.
func TestS16_AuditsAreHeldAgainstTheLayers(t *testing.T) {
	c, err := cis.ParseContents([]byte(layeredConfig))
	if err != nil {
		t.Fatal(err)
	}
	c.Base = &cis.BaseFact{How: cis.BaseGiven, Layers: 9, Chain: "sha256:cc"}
	profile, err := cis.LookupProfile(cis.ProfileStarter)
	if err != nil {
		t.Fatal(err)
	}
	predicate, err := attest.New(c, attest.Options{Profile: profile, Now: time.Now(), Tool: "t", ToolVersion: "1"}).Predicate()
	if err != nil {
		t.Fatal(err)
	}
	image := testImage()
	claim := &verify.Claim{Subjects: []verify.Digest{image.Index}, PredicateType: attest.PredicateType, Predicate: predicate}
	got := audits(t.Context(), fake{image: image, config: layeredConfig}, image, verify.Evidence{Items: []verify.Item{{Claim: claim}}})
	if len(got) != 1 || got[0].Err != nil || got[0].Fresh == nil || got[0].Fresh.Base != nil || !slices.Equal(got[0].DiffIDs, c.DiffIDs) {
		t.Errorf("%+v", got)
	}
}
