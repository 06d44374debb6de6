package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// maxBlob is the largest size a descriptor may claim, in bytes. It is far above
// any layer, and keeps sums of sizes within an int64.
const maxBlob = 1 << 40

// maxMediaType is the longest media type, in bytes (RFC 6838 section 4.2
// allows 127 on each side of the slash).
const maxMediaType = 255

func parseDescriptors(name string, raw json.RawMessage) ([]Descriptor, error) {
	var bodies []descriptorBody
	if err := wire.Decode(raw, &bodies); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []Descriptor
	for i, b := range bodies {
		d, err := b.parse()
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: %w", name, i, err)
		}
		out = append(out, d)
	}
	return out, nil
}

// parse checks what every descriptor must have (threats 22, 87). The digest is
// not quoted in errors: it comes from outside and may be of any length.
func (b descriptorBody) parse() (Descriptor, error) {
	d := Descriptor{
		MediaType: b.MediaType, Digest: Digest(b.Digest), ArtifactType: b.ArtifactType,
		Annotations: b.Annotations, URLs: b.URLs,
	}
	if _, err := ParseDigest(b.Digest); err != nil {
		return Descriptor{}, errors.New("the digest is not sha256: and 64 lower-case hex digits")
	}
	if b.Size == nil || *b.Size < 0 || *b.Size > maxBlob {
		return Descriptor{}, fmt.Errorf("no size within 0 to %d", int64(maxBlob))
	}
	d.Size = *b.Size
	if b.MediaType == "" || len(b.MediaType) > maxMediaType {
		return Descriptor{}, fmt.Errorf("no media type of up to %d characters", maxMediaType)
	}
	if b.Platform != nil {
		p, err := b.Platform.parse()
		if err != nil {
			return Descriptor{}, err
		}
		d.Platform = &p
	}
	return d, nil
}

func (b platformBody) parse() (Platform, error) {
	for _, part := range []string{b.OS, b.Architecture, b.Variant} {
		if !platformPart(part) {
			return Platform{}, errors.New("the platform holds other than lower-case letters, digits, . _ and -")
		}
	}
	return Platform(b), nil
}

// Foreign reports whether the content is to be had from elsewhere, by a URL or
// under a media type that says so (threat 8).
func (d Descriptor) Foreign() bool { return len(d.URLs) > 0 || foreignType(d.MediaType) }

// Describes reports whether m is the manifest that the entry of an index
// speaks of, in its digest, its type and its size (threat 4).
func (d Descriptor) Describes(m Manifest) bool {
	return d.Digest == m.Digest && d.MediaType == m.MediaType && d.Size == int64(len(m.Raw))
}

// foreignType knows the layer types that say that the content is elsewhere.
func foreignType(t string) bool {
	return strings.HasPrefix(t, "application/vnd.oci.image.layer.nondistributable.") ||
		strings.HasPrefix(t, "application/vnd.docker.image.rootfs.foreign.")
}
