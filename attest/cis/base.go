package cis

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// BaseFact is what is known of the image that an image is built on.
type BaseFact struct {
	// Ref is the base's name as it is known, Digest its manifest's digest, ""
	// where nobody names one.
	Ref    string `json:"ref,omitempty"`
	Digest string `json:"digest,omitempty"`
	// How says who names it: given (by whoever ran the audit), annotation, or
	// dockerfile.
	How string `json:"how"`
	// Layers is how many of the image's lowest layers are the base's, Chain the
	// digest over their DiffIDs. 0 and "" where the base was not held against
	// the image: it is then a claim (S16).
	Layers int    `json:"layers,omitempty"`
	Chain  string `json:"chain,omitempty"`
	// Rows is how many rows of the history are the base's.
	Rows int `json:"rows,omitempty"`
	// Created is when the base says it was made.
	Created string `json:"created,omitempty"`
	// Mismatch says why a base that is named was not found in the image.
	Mismatch string `json:"mismatch,omitempty"`
}

// The sources of a base's name.
const (
	BaseGiven      = "given"
	BaseAnnotation = "annotation"
	BaseDockerfile = "dockerfile"
)

// Chain is the digest over the DiffIDs of some layers, lowest first.
func Chain(diffIDs []string) string {
	sum := sha256.Sum256([]byte(strings.Join(diffIDs, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// MatchBase holds a base's config against the image's: a base whose DiffIDs are
// a prefix of the image's is in it (S16). The fact says so, or why not.
func MatchBase(b BaseFact, image, base Contents) BaseFact {
	n := len(base.DiffIDs)
	switch {
	case n == 0:
		b.Mismatch = "the base has no layers"
	case n > len(image.DiffIDs) || !slices.Equal(base.DiffIDs, image.DiffIDs[:n]):
		b.Mismatch = "its layers are not the lowest of the image"
	default:
		b.Layers, b.Chain, b.Created = n, Chain(base.DiffIDs), base.Created
		b.Rows = commonRows(base.History, image.History)
	}
	return b
}

// commonRows counts the rows two histories begin with.
func commonRows(a, b []HistoryEntry) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// known reports whether the boundary between base and own layers is known.
func (b *BaseFact) known() bool {
	return b != nil && (b.Layers > 0 || b.Ref == Scratch && b.How == BaseGiven)
}

// origin says whose a place is.
func (f *Facts) origin(at Place) Origin {
	switch {
	case at.Source == SourceDockerfile:
		return OriginOwn
	case !f.Base.known():
		return OriginUnknown
	case at.Source == SourceLayer && at.Layer < 1, at.Source == SourceHistory && at.Row < 1:
		return OriginUnknown // which one is not known
	case at.Source == SourceLayer && at.Layer <= f.Base.Layers:
		return OriginBase
	case at.Source == SourceHistory && f.Base.Layers > 0 && at.Row <= f.Base.Rows:
		if !f.History.mapped() {
			return OriginUnknown // no row can be held against the base's layers
		}
		return OriginBase
	}
	return OriginOwn
}

// mapped reports whether each row that made a layer says which one.
func (h *HistoryFact) mapped() bool {
	return h == nil || !slices.ContainsFunc(h.Rows, func(r HistoryRow) bool { return !r.EmptyLayer && r.Layer < 1 })
}
