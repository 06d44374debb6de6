package intoto

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/pratique-dev/pratique/verify"
)

// attachBundle writes the bundle in a manifest of its own, as cosign does, but
// without the time of writing: the same bundle is the same manifest, so a
// second attempt adds nothing.
func attachBundle(ctx context.Context, store Store, repo string, subject verify.Descriptor, e Envelope) (Attached, error) {
	if subject.MediaType == "" || subject.Size <= 0 {
		return Attached{}, fmt.Errorf("attach: the descriptor of %s lacks its media type or size", subject.Digest)
	}
	data, err := Bundle(e)
	if err != nil {
		return Attached{}, err
	}
	manifest, err := referrer(subject, data, e.PredicateType)
	if err != nil {
		return Attached{}, err
	}
	want := verify.DigestOf(manifest)
	listed, err := lists(ctx, store, repo, subject.Digest, want)
	if err != nil {
		return Attached{}, err
	}
	if !listed {
		if err := putReferrer(ctx, store, repo, manifest, data); err != nil {
			return Attached{}, err
		}
	}
	if err := sameReferrer(ctx, store, repo, manifest, data); err != nil {
		return Attached{}, err
	}
	return Attached{Format: FormatBundle, Location: repo + "@" + string(want), Digest: want, Added: !listed}, nil
}

// lists reports whether the subject's referrers hold the manifest already. A
// listing cut short by a limit may hold it further on; writing it again is
// harmless, a registry keeps one of each.
func lists(ctx context.Context, store Store, repo string, subject, want verify.Digest) (bool, error) {
	found, err := store.Referrers(ctx, repo, subject)
	for _, d := range found {
		if d.Digest == want {
			return true, nil
		}
	}
	if err != nil && !isNone(err) && !isTruncated(err) {
		return false, fmt.Errorf("list what is attached to %s: %w", subject, err)
	}
	return false, nil
}

func putReferrer(ctx context.Context, store Store, repo string, manifest, data []byte) error {
	for _, blob := range [][]byte{ocispec.DescriptorEmptyJSON.Data, data} {
		if _, err := store.PutBlob(ctx, repo, blob); err != nil {
			return fmt.Errorf("upload bundle: %w", err)
		}
	}
	got, err := store.PutReferrer(ctx, repo, manifest, ocispec.MediaTypeImageManifest)
	if err != nil {
		return fmt.Errorf("attach bundle: %w", err)
	}
	if want := verify.DigestOf(manifest); got != want {
		return fmt.Errorf("%w: the manifest became %s, want %s", ErrReadBack, got, want)
	}
	return nil
}

// sameReferrer reads back the manifest and the bundle it names.
func sameReferrer(ctx context.Context, store Store, repo string, manifest, data []byte) error {
	got, err := store.Manifest(ctx, repo, string(verify.DigestOf(manifest)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReadBack, err)
	}
	if !bytes.Equal(got.Raw, manifest) || len(got.Layers) != 1 {
		return fmt.Errorf("%w: manifest %s differs", ErrReadBack, verify.DigestOf(manifest))
	}
	return sameBlob(ctx, store, repo, got.Layers[0], data)
}

// referrer is the manifest of a bundle (OCI image-spec 1.1, "Guidelines for
// artifact usage"). The annotations are cosign's; they help listings and are
// trusted by nobody.
func referrer(subject verify.Descriptor, data []byte, predicateType string) ([]byte, error) {
	// The empty config goes without its inline data, as cosign writes it.
	empty := ocispec.DescriptorEmptyJSON
	empty.Data = nil
	return json.Marshal(ocispec.Manifest{
		Versioned:    specs.Versioned{SchemaVersion: 2},
		MediaType:    ocispec.MediaTypeImageManifest,
		ArtifactType: bundleType,
		Config:       empty,
		Layers: []ocispec.Descriptor{{
			MediaType: bundleType, Digest: digest.Digest(verify.DigestOf(data)), Size: int64(len(data)),
		}},
		Subject: &ocispec.Descriptor{
			MediaType: subject.MediaType, Digest: digest.Digest(subject.Digest), Size: subject.Size,
		},
		Annotations: map[string]string{
			"dev.sigstore.bundle.content":       "dsse-envelope",
			"dev.sigstore.bundle.predicateType": predicateType,
		},
	})
}
