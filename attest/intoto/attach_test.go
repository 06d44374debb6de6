package intoto

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

var background = context.Background()

func attachTag(t testing.TB, m *memory, img verify.Descriptor, e Envelope) Attached {
	t.Helper()
	at, err := AttachAttestation(background, m, repo, img, e, FormatTag)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAttachTag(t *testing.T) {
	m := newMemory()
	img := m.image(t)
	first, second := signed(t, img.Digest), signed(t, img.Digest)
	at := attachTag(t, m, img, first)
	tag := "sha256-" + img.Digest.Hex() + ".att"
	held := m.manifests[tag]
	if !at.Added || at.Format != FormatTag || at.Location != repo+"@"+string(held.Digest)+"#1" || at.Digest != held.Digest {
		t.Errorf("%+v", at)
	}
	want := map[string]string{"dev.cosignproject.cosign/signature": "", "predicateType": someType}
	l := held.Layers[0]
	if l.MediaType != "application/vnd.dsse.envelope.v1+json" || fmt.Sprint(l.Annotations) != fmt.Sprint(want) || l.Size != int64(len(first.JSON)) {
		t.Errorf("%+v", l)
	}
	if at := attachTag(t, m, img, second); !at.Added || !strings.HasSuffix(at.Location, "#2") {
		t.Errorf("%+v", at)
	}
	m.log = nil
	if at := attachTag(t, m, img, first); at.Added || !strings.HasSuffix(at.Location, "#1") || len(m.log) != 0 {
		t.Errorf("retry: %+v, wrote %s", at, m.writes())
	}
	var config struct {
		RootFS struct {
			DiffIDs []verify.Digest `json:"diff_ids"`
		} `json:"rootfs"`
	}
	after := m.manifests[tag]
	if err := json.Unmarshal(m.blobs[after.Config.Digest], &config); err != nil || len(config.RootFS.DiffIDs) != 2 ||
		config.RootFS.DiffIDs[1] != after.Layers[1].Digest || after.Layers[0].Digest != l.Digest {
		t.Errorf("config %v, layers %v, %v", config, after.Layers, err)
	}
}

func TestAttachSignatureTag(t *testing.T) {
	m := newMemory()
	img := m.image(t)
	for n := 1; n <= 2; n++ {
		s, err := SignImage(background, newKey(t, ""), repo, img.Digest, nil, FormatTag)
		if err != nil {
			t.Fatal(err)
		}
		for again := range 2 {
			at, err := AttachSignature(background, m, repo, img, s)
			if err != nil || at.Added != (again == 0) || !strings.HasSuffix(at.Location, fmt.Sprintf("#%d", n)) {
				t.Errorf("%d, %d: %+v %v", n, again, at, err)
			}
		}
	}
	held := m.manifests["sha256-"+img.Digest.Hex()+".sig"]
	if len(held.Layers) != 2 || held.Layers[0].Digest != held.Layers[1].Digest ||
		held.Layers[0].MediaType != "application/vnd.dev.cosign.simplesigning.v1+json" {
		t.Errorf("%+v", held.Layers)
	}
}

func TestAttachBundle(t *testing.T) {
	m := newMemory()
	img := m.image(t)
	e := signed(t, img.Digest)
	at, err := AttachAttestation(background, m, repo, img, e, FormatBundle)
	if err != nil || !at.Added || at.Format != FormatBundle || at.Location != repo+"@"+string(at.Digest) {
		t.Fatalf("%+v %v", at, err)
	}
	man := m.manifests[string(at.Digest)]
	if man.ArtifactType != bundleType || man.Config.MediaType != "application/vnd.oci.empty.v1+json" || string(m.blobs[man.Config.Digest]) != "{}" ||
		man.Subject.Digest != img.Digest || man.Subject.Size != img.Size || man.Subject.MediaType != img.MediaType || man.Layers[0].MediaType != bundleType ||
		man.Annotations["dev.sigstore.bundle.predicateType"] != someType || man.Annotations["dev.sigstore.bundle.content"] != "dsse-envelope" {
		t.Errorf("%s", man.Raw)
	}
	m.log = nil
	if at, err := AttachAttestation(background, m, repo, img, e, FormatBundle); err != nil || at.Added || len(m.log) != 0 {
		t.Errorf("retry: %+v %v, wrote %s", at, err, m.writes())
	}
	s, err := SignImage(background, newKey(t, ""), repo, img.Digest, nil, FormatBundle)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := AttachSignature(background, m, repo, img, s); err != nil || !at.Added || len(m.referrers[img.Digest]) != 2 {
		t.Errorf("signature: %+v %v", at, err)
	}
}

func TestAttachRefusesAnotherImage(t *testing.T) {
	m := newMemory()
	img := m.image(t)
	if _, err := AttachAttestation(background, m, repo, img, signed(t, imageDigest), FormatBundle); err == nil {
		t.Error("attestation of another image attached")
	}
	s, err := SignImage(background, newKey(t, ""), repo, imageDigest, nil, FormatTag)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := AttachSignature(background, m, repo, img, s); err == nil {
		t.Error("signature of another image attached")
	}
	s.Digest = img.Digest
	s.Format = FormatAuto
	if _, err := AttachSignature(background, m, repo, img, s); err == nil {
		t.Error("attached in no format")
	}
	if _, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), "none"); err == nil {
		t.Error("attached in an unknown format")
	}
	img.Size = 0
	if _, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), FormatBundle); err == nil {
		t.Error("attached to a subject of no size")
	}
	if len(m.log) != 0 {
		t.Errorf("wrote %s", m.writes())
	}
}

