package intoto

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

// foreignTag is a manifest as another tool may have left it, with fields we do
// not know.
const foreignTag = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/x",
 "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"x-note":"keep"},
 "layers":[{"mediaType":"application/vnd.dsse.envelope.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"x-extra":{"a":[1.10]},"annotations":{"k":"<v>"}}],
 "annotations":{"org.example/note":"keep"},"x-future":{"n":10000000000000001}}`

const oneLayerConfig = `{"architecture":"","created":"0001-01-01T00:00:00Z","history":[{"created":"0001-01-01T00:00:00Z"}],"os":"","rootfs":{"type":"layers","diff_ids":["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"]},"config":{}}`

func testLayer() layer {
	return layer{suffix: "att", mediaType: "application/vnd.dsse.envelope.v1+json", data: []byte("{}\n"), annotations: map[string]string{"a": "b"}}
}

func generic(t testing.TB, doc []byte) map[string]any {
	t.Helper()
	var v map[string]any
	d := json.NewDecoder(strings.NewReader(string(doc)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAppendLayerKeepsTheRest(t *testing.T) {
	next, config, err := appendLayer([]byte(foreignTag), []byte(oneLayerConfig), testLayer())
	if err != nil {
		t.Fatal(err)
	}
	before, after := generic(t, []byte(foreignTag)), generic(t, next)
	layers := after["layers"].([]any)
	if len(layers) != 2 || !reflect.DeepEqual(layers[:1], before["layers"]) {
		t.Errorf("layers %v", layers)
	}
	if got := after["config"].(map[string]any)["digest"]; got != string(verify.DigestOf(config)) {
		t.Errorf("config %v", got)
	}
	for _, changed := range []string{"layers", "config"} {
		delete(before, changed)
		delete(after, changed)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("%v\nwant %v", after, before)
	}
	if _, err := verify.ParseManifest(next, ""); err != nil {
		t.Error(err)
	}
}

func TestAppendLayerRefuses(t *testing.T) {
	many := make([]string, maxLayers)
	ids := make([]string, maxLayers)
	for i := range many {
		d := verify.DigestOf([]byte(fmt.Sprint(i)))
		many[i] = fmt.Sprintf(`{"mediaType":"x","digest":%q,"size":1}`, d)
		ids[i] = fmt.Sprintf("%q", d)
	}
	full := `{"schemaVersion":2,"config":{"mediaType":"x"},"layers":[` + strings.Join(many, ",") + `]}`
	fullConfig := `{"rootfs":{"type":"layers","diff_ids":[` + strings.Join(ids, ",") + `]}}`
	wide := strings.Replace(foreignTag, `"keep"},"x-future"`, `"`+strings.Repeat("x", 4<<20)+`"},"x-future"`, 1)
	for name, c := range map[string]struct{ manifest, config string }{
		"not JSON":               {`{`, oneLayerConfig},
		"null":                   {`null`, oneLayerConfig},
		"no layers":              {`{"config":{}}`, oneLayerConfig},
		"layers not a list":      {`{"config":{},"layers":{}}`, oneLayerConfig},
		"no config":              {`{"layers":[]}`, `{"rootfs":{"diff_ids":[]}}`},
		"duplicate layers":       {strings.Replace(foreignTag, `"annotations":{"org`, `"layers":[],"annotations":{"org`, 1), oneLayerConfig},
		"config lists none":      {foreignTag, `{}`},
		"config lists two":       {foreignTag, strings.Replace(oneLayerConfig, `["sha256`, `["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","sha256`, 1)},
		"config not JSON":        {foreignTag, `hello`},
		"a thousand layers":      {full, fullConfig},
		"larger than a manifest": {wide, oneLayerConfig},
	} {
		if next, _, err := appendLayer([]byte(c.manifest), []byte(c.config), testLayer()); !errors.Is(err, ErrOccupied) || next != nil {
			t.Errorf("%s: %.80s %v", name, next, err)
		}
	}
}

func FuzzAppendLayer(f *testing.F) {
	f.Add([]byte(foreignTag), []byte(oneLayerConfig))
	f.Add(newTagManifest(), newTagConfig())
	f.Add([]byte(`{"schemaVersion":2,"config":{},"layers":null}`), []byte(`{"rootfs":{"diff_ids":null}}`))
	f.Fuzz(func(t *testing.T, manifest, config []byte) {
		next, nextConfig, err := appendLayer(manifest, config, testLayer())
		if err != nil {
			if next != nil || nextConfig != nil {
				t.Fatal("an error and a manifest")
			}
			return
		}
		var before, after struct {
			Layers []json.RawMessage `json:"layers"`
		}
		if err := json.Unmarshal(manifest, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(next, &after); err != nil || len(after.Layers) != len(before.Layers)+1 {
			t.Fatalf("%s: %v", next, err)
		}
		for i := range before.Layers {
			var was, is any
			if json.Unmarshal(before.Layers[i], &was) != nil || json.Unmarshal(after.Layers[i], &is) != nil || !reflect.DeepEqual(was, is) {
				t.Fatalf("layer %d: %s became %s", i, before.Layers[i], after.Layers[i])
			}
		}
		if again, _, err := appendLayer(next, nextConfig, testLayer()); err != nil || again == nil {
			if !errors.Is(err, ErrOccupied) {
				t.Fatalf("cannot be added to again: %v", err)
			}
		}
	})
}
