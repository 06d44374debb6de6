package verify

import (
	"errors"
	"testing"
)

func FuzzManifest(f *testing.F) {
	for _, contentType := range []string{"", typeOCIManifest, typeOCIIndex, typeDockerList + ";q=1", "a/b;", "\xff"} {
		f.Add([]byte(object(config, layers)), contentType)
		f.Add([]byte(object(typed(typeOCIIndex), manifests)), contentType)
		f.Add([]byte(object(typed(typeDockerManifest), config, layers, `"subject":`+desc("x/y", `,"urls":["u"]`))), contentType)
		f.Add([]byte(object(typed(typeDockerList), config, manifests)), contentType)
	}
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		m, err := ParseManifest(raw, contentType)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || m.Digest != "" {
				t.Fatalf("%+v, %v", m, err)
			}
			return
		}
		if m.Digest != DigestOf(raw) || m.IsIndex == (m.Config.Digest != "") || m.IsIndex && m.Layers != nil || !m.IsIndex && m.Manifests != nil {
			t.Fatalf("%+v", m)
		}
		all := append(append([]Descriptor{}, m.Layers...), m.Manifests...)
		if !m.IsIndex {
			all = append(all, m.Config)
		}
		if m.Subject != nil {
			all = append(all, *m.Subject)
		}
		for _, d := range all {
			if _, err := ParseDigest(string(d.Digest)); err != nil || d.Size < 0 || d.MediaType == "" {
				t.Fatalf("%+v, %v", d, err)
			}
		}
	})
}
