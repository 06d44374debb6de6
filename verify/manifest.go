package verify

import (
	"bytes"
	"errors"
	"fmt"
	"mime"

	"github.com/pratique-dev/pratique/verify/wire"
)

// The media types of manifests and indexes that are read: OCI image-spec v1
// and Docker image manifest version 2, schema 2.
const (
	typeOCIManifest    = "application/vnd.oci.image.manifest.v1+json"
	typeOCIIndex       = "application/vnd.oci.image.index.v1+json"
	typeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	typeDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// maxObjects is how many objects a manifest may hold: more descriptors than fit
// into one, empty ones apart, which take a hundred times their length.
const maxObjects = 64 << 10

// ParseManifest checks raw against the rules a manifest must keep (threats
// 8-11, 22, 64, 87) and reads it. contentType is what the registry announced,
// or "" where nothing was; it must equal the body's mediaType, which an OCI
// body may leave out. raw is kept, not copied. Every error wraps ErrInvalid,
// and ErrUnreadable where the media type is one we do not know.
//
// The children of an index are listed as they stand; that a child is again an
// index is for the caller to judge.
func ParseManifest(raw []byte, contentType string) (Manifest, error) {
	m, err := parseManifest(raw, contentType)
	switch {
	case err == nil:
		return m, nil
	case errors.Is(err, ErrInvalid):
		return Manifest{}, fmt.Errorf("manifest: %w", err)
	}
	return Manifest{}, fmt.Errorf("manifest: %w: %w", ErrInvalid, err)
}

func parseManifest(raw []byte, contentType string) (Manifest, error) {
	if len(raw) > wire.MaxManifest {
		return Manifest{}, fmt.Errorf("%w of %d bytes", wire.ErrTooLarge, wire.MaxManifest)
	}
	if bytes.Count(raw, []byte("{")) > maxObjects {
		return Manifest{}, fmt.Errorf("holds more than %d objects", maxObjects)
	}
	var body manifestBody
	if err := wire.Decode(raw, &body); err != nil {
		return Manifest{}, err
	}
	if err := body.refuseOld(); err != nil {
		return Manifest{}, err
	}
	mediaType, err := body.mediaType(contentType)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{
		Raw: raw, Digest: DigestOf(raw), MediaType: mediaType,
		ArtifactType: body.ArtifactType, Annotations: body.Annotations,
		IsIndex: mediaType == typeOCIIndex || mediaType == typeDockerList,
	}
	if err := body.checkShape(m.IsIndex); err != nil {
		return Manifest{}, err
	}
	if err := body.descriptors(&m); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

// Foreign reports whether content of the manifest is to be had from elsewhere.
// Such content was never checked by the registry's users and is never fetched
// (threat 8).
func (m Manifest) Foreign() bool {
	all := append([]Descriptor{m.Config}, m.Layers...)
	for _, d := range append(all, m.Manifests...) {
		if d.Foreign() {
			return true
		}
	}
	return false
}

// announced is the media type of a Content-Type header; parameters say nothing
// about a manifest.
func announced(contentType string) (string, error) {
	if contentType == "" {
		return "", nil
	}
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", fmt.Errorf("the content type %q is malformed", wire.Printable(short(contentType)))
	}
	return t, nil
}
