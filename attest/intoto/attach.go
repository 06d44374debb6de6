package intoto

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"

	"github.com/pratique-dev/pratique/verify"
)

// AttachAttestation stores a signed statement beside the image it speaks of.
// subject is the manifest's descriptor, with its true size and media type. With
// FormatAuto the format is [AutoFormat]'s.
func AttachAttestation(ctx context.Context, store Store, repo string, subject verify.Descriptor, e Envelope, f Format) (Attached, error) {
	if !e.said.names(subject.Digest) {
		return Attached{}, fmt.Errorf("attach: the statement does not speak of %s", subject.Digest)
	}
	f, err := resolve(ctx, store, repo, subject.Digest, f)
	if err != nil {
		return Attached{}, err
	}
	if f == FormatBundle {
		return attachBundle(ctx, store, repo, subject, e)
	}
	return appendTag(ctx, store, repo, subject.Digest, attestationLayer(e))
}

// AttachSignature stores an image signature in the format it was made for.
func AttachSignature(ctx context.Context, store Store, repo string, subject verify.Descriptor, s ImageSignature) (Attached, error) {
	if s.Digest != subject.Digest {
		return Attached{}, fmt.Errorf("attach: the signature is for %s, not for %s", s.Digest, subject.Digest)
	}
	switch s.Format {
	case FormatBundle:
		return attachBundle(ctx, store, repo, subject, s.Envelope)
	case FormatTag:
		return appendTag(ctx, store, repo, subject.Digest, signatureLayer(s))
	}
	return Attached{}, fmt.Errorf("attach: format %q, want bundle or tag", s.Format)
}

func resolve(ctx context.Context, store Store, repo string, d verify.Digest, f Format) (Format, error) {
	switch f {
	case FormatBundle, FormatTag:
		return f, nil
	case FormatAuto:
		return AutoFormat(ctx, store, repo, d)
	}
	return "", fmt.Errorf("attach: format %q, want auto, bundle or tag", f)
}

// layer is one piece of evidence in the tag format.
type layer struct {
	suffix      string // of the tag: sig or att
	mediaType   string
	data        []byte
	annotations map[string]string
}

// The annotations are cosign's. It writes the signature's key on attestations
// too, with nothing in it.
const signatureAnnotation = "dev.cosignproject.cosign/signature"

func attestationLayer(e Envelope) layer {
	return layer{
		suffix: "att", mediaType: "application/vnd.dsse.envelope.v1+json", data: e.JSON,
		annotations: map[string]string{signatureAnnotation: "", "predicateType": e.PredicateType},
	}
}

func signatureLayer(s ImageSignature) layer {
	return layer{
		suffix: "sig", mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", data: s.Payload,
		annotations: map[string]string{signatureAnnotation: base64.StdEncoding.EncodeToString(s.Signature)},
	}
}

// sameBlob fetches a blob again and compares it with what was uploaded.
func sameBlob(ctx context.Context, store Store, repo string, d verify.Descriptor, want []byte) error {
	got, err := store.Blob(ctx, repo, d, int64(len(want)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReadBack, err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%w: blob %s differs", ErrReadBack, d.Digest)
	}
	return nil
}
