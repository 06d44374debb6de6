package gate

import (
	"slices"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

const layeredConfig = `{"os":"linux","architecture":"amd64","config":{"User":"1000"},"rootfs":{"type":"layers","diff_ids":["sha256:aa","sha256:bb"]}}`

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
