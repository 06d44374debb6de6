package intoto

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

const repo = "registry.example/app"

// memory is a registry in memory that can be told to misbehave.
type memory struct {
	manifests map[string]verify.Manifest // by tag and by digest
	blobs     map[verify.Digest][]byte
	referrers map[verify.Digest][]verify.Descriptor
	// log lists the writes in order.
	log []string
	// fail makes calls fail: "manifest REF", "blob DIGEST", "referrers DIGEST".
	fail map[string]error
	// lose drops what is written: "blob", "tag", "referrer".
	lose string
	// rival writes to a tag between an edit and its push, once.
	rival func(current verify.Manifest, exists bool) []byte
}

func newMemory() *memory {
	return &memory{
		manifests: map[string]verify.Manifest{}, blobs: map[verify.Digest][]byte{},
		referrers: map[verify.Digest][]verify.Descriptor{}, fail: map[string]error{},
	}
}

func (m *memory) Manifest(_ context.Context, _, ref string) (verify.Manifest, error) {
	if err := m.fail["manifest "+ref]; err != nil {
		return verify.Manifest{}, err
	}
	if got, ok := m.manifests[ref]; ok {
		return got, nil
	}
	return verify.Manifest{}, fmt.Errorf("%s: %w", ref, verify.ErrNone)
}

func (m *memory) Blob(_ context.Context, _ string, d verify.Descriptor, max int64) ([]byte, error) {
	if err := m.fail["blob "+string(d.Digest)]; err != nil {
		return nil, err
	}
	got, ok := m.blobs[d.Digest]
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: %w", d.Digest, verify.ErrNone)
	case int64(len(got)) > max:
		return nil, fmt.Errorf("%s: over the limit", d.Digest)
	}
	return got, nil
}

func (m *memory) Referrers(_ context.Context, _ string, d verify.Digest) ([]verify.Descriptor, error) {
	found := m.referrers[d]
	if err := m.fail["referrers "+string(d)]; err != nil {
		return found, err
	}
	if len(found) == 0 {
		return nil, verify.ErrNone
	}
	return found, nil
}

func (m *memory) PutBlob(_ context.Context, _ string, data []byte) (verify.Descriptor, error) {
	d := verify.DigestOf(data)
	if _, ok := m.blobs[d]; !ok {
		m.log = append(m.log, "blob "+string(d))
	}
	if m.lose != "blob" {
		m.blobs[d] = slices.Clone(data)
	}
	return verify.Descriptor{Digest: d, Size: int64(len(data))}, nil
}

func (m *memory) PutReferrer(_ context.Context, _ string, raw []byte, mediaType string) (verify.Digest, error) {
	man, err := m.put(raw, mediaType)
	if err != nil {
		return "", err
	}
	m.log = append(m.log, "referrer "+string(man.Digest))
	if m.lose == "referrer" {
		return man.Digest, nil
	}
	m.manifests[string(man.Digest)] = man
	m.referrers[man.Subject.Digest] = append(m.referrers[man.Subject.Digest],
		verify.Descriptor{Digest: man.Digest, Size: int64(len(raw)), MediaType: mediaType})
	return man.Digest, nil
}

func (m *memory) UpdateTag(_ context.Context, _, tag string, edit func(verify.Manifest, bool) ([]byte, string, error)) error {
	for {
		current, exists := m.manifests[tag]
		raw, mediaType, err := edit(current, exists)
		if err != nil || raw == nil {
			return err
		}
		if m.rival != nil {
			next := m.rival(current, exists)
			m.rival = nil
			if m.manifests[tag], err = m.put(next, mediaType); err != nil {
				return err
			}
			continue
		}
		man, err := m.put(raw, mediaType)
		if err != nil {
			return err
		}
		m.log = append(m.log, "tag "+tag)
		if m.lose == "tag" {
			return nil
		}
		m.manifests[tag] = man
	}
}

// put takes a manifest as a registry does: what it names must be there.
func (m *memory) put(raw []byte, mediaType string) (verify.Manifest, error) {
	man, err := verify.ParseManifest(raw, mediaType)
	if err != nil {
		return verify.Manifest{}, err
	}
	for _, d := range append([]verify.Descriptor{man.Config}, man.Layers...) {
		if _, ok := m.blobs[d.Digest]; !ok && m.lose != "blob" {
			return verify.Manifest{}, fmt.Errorf("blob %s of the manifest is not there", d.Digest)
		}
	}
	return man, nil
}

// writes is the log with every digest and tag left out.
func (m *memory) writes() string {
	var kinds []string
	for _, l := range m.log {
		kinds = append(kinds, strings.Fields(l)[0])
	}
	return strings.Join(kinds, " ")
}

// image puts a manifest into the store and describes it.
func (m *memory) image(t testing.TB) verify.Descriptor {
	t.Helper()
	d, err := m.PutBlob(context.Background(), repo, []byte(`{"architecture":"amd64","os":"linux"}`))
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte(fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[]}`,
		"application/vnd.oci.image.manifest.v1+json", d.Digest, d.Size))
	man, err := m.put(raw, "")
	if err != nil {
		t.Fatal(err)
	}
	m.manifests[string(man.Digest)] = man
	m.log = nil
	return verify.Descriptor{MediaType: man.MediaType, Digest: man.Digest, Size: int64(len(raw))}
}
