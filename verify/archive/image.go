package archive

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// Image is one platform of an image in an archive.
type Image struct {
	// RepoTags are the names it has in the archive.
	RepoTags []string
	// Config is its config; a name in the archive that holds a digest is that
	// of these bytes.
	Config []byte
	// Layers are the names under which its layers were offered, lowest first.
	Layers []string
	// Annotations are those of its manifest and of the manifest's entry, where
	// the archive has manifests.
	Annotations map[string]string

	// group is the same for the platforms of one image.
	group int
}

// digest names an image that has no tag.
func (i Image) digest() verify.Digest { return verify.DigestOf(i.Config) }

// images says what the archive holds once all of it was read.
func (c *contents) images() ([]Image, error) {
	if !c.has("oci-layout") {
		// Without it, engines do not look at index.json.
		return c.classic()
	}
	images, err := c.layout()
	if err != nil {
		return nil, err
	}
	if c.has("manifest.json") {
		named, err := c.classic()
		if err != nil {
			return nil, err
		}
		images = join(images, named)
	}
	if len(images) == 0 {
		return nil, invalid("index.json lists no image, and there is no manifest.json")
	}
	return images, nil
}

// join puts what manifest.json lists to what index.json does. Engines load by
// the one or by the other: an image that only one of them lists is another
// image, and a name that they use for different ones is the name of both. An
// engine that saves an image without a name lists it in manifest.json only.
func join(images, named []Image) []Image {
	groups := 0
	for _, i := range images {
		groups = max(groups, i.group+1)
	}
	for _, n := range named {
		known := false
		for i := range images {
			if images[i].digest() == n.digest() {
				known = true
				images[i].name(n.RepoTags)
			}
		}
		if !known {
			n.group += groups
			images = append(images, n)
		}
	}
	return images
}

// name adds names that the image does not have yet.
func (i *Image) name(tags []string) {
	for _, t := range tags {
		if t != "" && !slices.Contains(i.RepoTags, t) {
			i.RepoTags = append(i.RepoTags, t)
		}
	}
}

// classicEntry is one image in manifest.json.
type classicEntry struct {
	Config   string   `json:"Config"`
	RepoTags []string `json:"RepoTags"`
	Layers   []string `json:"Layers"`
}

// classic reads manifest.json.
func (c *contents) classic() ([]Image, error) {
	raw, err := c.document("manifest.json")
	if err != nil {
		return nil, fmt.Errorf("%w; not what docker save writes", err)
	}
	var entries []classicEntry
	if err := wire.Decode(raw, &entries); err != nil {
		return nil, invalid("manifest.json: %w", err)
	}
	if len(entries) == 0 || len(entries) > maxImages {
		return nil, invalid("manifest.json lists %d images, want 1 to %d", len(entries), maxImages)
	}
	var out []Image
	for i, e := range entries {
		image := Image{group: i}
		image.name(e.RepoTags)
		if image.Config, err = c.config(e.Config); err != nil {
			return nil, err
		}
		if image.Layers, err = c.layers(e.Layers); err != nil {
			return nil, err
		}
		out = add(out, image)
	}
	return out, nil
}

// add merges an image with one of the same config and layers.
func add(images []Image, image Image) []Image {
	for i := range images {
		if string(images[i].Config) == string(image.Config) && slices.Equal(images[i].Layers, image.Layers) {
			images[i].name(image.RepoTags)
			return images
		}
	}
	return append(images, image)
}

// config reads a config under a name that may hold its digest, which then must
// be right.
func (c *contents) config(name string) ([]byte, error) {
	raw, err := c.document(name)
	if err != nil {
		return nil, err
	}
	if want, ok := digestIn(name); ok && verify.DigestOf(raw) != want {
		return nil, invalid("config %q: the content is %s", name, verify.DigestOf(raw))
	}
	return raw, nil
}

// digestIn reads the digest off HEX.json, sha256:HEX or blobs/sha256/HEX.
func digestIn(name string) (verify.Digest, bool) {
	base := strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".json"), "sha256:")
	d, err := verify.ParseDigest("sha256:" + base)
	return d, err == nil
}