func TestThreat143_BlobsBeforeManifest(t *testing.T) {
	for format, want := range map[Format]string{FormatTag: "blob blob tag", FormatBundle: "blob blob referrer"} {
		m := newMemory()
		img := m.image(t)
		if _, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), format); err != nil || m.writes() != want {
			t.Errorf("%s: %s %v", format, m.writes(), err)
		}
	}
}

func TestThreat143_ReadBackBeforeSuccess(t *testing.T) {
	for _, c := range []struct {
		format Format
		lose   string
	}{{FormatTag, "tag"}, {FormatTag, "blob"}, {FormatBundle, "referrer"}, {FormatBundle, "blob"}} {
		m := newMemory()
		img := m.image(t)
		m.lose = c.lose
		at, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), c.format)
		if !errors.Is(err, ErrReadBack) {
			t.Errorf("%s, %s lost: %+v %v", c.format, c.lose, at, err)
		}
	}
	m := newMemory()
	img := m.image(t)
	attachTag(t, m, img, signed(t, img.Digest))
	m.lose = "tag"
	if at, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), FormatTag); !errors.Is(err, ErrReadBack) {
		t.Errorf("tag still holds the old layer alone: %+v %v", at, err)
	}
}

// twisted serves other bytes than it was given.
type twisted struct{ *memory }

func (s twisted) Blob(ctx context.Context, repo string, d verify.Descriptor, max int64) ([]byte, error) {
	b, err := s.memory.Blob(ctx, repo, d, max)
	return append(b[:len(b):len(b)], ' '), err
}

func TestThreat143_ReadBackCompares(t *testing.T) {
	for _, format := range []Format{FormatTag, FormatBundle} {
		m := newMemory()
		img := m.image(t)
		if _, err := AttachAttestation(background, twisted{m}, repo, img, signed(t, img.Digest), format); !errors.Is(err, ErrReadBack) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// A rival adds an attestation between our read and our write: both stay.
func TestThreat144_RivalWriterKeepsItsLayer(t *testing.T) {
	m := newMemory()
	img := m.image(t)
	attachTag(t, m, img, signed(t, img.Digest))
	rival := signed(t, img.Digest)
	m.rival = func(current verify.Manifest, exists bool) []byte {
		l := attestationLayer(rival)
		next, config, err := appendLayer(current.Raw, m.blobs[current.Config.Digest], l)
		if err != nil {
			t.Error(err)
		}
		for _, b := range [][]byte{l.data, config} {
			if _, err := m.PutBlob(background, repo, b); err != nil {
				t.Error(err)
			}
		}
		return next
	}
	if at := attachTag(t, m, img, signed(t, img.Digest)); !at.Added || !strings.HasSuffix(at.Location, "#3") {
		t.Errorf("%+v", at)
	}
	if n := len(m.manifests["sha256-"+img.Digest.Hex()+".att"].Layers); n != 3 {
		t.Errorf("%d layers, want 3", n)
	}
}

func TestAttachTagLeavesStrangersAlone(t *testing.T) {
	unreachable := errors.New("connection refused")
	for name, spoil := range map[string]func(m *memory, tag string) error{
		"index": func(m *memory, tag string) error {
			m.manifests[tag] = verify.Manifest{IsIndex: true, Raw: []byte(`{}`), Digest: imageDigest}
			return ErrOccupied
		},
		"config of another tool": func(m *memory, tag string) error {
			m.blobs[m.manifests[tag].Config.Digest] = []byte(`{}`)
			return ErrOccupied
		},
		"config unreachable": func(m *memory, tag string) error {
			m.fail["blob "+string(m.manifests[tag].Config.Digest)] = unreachable
			return unreachable
		},
		"tag unreachable": func(m *memory, tag string) error {
			m.fail["manifest "+tag] = unreachable
			return unreachable
		},
		"tag invalid": func(m *memory, tag string) error {
			m.fail["manifest "+tag] = verify.ErrInvalid
			return ErrOccupied
		},
	} {
		m := newMemory()
		img := m.image(t)
		attachTag(t, m, img, signed(t, img.Digest))
		tag := "sha256-" + img.Digest.Hex() + ".att"
		want := spoil(m, tag)
		before := m.manifests[tag].Digest
		if _, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), FormatTag); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if m.manifests[tag].Digest != before {
			t.Errorf("%s: overwritten", name)
		}
	}
}

func TestReferrersUnreachableIsNoAbsence(t *testing.T) {
	m := newMemory()
	img := m.image(t)
	unreachable := errors.New("connection refused")
	m.fail["referrers "+string(img.Digest)] = unreachable
	if _, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), FormatBundle); !errors.Is(err, unreachable) || len(m.log) != 0 {
		t.Errorf("%v, wrote %s", err, m.writes())
	}
	m.fail["referrers "+string(img.Digest)] = verify.ErrTruncated
	if at, err := AttachAttestation(background, m, repo, img, signed(t, img.Digest), FormatBundle); err != nil || !at.Added {
		t.Errorf("%+v %v", at, err)
	}
}
