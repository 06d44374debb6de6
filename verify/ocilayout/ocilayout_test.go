package ocilayout

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/e2e/deptest"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

const typeManifest = "application/vnd.oci.image.manifest.v1+json"

type object = map[string]any

// dir is a layout under construction.
type dir struct {
	t    *testing.T
	path string
}

func newDir(t *testing.T) dir {
	d := dir{t, t.TempDir()}
	d.write("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	return d
}

func (d dir) write(name string, content []byte) {
	d.t.Helper()
	path := filepath.Join(d.path, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// blob stores content and describes it.
func (d dir) blob(mediaType string, content []byte) object {
	d.write(blobPath(verify.DigestOf(content)), content)
	return object{"mediaType": mediaType, "digest": verify.DigestOf(content), "size": len(content)}
}

func (d dir) json(mediaType string, v any) object {
	d.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.blob(mediaType, b)
}

// image stores a manifest of one layer, told apart by its config.
func (d dir) image(config string, change ...func(object)) object {
	m := object{
		"schemaVersion": 2,
		"config":        d.blob("application/vnd.oci.image.config.v1+json", []byte(config)),
		"layers":        []any{d.blob("application/vnd.oci.image.layer.v1.tar", []byte("layer"))},
	}
	for _, f := range change {
		f(m)
	}
	return d.json(typeManifest, m)
}

func (d dir) index(entries ...object) object {
	return d.json(typeIndex, object{"schemaVersion": 2, "manifests": entries})
}

// with adds to a descriptor a tag or a platform.
func with(e object, tag, platform string) object {
	if tag != "" {
		e["annotations"] = object{refName: tag}
	}
	if os, arch, ok := strings.Cut(platform, "/"); ok {
		e["platform"] = object{"os": os, "architecture": arch}
	}
	return e
}

// open writes index.json over entries and opens the layout.
func (d dir) open(entries ...object) (*Layout, error) {
	d.t.Helper()
	if entries == nil {
		entries = []object{}
	}
	b, err := json.Marshal(object{"schemaVersion": 2, "manifests": entries})
	if err != nil {
		d.t.Fatal(err)
	}
	d.write("index.json", b)
	l, err := Open(d.path)
	if err == nil {
		d.t.Cleanup(func() { l.Close() })
	}
	return l, err
}

func (d dir) layout(entries ...object) *Layout {
	d.t.Helper()
	l, err := d.open(entries...)
	if err != nil {
		d.t.Fatal(err)
	}
	return l
}

func TestDependsOnVerifyOnly(t *testing.T) {
	deptest.Only(t, ".", "github.com/pratique-dev/pratique/verify",
		"github.com/distribution/reference", "github.com/opencontainers/go-digest")
	deptest.Never(t, ".", "net/http", "os/exec", "github.com/pratique-dev/pratique/verify/registry")
}

func TestReadImage(t *testing.T) {
	d := newDir(t)
	l := d.layout(with(d.image("one"), "1.0", ""))
	for _, ref := range []verify.Reference{{}, {Tag: "1.0"}} {
		image, err := l.Resolve(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		if image, err = l.Complete(t.Context(), image); err != nil || len(image.Platforms) != 1 {
			t.Fatalf("%+v, %v", image, err)
		}
		p := image.Platforms[0]
		config, err := l.ImageConfig(t.Context(), image, p.Manifest)
		if err != nil || string(config) != "one" || p.Config != verify.DigestOf(config) {
			t.Errorf("config %q, %v", config, err)
		}
		m, err := l.Manifest(t.Context(), "", string(p.Manifest))
		if err != nil {
			t.Fatal(err)
		}
		r, err := l.Open(t.Context(), "", m.Layers[0])
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); string(b) != "layer" || err != nil {
			t.Errorf("layer %q, %v", b, err)
		}
		r.Close()
	}
}

func TestResolve(t *testing.T) {
	d := newDir(t)
	one, two := with(d.image("one"), "1.0", ""), with(d.image("two"), "2.0", "")
	plain, attestation := d.image("three"), with(d.image("four"), "", "unknown/unknown")
	digestOf := func(e object) string { return string(e["digest"].(verify.Digest)) }
	for name, tt := range map[string]struct {
		entries []object
		ref     verify.Reference
		want    object
		says    string
		none    bool
	}{
		"by tag":               {[]object{one, two}, verify.Reference{Tag: "2.0"}, two, "", false},
		"by digest":            {[]object{one, two}, verify.Reference{Digest: one["digest"].(verify.Digest)}, one, "", false},
		"the only one":         {[]object{plain}, verify.Reference{}, plain, "", false},
		"twice the same":       {[]object{one, with(d.image("one"), "latest", "")}, verify.Reference{}, one, "", false},
		"beside attestation":   {[]object{attestation, plain}, verify.Reference{}, plain, "", false},
		"several":              {[]object{one, two, plain}, verify.Reference{}, nil, "1.0, 2.0, @" + digestOf(plain), false},
		"several of the tag":   {[]object{one, with(d.image("five"), "1.0", "")}, verify.Reference{Tag: "1.0"}, nil, "1.0, 1.0", false},
		"another tag":          {[]object{one}, verify.Reference{Tag: "2.0"}, nil, "1.0", true},
		"nothing":              {nil, verify.Reference{}, nil, "no image", true},
		"nothing but evidence": {[]object{attestation}, verify.Reference{}, nil, "no image", true},
		"escape sequences":     {[]object{with(d.image("six"), "a\x1b[2J", ""), one}, verify.Reference{}, nil, `a\x1b[2J`, false},
	} {
		image, err := d.layout(tt.entries...).Resolve(t.Context(), tt.ref)
		if tt.want != nil && (err != nil || string(image.Index) != digestOf(tt.want)) {
			t.Errorf("%s: %+v, %v", name, image, err)
		}
		if tt.want == nil && (err == nil || errors.Is(err, verify.ErrNone) != tt.none || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNestedIndex(t *testing.T) {
	d := newDir(t)
	a, b := with(d.image("a"), "", "linux/amd64"), with(d.image("b"), "", "linux/arm64")
	evidence := with(d.image("c"), "", "unknown/unknown")
	l := d.layout(with(d.index(a, b, evidence), "1.0", ""))
	image, err := l.Resolve(t.Context(), verify.Reference{Tag: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	image, err = l.Complete(t.Context(), image)
	if err != nil || len(image.Platforms) != 2 || image.Platforms[1].Platform.String() != "linux/arm64" || image.Platforms[1].Config != verify.DigestOf([]byte("b")) {
		t.Errorf("%+v, %v", image, err)
	}
}

func TestThreat4_EntriesThatDescribeSomethingElse(t *testing.T) {
	for name, change := range map[string]func(d dir, e object){
		"another size":     func(_ dir, e object) { e["size"] = e["size"].(int) + 1 },
		"another type":     func(_ dir, e object) { e["mediaType"] = "application/vnd.docker.distribution.manifest.v2+json" },
		"nothing there":    func(_ dir, e object) { e["digest"] = verify.DigestOf([]byte("missing")) },
		"an index instead": func(d dir, e object) { e["digest"] = d.index(d.image("x"))["digest"] },
		"foreign content": func(d dir, e object) {
			m := d.image("y", func(m object) { m["layers"].([]any)[0].(object)["urls"] = []string{"https://cdn.example/"} })
			e["digest"], e["size"] = m["digest"], m["size"]
		},
	} {
		for _, nested := range []bool{false, true} {
			d := newDir(t)
			e := with(d.image("one"), "", "linux/amd64")
			change(d, e)
			top := e
			if nested {
				top = d.index(e)
			}
			l := d.layout(top)
			image, err := l.Resolve(t.Context(), verify.Reference{})
			if nested && err == nil {
				_, err = l.Complete(t.Context(), image)
			}
			if !errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrNone) {
				t.Errorf("%s, nested %v: %v", name, nested, err)
			}
		}
	}
}

func TestThreat2_SwappedBytes(t *testing.T) {
	d := newDir(t)
	e := d.image("one")
	l := d.layout(e)
	image, err := l.Resolve(t.Context(), verify.Reference{})
	if err != nil {
		t.Fatal(err)
	}
	d.write(blobPath(verify.DigestOf([]byte("one"))), []byte("two"))
	if _, err := l.ImageConfig(t.Context(), image, image.Index); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("config: %v", err)
	}
	d.write(blobPath(e["digest"].(verify.Digest)), []byte(`{"schemaVersion":2}`))
	if _, err := l.Resolve(t.Context(), verify.Reference{}); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("manifest: %v", err)
	}
}

func TestThreat89_LayerOfAnotherLength(t *testing.T) {
	d := newDir(t)
	l := d.layout(d.image("one"))
	layer := verify.Descriptor{Digest: verify.DigestOf([]byte("layer")), Size: 5}
	for _, size := range []int64{-1, 4, 6} {
		other := layer
		other.Size = size
		if _, err := l.Open(t.Context(), "", other); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%d: %v", size, err)
		}
		if _, err := l.Blob(t.Context(), "", other, 100); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%d: %v", size, err)
		}
	}
	if _, err := l.Blob(t.Context(), "", layer, 4); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("over the cap: %v", err)
	}
	for _, content := range []string{"lay", "layer and more"} {
		d.write(blobPath(layer.Digest), []byte("layer"))
		r, err := l.Open(t.Context(), "", layer)
		if err != nil {
			t.Fatal(err)
		}
		d.write(blobPath(layer.Digest), []byte(content))
		if b, err := io.ReadAll(r); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%q, %v", b, err)
		}
		r.Close()
	}
}

func TestThreat8_ForeignContent(t *testing.T) {
	d := newDir(t)
	l := d.layout(d.image("one"))
	right := verify.Descriptor{Digest: verify.DigestOf([]byte("layer")), Size: 5}
	for name, change := range map[string]func(*verify.Descriptor){
		"URL":        func(d *verify.Descriptor) { d.URLs = []string{"https://cdn.example/"} },
		"type":       func(d *verify.Descriptor) { d.MediaType = "application/vnd.oci.image.layer.nondistributable.v1.tar" },
		"no digest":  func(d *verify.Descriptor) { d.Digest = "sha256:../../../etc/passwd" },
		"sha512":     func(d *verify.Descriptor) { d.Digest = "sha512:aa" },
		"no content": func(d *verify.Descriptor) { d.Digest = "" },
	} {
		other := right
		change(&other)
		if _, err := l.Open(t.Context(), "", other); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := l.Blob(t.Context(), "", other, 100); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nothing outside the directory is opened.
func TestLinksStayInside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "layer")
	if err := os.WriteFile(outside, []byte("layer"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := newDir(t)
	l := d.layout(d.image("one"))
	layer := verify.Descriptor{Digest: verify.DigestOf([]byte("layer")), Size: 5}
	path := filepath.Join(d.path, blobPath(layer.Digest))
	for name, target := range map[string]string{"absolute": outside, "relative": "../../../" + filepath.Base(filepath.Dir(outside)) + "/layer"} {
		os.Remove(path)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Open(t.Context(), "", layer); err == nil || errors.Is(err, verify.ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	os.Remove(path)
	d.write("elsewhere", []byte("layer"))
	if err := os.Symlink("../../elsewhere", path); err != nil {
		t.Fatal(err)
	}
	r, err := l.Open(t.Context(), "", layer)
	if err != nil {
		t.Fatalf("a link inside: %v", err)
	}
	r.Close()
}

func TestOpenLayout(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no layout: %v", err)
	}
	for name, files := range map[string][2]string{
		"another version":  {`{"imageLayoutVersion":"2.0.0"}`, `{"schemaVersion":2,"manifests":[]}`},
		"not JSON":         {`1.0.0`, `{"schemaVersion":2,"manifests":[]}`},
		"repeated key":     {`{"imageLayoutVersion":"2","imageLayoutVersion":"1.0.0"}`, `{"schemaVersion":2,"manifests":[]}`},
		"a manifest":       {`{"imageLayoutVersion":"1.0.0"}`, `{"schemaVersion":2,"config":{},"layers":[]}`},
		"a huge marker":    {`{"imageLayoutVersion":"1.0.0"}` + strings.Repeat(" ", maxMarker), `{"schemaVersion":2,"manifests":[]}`},
		"a huge index":     {`{"imageLayoutVersion":"1.0.0"}`, `{"schemaVersion":2,"manifests":[]}` + strings.Repeat(" ", wire.MaxManifest)},
		"an index too old": {`{"imageLayoutVersion":"1.0.0"}`, `{"schemaVersion":1,"manifests":[]}`},
	} {
		d := newDir(t)
		d.write("oci-layout", []byte(files[0]))
		d.write("index.json", []byte(files[1]))
		if _, err := Open(d.path); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := newDir(t)
	if err := os.MkdirAll(filepath.Join(d.path, "index.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(d.path); err == nil || errors.Is(err, verify.ErrNone) {
		t.Errorf("a directory for a file: %v", err)
	}
}
