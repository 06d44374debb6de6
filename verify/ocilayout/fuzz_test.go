package ocilayout

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// FuzzIndex reads any index.json over the blobs of an image and an index: what
// is resolved is complete, or there is an error of a known kind.
func FuzzIndex(f *testing.F) {
	image := func(d dir) []object {
		one := with(d.image("one"), "1.0", "linux/amd64")
		return []object{one, with(d.index(one, with(d.image("two"), "", "unknown/unknown")), "2.0", "")}
	}
	for _, tag := range []string{"1.0", "2.0", ""} {
		f.Add([]byte{}, tag) // stands for the right one
		f.Add([]byte(`{"schemaVersion":2,"manifests":[]}`), tag)
	}
	f.Fuzz(func(t *testing.T, index []byte, tag string) {
		d := newDir(t)
		entries := image(d)
		if len(index) == 0 {
			index, _ = json.Marshal(object{"schemaVersion": 2, "manifests": entries})
		}
		d.write("index.json", index)
		l, err := Open(d.path)
		if err != nil {
			if !errors.Is(err, verify.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		defer l.Close()
		found, err := l.Resolve(t.Context(), verify.Reference{Tag: tag})
		if err != nil {
			return
		}
		if found, err = l.Complete(t.Context(), found); err != nil {
			t.Fatalf("every manifest here is whole: %v", err)
		}
		for _, p := range found.Platforms {
			if _, err := l.ImageConfig(t.Context(), found, p.Manifest); err != nil || p.Config == "" {
				t.Fatalf("%+v: %v", p, err)
			}
		}
	})
}
