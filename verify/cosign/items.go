package cosign

import (
	"fmt"

	ctypes "github.com/sigstore/cosign/v2/pkg/types"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// form is how a layer is to be read.
type form int

const (
	formNone form = iota
	formSimple
	formEnvelope
	formBundle
)

// formOf goes by the layer's media type: a hint, but one that decides only
// which parser may refuse it.
func formOf(mediaType string) (form, verify.Kind) {
	switch {
	case mediaType == ctypes.SimpleSigningMediaType:
		return formSimple, verify.KindSignature
	case mediaType == ctypes.DssePayloadType:
		return formEnvelope, verify.KindAttestation
	case isBundle(mediaType):
		return formBundle, ""
	}
	return formNone, ""
}

// slot is an item in the making, and the layer it is made of.
type slot struct {
	item  verify.Item
	form  form
	layer verify.Descriptor
}

// layerSlots makes a slot of every layer. A layer in a form of its own is
// listed as unreadable, never passed over.
func layerSlots(m verify.Manifest, whole verify.Item) []*slot {
	var out []*slot
	for i, l := range m.Layers {
		s := &slot{item: whole, layer: l}
		if len(m.Layers) > 1 {
			s.item.Location = fmt.Sprintf("%s#%d", whole.Location, i+1)
		}
		var kind verify.Kind
		if s.form, kind = formOf(l.MediaType); kind != "" {
			s.item.Kind = kind
		}
		if s.form == formNone || s.form == formBundle && whole.Format != verify.FormatCosignBundle {
			s.form, s.item.Err = formNone, unreadable("a layer of media type %q", l.MediaType)
		} else if l.Size > s.limit() {
			s.item.Err = invalid("layer of %d bytes, more than %d", l.Size, s.limit())
		}
		out = append(out, s)
	}
	return out
}

// limit is the most bytes a layer of this form may have.
func (s *slot) limit() int64 {
	if s.form == formSimple {
		return wire.MaxPayload
	}
	return wire.MaxBundle
}

// blob names the bytes a slot needs. One payload may carry many signatures;
// its bytes are fetched once and let go when all of them are judged.
type blob struct {
	digest verify.Digest
	size   int64
	limit  int64
}

// read fetches what the slots need and verifies each.
func (g gathering) read(slots []*slot) {
	wanted := map[blob][]*slot{}
	var order []blob
	for _, s := range slots {
		if s.item.Err != nil {
			continue
		}
		b := blob{s.layer.Digest, s.layer.Size, s.limit()}
		if wanted[b] == nil {
			order = append(order, b)
		}
		wanted[b] = append(wanted[b], s)
	}
	each(len(order), func(i int) {
		users := wanted[order[i]]
		raw, err := look(func() ([]byte, error) {
			return g.content.Blob(g.ctx, g.repo, users[0].layer, order[i].limit)
		})
		for _, s := range users {
			if err != nil {
				s.item.Err = err
				continue
			}
			g.verify(s, raw)
		}
	})
}

// verify judges one item. Whatever goes wrong in here, a panic of a library
// included, is an item that does not verify (threat 49).
func (g gathering) verify(s *slot, raw []byte) {
	defer func() {
		if p := recover(); p != nil {
			s.item.Claim, s.item.Err = nil, invalid("verifier panicked: %v", p)
		}
	}()
	if err := checkAnnotations(s.layer.Annotations); err != nil {
		s.item.Err = err
		return
	}
	switch s.form {
	case formSimple:
		s.item.Claim, s.item.Err = g.simple(s, raw)
	case formEnvelope:
		s.item.Claim, s.item.Err = g.envelope(s, raw)
	case formBundle:
		s.item.Claim, s.item.Err = g.bundle(s, raw)
	}
	if s.item.Claim == nil && s.item.Err == nil {
		s.item.Err = invalid("nothing was verified")
	}
}
