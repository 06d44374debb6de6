package intoto

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxLayers is the most signatures or attestations under one tag; cosign reads
// no more than that (pkg/oci/mutate), and refuses the tag as a whole.
const maxLayers = 1000

// appendTag adds a layer to the manifest under the image's .sig or .att tag.
func appendTag(ctx context.Context, store Store, repo string, d verify.Digest, l layer) (Attached, error) {
	if len(l.data) > wire.MaxBundle {
		return Attached{}, fmt.Errorf("attach: %d bytes: %w", len(l.data), ErrTooLarge)
	}
	if _, err := store.PutBlob(ctx, repo, l.data); err != nil {
		return Attached{}, fmt.Errorf("attach: upload: %w", err)
	}
	tag := "sha256-" + d.Hex() + "." + l.suffix
	x := extender{ctx: ctx, store: store, repo: repo, layer: l, made: map[verify.Digest]extension{}}
	added := false
	err := x.prepare(tag)
	if err == nil {
		err = store.UpdateTag(ctx, repo, tag, func(current verify.Manifest, exists bool) ([]byte, string, error) {
			if exists && position(current, l) >= 0 {
				return nil, "", nil
			}
			added = true
			e, err := x.extend(current, exists)
			return e.manifest, e.mediaType, err
		})
	}
	if err != nil {
		return Attached{}, fmt.Errorf("attach to %s:%s: %w", repo, tag, err)
	}
	at, err := find(ctx, store, repo, tag, l)
	at.Added = added
	return at, err
}

// find reads the tag back, and the layer's bytes.
func find(ctx context.Context, store Store, repo, tag string, l layer) (Attached, error) {
	m, err := store.Manifest(ctx, repo, tag)
	if err != nil {
		return Attached{}, fmt.Errorf("%s:%s: %w: %w", repo, tag, ErrReadBack, err)
	}
	n := position(m, l)
	if n < 0 {
		return Attached{}, fmt.Errorf("%s:%s: %w", repo, tag, ErrReadBack)
	}
	if err := sameBlob(ctx, store, repo, m.Layers[n], l.data); err != nil {
		return Attached{}, err
	}
	return Attached{Format: FormatTag, Location: fmt.Sprintf("%s@%s#%d", repo, m.Digest, n+1), Digest: m.Digest}, nil
}

// position is the index of the layer in a manifest, or -1. Annotations count:
// all signatures of one image share a payload and differ only there.
func position(m verify.Manifest, l layer) int {
	want := verify.DigestOf(l.data)
	for i, have := range m.Layers {
		if have.Digest == want && have.MediaType == l.mediaType && maps.Equal(have.Annotations, l.annotations) {
			return i
		}
	}
	return -1
}

// extender makes what comes after a manifest, once for each: reading and
// uploading its config takes requests, and an edit that takes long loses to
// every other writer.
type extender struct {
	ctx   context.Context
	store Store
	repo  string
	layer layer
	made  map[verify.Digest]extension
}

// extension is a manifest to put in place of another.
type extension struct {
	manifest  []byte
	mediaType string
}

// prepare does the slow part for what the tag holds now.
func (x extender) prepare(tag string) error {
	current, err := x.store.Manifest(x.ctx, x.repo, tag)
	if errors.Is(err, verify.ErrInvalid) {
		return fmt.Errorf("%w: %w", ErrOccupied, err)
	}
	if err != nil && !isNone(err) {
		return err
	}
	if err == nil && position(current, x.layer) >= 0 {
		return nil
	}
	_, err = x.extend(current, err == nil)
	return err
}

