package cosign

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// place is somewhere evidence for one digest may be: a tag of cosign's, or the
// digest's referrers.
type place struct {
	name    string
	subject verify.Digest
	// tag is "" for the referrers.
	tag string
	// manifests are what was found: the tag's one manifest, or the referrers'
	// by digest.
	manifests []listed
	err       error
}

// listed is a manifest to read, or why it could not be read.
type listed struct {
	// location is repository@digest, or repository:tag if not even the digest
	// is known.
	location string
	digest   verify.Digest
	manifest verify.Manifest
	err      error
}

// list asks all places of all digests at once.
func (g gathering) list(digests []verify.Digest) []*place {
	var places []*place
	for _, d := range digests {
		for _, suffix := range []string{".sig", ".att"} {
			tag := "sha256-" + d.Hex() + suffix
			places = append(places, &place{name: g.repo + ":" + tag, subject: d, tag: tag})
		}
		places = append(places, &place{name: fmt.Sprintf("referrers of %s@%s", g.repo, d), subject: d})
	}
	each(len(places), func(i int) {
		if places[i].tag != "" {
			g.listTag(places[i])
		} else {
			g.listReferrers(places[i])
		}
	})
	return places
}

// listTag reads the manifest behind a tag. No tag is no evidence; a tag with
// something unacceptable behind it is an item, since something is there.
func (g gathering) listTag(p *place) {
	m, err := g.manifest(p.tag)
	switch {
	case err == nil:
		p.manifests = []listed{{location: g.repo + "@" + string(m.Digest), digest: m.Digest, manifest: m}}
	case errors.Is(err, verify.ErrInvalid):
		p.manifests = []listed{{location: p.name, err: err}}
	case !errors.Is(err, verify.ErrNone):
		p.err = err
	}
}

// listReferrers lists what refers to a digest. The order is made our own, so
// that no registry chooses what a limit cuts off; the list's other fields are
// hints nobody needs (threat 13).
func (g gathering) listReferrers(p *place) {
	found, err := look(func() ([]verify.Descriptor, error) { return g.content.Referrers(g.ctx, g.repo, p.subject) })
	if err != nil && !errors.Is(err, verify.ErrNone) {
		p.err = err
	}
	var digests []verify.Digest
	for _, d := range found {
		digests = append(digests, d.Digest)
	}
	slices.Sort(digests)
	digests = slices.Compact(digests)
	if len(digests) > wire.MaxReferrers {
		digests = digests[:wire.MaxReferrers]
		p.err = errors.Join(p.err, verify.ErrTruncated)
	}
	for _, d := range digests {
		p.manifests = append(p.manifests, listed{location: g.repo + "@" + string(d), digest: d})
	}
}

// fetchReferrers reads every referrer's manifest once, however many digests
// list it.
func (g gathering) fetchReferrers(places []*place) {
	wanted := map[verify.Digest][]*listed{}
	var order []verify.Digest
	for _, p := range places {
		for i := range p.manifests {
			if p.tag != "" {
				continue
			}
			l := &p.manifests[i]
			if wanted[l.digest] == nil {
				order = append(order, l.digest)
			}
			wanted[l.digest] = append(wanted[l.digest], l)
		}
	}
	each(len(order), func(i int) {
		d := order[i]
		m, err := g.manifest(string(d))
		for _, l := range wanted[d] {
			l.manifest, l.err = m, err
		}
	})
}

// slots lists the items of a place, in order, with verify.ErrTruncated if there
// are more than wire.MaxItems.
func (g gathering) slots(p *place) ([]*slot, error) {
	var out []*slot
	for _, l := range p.manifests {
		for _, s := range p.slotsOf(l) {
			if len(out) == wire.MaxItems {
				return out, errors.Join(p.err, verify.ErrTruncated)
			}
			out = append(out, s)
		}
	}
	return out, p.err
}

// slotsOf turns one manifest into items. A manifest that cannot be used as a
// whole is one item with the reason.
func (p *place) slotsOf(l listed) []*slot {
	whole := verify.Item{Location: l.location, Format: verify.FormatUnknown, Subject: p.subject, Err: l.err}
	if p.tag != "" {
		whole.Format, whole.Kind = verify.FormatCosignTag, tagKind(p.tag)
	}
	if l.err != nil {
		return []*slot{{item: whole}}
	}
	if p.tag == "" {
		whole.Format, whole.Kind = formatOf(l.manifest)
		whole.Err = refers(l.manifest, p.subject)
	}
	if whole.Err == nil {
		whole.Err = usable(l.manifest, whole.Format)
	}
	if whole.Err != nil {
		return []*slot{{item: whole}}
	}
	return layerSlots(l.manifest, whole)
}

// tagKind is what belongs behind a tag, whatever is there: evidence that cannot
// be read must not pass for none.
func tagKind(tag string) verify.Kind {
	if strings.HasSuffix(tag, ".sig") {
		return verify.KindSignature
	}
	return verify.KindAttestation
}

// refers holds a referrer to its own word about its subject, which the list is
// not taken for (threat 12).
func refers(m verify.Manifest, want verify.Digest) error {
	if m.Subject == nil {
		return invalid("listed as a referrer, but names no subject")
	}
	if m.Subject.Digest != want {
		return invalid("its manifest's subject is %s, not the image it is listed for", m.Subject.Digest)
	}
	return nil
}

// notation's artifact type, which is also that of its signature's config.
const notationType = "application/vnd.cncf.notary.signature"

// formatOf says what a referrer is, by its layers. Cosign's own artifact types
// are application/vnd.dev.cosign.artifact.sig.v1+json for signatures and
// application/vnd.in-toto+json for attestations, as config type, artifact type
// or both; BuildKit uses the latter type too, for layers nobody signed.
func formatOf(m verify.Manifest) (verify.Format, verify.Kind) {
	if m.ArtifactType == notationType || m.Config.MediaType == notationType {
		return verify.FormatNotation, verify.KindSignature
	}
	for _, l := range m.Layers {
		switch form, kind := formOf(l.MediaType); {
		case form == formBundle:
			return verify.FormatCosignBundle, ""
		case form != formNone:
			return verify.FormatCosignOCI11, kind
		}
	}
	if strings.HasPrefix(m.ArtifactType, "application/vnd.dev.cosign.artifact.") {
		return verify.FormatCosignOCI11, ""
	}
	return verify.FormatUnknown, ""
}

// usable says why a manifest as a whole cannot be read.
func usable(m verify.Manifest, format verify.Format) error {
	switch {
	case m.Foreign():
		return invalid("its content is to be had from elsewhere, which is never fetched")
	case m.IsIndex:
		return unreadable("an image index, where a manifest with signatures belongs")
	case format == verify.FormatNotation:
		return unreadable("a notation signature, which is not verified")
	case format == verify.FormatUnknown:
		return unreadable("an artifact of type %q, which is no signature or attestation of cosign's", typeOf(m))
	case format == verify.FormatCosignBundle && len(m.Layers) != 1:
		return unreadable("a bundle among %d layers; one is expected", len(m.Layers))
	case format == verify.FormatCosignOCI11 && len(m.Layers) == 0:
		return unreadable("a cosign artifact without layers")
	}
	return nil
}

func typeOf(m verify.Manifest) string {
	if m.ArtifactType != "" {
		return m.ArtifactType
	}
	return m.Config.MediaType
}
