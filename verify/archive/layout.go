package archive

import (
	"errors"
	"maps"

	"github.com/pratique-dev/pratique/verify"
)

// Annotations of an entry of index.json that name the image: containerd's holds
// the whole reference, OCI's mostly a tag.
const (
	containerdName = "io.containerd.image.name"
	refName        = "org.opencontainers.image.ref.name"

	typeIndex = "application/vnd.oci.image.index.v1+json"
)

// layout reads index.json and what it leads to.
func (c *contents) layout() ([]Image, error) {
	raw, err := c.document("index.json")
	if err != nil {
		return nil, err
	}
	index, err := verify.ParseManifest(raw, typeIndex)
	if err != nil {
		return nil, invalid("index.json: %w", err)
	}
	if len(index.Manifests) > maxImages {
		return nil, invalid("index.json lists more than %d images", maxImages)
	}
	var out []Image
	groups := map[verify.Digest]int{}
	for _, e := range index.Manifests {
		if !runs(e) {
			continue
		}
		if g, ok := groups[e.Digest]; ok {
			rename(out, g, e.Annotations)
			continue
		}
		groups[e.Digest] = len(groups)
		images, err := c.described(e)
		if err != nil {
			return nil, err
		}
		for _, image := range images {
			image.group = groups[e.Digest]
			out = append(out, image)
		}
		rename(out, groups[e.Digest], e.Annotations)
	}
	return out, nil
}

// rename adds the names of an entry to the images it leads to.
func rename(images []Image, group int, annotations map[string]string) {
	name := annotations[containerdName]
	if name == "" {
		name = annotations[refName]
	}
	for i := range images {
		if images[i].group == group {
			images[i].name([]string{name})
		}
	}
}

// described reads the image or the index that an entry of index.json describes.
func (c *contents) described(e verify.Descriptor) ([]Image, error) {
	m, err := c.manifest(e)
	if err != nil {
		return nil, err
	}
	if _, err := m.Runnable(); err != nil {
		return nil, invalid("%s: %w", m.Digest, err)
	}
	if !m.IsIndex {
		image, err := c.image(m, e)
		return []Image{image}, err
	}
	var out []Image
	for _, child := range m.Manifests {
		if !runs(child) {
			continue
		}
		image, err := c.child(child)
		switch {
		case errors.Is(err, errMissing):
			// An engine saves an index whole, and of its platforms those it has.
			continue
		case err != nil:
			return nil, err
		}
		out = append(out, image)
	}
	if len(out) == 0 {
		return nil, invalid("%s: no platform of it is there", m.Digest)
	}
	return out, nil
}

// runs is false for BuildKit's attestations, at a platform no machine has
// (threat 7).
func runs(d verify.Descriptor) bool {
	return d.Platform == nil || *d.Platform != verify.Platform{OS: "unknown", Architecture: "unknown"}
}

// child reads one platform of an index. It wraps errMissing where an engine
// could not run it for want of a part.
func (c *contents) child(d verify.Descriptor) (Image, error) {
	m, err := c.manifest(d)
	if err != nil {
		return Image{}, err
	}
	if m.IsIndex || m.Foreign() {
		return Image{}, invalid("%s: an index inside an index, or one of foreign content", d.Digest)
	}
	for _, part := range append([]verify.Descriptor{m.Config}, m.Layers...) {
		if !c.has(blobName(part.Digest)) {
			return Image{}, invalid("%s: %w", part.Digest, errMissing)
		}
	}
	return c.image(m, d)
}

// manifest reads what a descriptor describes (threat 4).
func (c *contents) manifest(d verify.Descriptor) (verify.Manifest, error) {
	raw, err := c.document(blobName(d.Digest))
	if err != nil {
		return verify.Manifest{}, err
	}
	m, err := verify.ParseStored(raw)
	if err != nil {
		return verify.Manifest{}, invalid("%s: %w", d.Digest, err)
	}
	if !d.Describes(m) {
		return verify.Manifest{}, invalid("%s: not the manifest that its index describes", d.Digest)
	}
	return m, nil
}

// image reads the parts of a manifest, e being the entry that led to it.
func (c *contents) image(m verify.Manifest, e verify.Descriptor) (Image, error) {
	image := Image{Annotations: map[string]string{}}
	maps.Copy(image.Annotations, e.Annotations)
	maps.Copy(image.Annotations, m.Annotations)
	var err error
	if image.Config, err = c.config(blobName(m.Config.Digest)); err != nil {
		return Image{}, err
	}
	if int64(len(image.Config)) != m.Config.Size {
		return Image{}, invalid("%s: %d bytes, and its descriptor says %d", m.Config.Digest, len(image.Config), m.Config.Size)
	}
	names := make([]string, len(m.Layers))
	for i, l := range m.Layers {
		names[i] = blobName(l.Digest)
	}
	image.Layers, err = c.layers(names)
	return image, err
}

func blobName(d verify.Digest) string { return "blobs/sha256/" + d.Hex() }