// extend makes the next manifest and uploads its config, which must be there
// before the manifest is.
func (x extender) extend(current verify.Manifest, exists bool) (extension, error) {
	if e, ok := x.made[current.Digest]; ok {
		return e, nil
	}
	manifest, config, mediaType := newTagManifest(), newTagConfig(), ocispec.MediaTypeImageManifest
	if exists {
		if current.IsIndex {
			return extension{}, fmt.Errorf("%w: it is an index", ErrOccupied)
		}
		var err error
		if config, err = x.store.Blob(x.ctx, x.repo, current.Config, wire.MaxConfig); err != nil {
			return extension{}, fmt.Errorf("read its config: %w", err)
		}
		manifest, mediaType = current.Raw, current.MediaType
	}
	next, nextConfig, err := appendLayer(manifest, config, x.layer)
	if err != nil {
		return extension{}, err
	}
	if _, err := x.store.PutBlob(x.ctx, x.repo, nextConfig); err != nil {
		return extension{}, fmt.Errorf("upload config: %w", err)
	}
	e := extension{manifest: next, mediaType: mediaType}
	x.made[current.Digest] = e
	return e, nil
}

// appendLayer adds a layer to a manifest and to its config. Everything else in
// the manifest, known to us or not, keeps its value. A manifest that does not
// have cosign's shape is an error wrapping ErrOccupied.
func appendLayer(manifest, config []byte, l layer) (next, nextConfig []byte, err error) {
	fields := map[string]json.RawMessage{}
	var layers []json.RawMessage
	var oldConfig ocispec.Descriptor
	err = errors.Join(
		wire.Decode(manifest, &fields),
		unmarshal(fields["layers"], &layers),
		unmarshal(fields["config"], &oldConfig),
	)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: it is not a signature manifest", ErrOccupied)
	}
	if len(layers) >= maxLayers {
		return nil, nil, fmt.Errorf("%w: it holds %d entries, more than cosign reads; attach with --format bundle", ErrOccupied, len(layers))
	}
	if nextConfig, err = appendDiffID(config, len(layers), l.data); err != nil {
		return nil, nil, err
	}
	added, err := json.Marshal(ocispec.Descriptor{
		MediaType: l.mediaType, Digest: digest.Digest(verify.DigestOf(l.data)), Size: int64(len(l.data)), Annotations: l.annotations,
	})
	if err != nil {
		return nil, nil, err
	}
	oldConfig.Digest, oldConfig.Size, oldConfig.Data = digest.Digest(verify.DigestOf(nextConfig)), int64(len(nextConfig)), nil
	if fields["layers"], err = json.Marshal(append(layers, added)); err != nil {
		return nil, nil, err
	}
	if fields["config"], err = json.Marshal(oldConfig); err != nil {
		return nil, nil, err
	}
	if next, err = json.Marshal(fields); err != nil {
		return nil, nil, err
	}
	if len(next) > wire.MaxManifest || len(nextConfig) > wire.MaxConfig {
		return nil, nil, fmt.Errorf("%w: it is full; attach with --format bundle", ErrOccupied)
	}
	return next, nextConfig, nil
}

// appendDiffID keeps the config in step with the layers: cosign finds the
// layers of a tag it adds to by the config's list.
func appendDiffID(config []byte, layers int, data []byte) ([]byte, error) {
	var c v1.ConfigFile
	if err := wire.Decode(config, &c); err != nil || len(c.RootFS.DiffIDs) != layers {
		return nil, fmt.Errorf("%w: its config does not list its %d layers, so another tool wrote it; attach with --format bundle", ErrOccupied, layers)
	}
	c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, v1.Hash{Algorithm: "sha256", Hex: verify.DigestOf(data).Hex()})
	c.History = append(c.History, v1.History{})
	return json.Marshal(c)
}

// newTagManifest and newTagConfig are what cosign starts from: an image of no
// layers.
func newTagManifest() []byte {
	return []byte(`{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageManifest +
		`","config":{"mediaType":"` + ocispec.MediaTypeImageConfig + `"},"layers":[]}`)
}

func newTagConfig() []byte {
	return []byte(`{"architecture":"","created":"0001-01-01T00:00:00Z","os":"","rootfs":{"type":"layers","diff_ids":[]},"config":{}}`)
}

// unmarshal reads a part of a document that wire.Decode went over.
func unmarshal(part json.RawMessage, v any) error {
	if part == nil {
		return errors.New("missing")
	}
	return json.Unmarshal(part, v)
}
