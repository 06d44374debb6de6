// Package intoto writes evidence: it builds in-toto statements, signs them as
// DSSE envelopes, signs images the way cosign does, and attaches the result to
// an image in a registry.
//
// There are two ways to attach, and cosign reads both. The bundle format is a
// sigstore bundle v0.3 in a manifest of its own that names the image as its
// subject (OCI 1.1 referrer); nothing shared is rewritten, so parallel writers
// lose nothing. The tag format appends a layer to the manifest under the tag
// sha256-<hex>.sig or .att, which every writer for that image shares; here the
// [Store] answers for lost updates (threat 144). [AutoFormat] follows what the
// image already carries (S19).
//
// Order of writing is blobs, then manifest, then whatever lists it, and
// nothing is reported as attached before it was read back from the registry
// and compared byte by byte (threat 143). Attaching the same signed bytes a
// second time adds nothing. Signing again makes new bytes, since ECDSA
// signatures are randomised; whether an image needs another signature by the
// same key is the caller's to decide.
//
// Signatures are made so that `cosign verify --key` and `cosign
// verify-attestation --key` accept them with no further flags: SHA-256 for
// every ECDSA curve and for RSA (PKCS#1 v1.5), and pure Ed25519.
//
// Limitations: no transparency log and no timestamp; keys in files only.
package intoto

import (
	"context"
	"errors"

	"github.com/pratique-dev/pratique/verify"
)

// Store reads and writes a registry.
type Store interface {
	verify.Content
	// PutBlob uploads a blob, unless it is there.
	PutBlob(ctx context.Context, repo string, data []byte) (verify.Descriptor, error)
	// PutReferrer uploads a manifest that names a subject and returns once the
	// subject's referrers list it, by the API or in the fallback tag.
	PutReferrer(ctx context.Context, repo string, manifest []byte, mediaType string) (verify.Digest, error)
	// UpdateTag replaces what a tag holds and returns once the tag holds the
	// replacement, or a later one that was made from it. edit is called anew
	// when another writer came between; it returns nil bytes where current
	// already holds what was to be written. A tag that holds something other
	// than a manifest is an error, and is left alone.
	UpdateTag(ctx context.Context, repo, tag string, edit func(current verify.Manifest, exists bool) (manifest []byte, mediaType string, err error)) error
}

// Format is a way to attach evidence, as in --format.
type Format string

// The formats. The zero Format is none; FormatAuto is resolved by [AutoFormat].
const (
	FormatAuto   Format = "auto"
	FormatBundle Format = "bundle"
	FormatTag    Format = "tag"
)

// ParseFormat reads the value of --format; "" is auto.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case "":
		return FormatAuto, nil
	case FormatAuto, FormatBundle, FormatTag:
		return f, nil
	}
	return "", errors.New("format: want auto, bundle or tag")
}

// Attached says where evidence lies after it was read back.
type Attached struct {
	// Format is bundle or tag.
	Format Format
	// Location is repository@digest of the manifest, with "#n" for the n-th
	// layer of a tag's manifest, as in verify.Item.
	Location string
	// Digest is the manifest's digest.
	Digest verify.Digest
	// Added is false where the same bytes were attached already.
	Added bool
}

var (
	// ErrReadBack means that the registry does not serve what was written, so
	// nobody may rely on it.
	ErrReadBack = errors.New("written, but the registry does not serve it back")
	// ErrOccupied means that the tag where evidence belongs holds something
	// that it cannot be added to. What is there is left alone.
	ErrOccupied = errors.New("cannot add to what is there")
	// ErrTooLarge means that the evidence is larger than verifiers read.
	ErrTooLarge = errors.New("too large to be verified")
)
