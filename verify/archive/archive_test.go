package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pratique-dev/pratique/e2e/deptest"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

type object = map[string]any

// file is one entry of an archive under construction.
type file struct {
	name, content string
	link          string
	kind          byte
}

func regular(name, content string) file { return file{name: name, content: content, kind: tar.TypeReg} }
func symlink(name, to string) file      { return file{name: name, link: to, kind: tar.TypeSymlink} }
func hardlink(name, to string) file     { return file{name: name, link: to, kind: tar.TypeLink} }
func folder(name string) file           { return file{name: name, kind: tar.TypeDir} }

func document(name string, v any) file {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return regular(name, string(b))
}

func pack(files ...file) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Linkname: f.link, Typeflag: f.kind, Size: int64(len(f.content)), Mode: 0o644}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		if _, err := io.WriteString(w, f.content); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	w.Close()
	return out.Bytes()
}

// read reads an archive, and what it offers.
func read(raw []byte) ([]Image, map[string]string, error) {
	offered := map[string]string{}
	images, err := Read(bytes.NewReader(raw), func(name string, r io.Reader) error {
		b, err := io.ReadAll(r)
		if _, twice := offered[name]; twice {
			panic(name + " is offered twice")
		}
		offered[name] = string(b)
		return err
	})
	return images, offered, err
}

// stack is what the layers of an image hold.
func stack(i Image, offered map[string]string) string {
	var out []string
	for _, l := range i.Layers {
		out = append(out, offered[l])
	}
	return strings.Join(out, " ")
}

func hexOf(content string) string { return verify.DigestOf([]byte(content)).Hex() }

const config = `{"os":"linux","architecture":"amd64"}`

func configName() string { return hexOf(config) + ".json" }

func listing(entries ...object) file { return document("manifest.json", entries) }

func entry(configName string, tags []string, layers ...string) object {
	return object{"Config": configName, "RepoTags": tags, "Layers": layers}
}

// classic is what engines before 25 write of one image, its third layer being
// the first one again.
func classic() []file {
	return []file{
		regular(configName(), config),
		folder("a/"), regular("a/VERSION", "1.0"), regular("a/json", `{"id":"a"}`), regular("a/layer.tar", "one"),
		folder("b/"), regular("b/VERSION", "1.0"), regular("b/json", `{"id":"b"}`), regular("b/layer.tar", "two"),
		folder("c/"), regular("c/VERSION", "1.0"), regular("c/json", `{"id":"c"}`), symlink("c/layer.tar", "../a/layer.tar"),
		listing(entry(configName(), []string{"app:1"}, "a/layer.tar", "b/layer.tar", "c/layer.tar")),
		regular("repositories", `{"app":{"1":"c"}}`),
	}
}

// blobs builds the OCI form.
type blobs struct{ files []file }

func (b *blobs) put(mediaType, content string) object {
	f := regular("blobs/sha256/"+hexOf(content), content)
	if !slices.Contains(b.files, f) {
		b.files = append(b.files, f)
	}
	return object{"mediaType": mediaType, "digest": "sha256:" + hexOf(content), "size": len(content)}
}

func (b *blobs) json(mediaType string, v any) object {
	return b.put(mediaType, document("", v).content)
}

func (b *blobs) image(config string, layers ...string) object {
	var list []object
	for _, l := range layers {
		list = append(list, b.put("application/vnd.oci.image.layer.v1.tar", l))
	}
	return b.json("application/vnd.oci.image.manifest.v1+json", object{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": b.put("application/vnd.oci.image.config.v1+json", config), "layers": list,
		"annotations": object{"of": "manifest", "who": "manifest"},
	})
}

func (b *blobs) index(entries ...object) object {
	return b.json(typeIndex, object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": entries})
}

func (b *blobs) pack(list []file, entries ...object) []byte {
	files := append([]file{folder("blobs/"), folder("blobs/sha256/")}, b.files...)
	files = append(files, document("index.json", object{"schemaVersion": 2, "manifests": entries}),
		regular("oci-layout", `{"imageLayoutVersion":"1.0.0"}`))
	return pack(append(files, list...)...)
}

func on(e object, platform string) object {
	e = maps.Clone(e)
	os, arch, _ := strings.Cut(platform, "/")
	e["platform"] = object{"os": os, "architecture": arch}
	return e
}

func named(e object, name string) object {
	e = maps.Clone(e)
	e["annotations"] = object{containerdName: name, refName: "tag", "who": "index"}
	return e
}

func TestDependsOnVerifyOnly(t *testing.T) {
	deptest.Only(t, ".", "github.com/pratique-dev/pratique/verify",
		"github.com/distribution/reference", "github.com/opencontainers/go-digest")
	deptest.Never(t, ".", "net/http", "os/exec", "github.com/pratique-dev/pratique/verify/registry")
}

func TestClassic(t *testing.T) {
	links := slices.Clone(classic())
	links[12] = hardlink("c/layer.tar", "a/layer.tar")
	dotted := slices.Clone(classic())
	for i := range dotted {
		dotted[i].name = "./" + dotted[i].name
	}
	for name, raw := range map[string][]byte{
		"plain": pack(classic()...), "gzip": zipped(pack(classic()...)), "hard links": pack(links...), "dots": pack(dotted...),
	} {
		images, offered, err := read(raw)
		if err != nil || len(images) != 1 {
			t.Fatalf("%s: %+v, %v", name, images, err)
		}
		if i := images[0]; string(i.Config) != config || !slices.Equal(i.RepoTags, []string{"app:1"}) || stack(i, offered) != "one two one" {
			t.Errorf("%s: %+v of %v", name, i, offered)
		}
		if len(offered) != 2 {
			t.Errorf("%s: offered %v", name, offered)
		}
	}
}

func TestLayout(t *testing.T) {
	var b blobs
	app := named(b.image(config, "one", "two", "one"), "docker.io/library/app:1")
	list := listing(entry("blobs/sha256/"+hexOf(config), []string{"app:1"}, "blobs/sha256/"+hexOf("one")))
	images, offered, err := read(b.pack([]file{list}, app))
	if err != nil || len(images) != 1 {
		t.Fatalf("%+v, %v", images, err)
	}
	i := images[0]
	if string(i.Config) != config || stack(i, offered) != "one two one" || !slices.Equal(i.RepoTags, []string{"docker.io/library/app:1", "app:1"}) {
		t.Errorf("%+v of %v", i, offered)
	}
	if i.Annotations["of"] != "manifest" || i.Annotations["who"] != "manifest" || i.Annotations[refName] != "tag" {
		t.Errorf("annotations: %v", i.Annotations)
	}
	for _, name := range []string{"", "app:1", "docker.io/app:1", "index.docker.io/library/app:1", "@sha256:" + hexOf(config)} {
		if _, err := Choose(images, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlatforms(t *testing.T) {
	var b, elsewhere blobs
	a := on(b.image(`{"architecture":"amd64"}`, "one"), "linux/amd64")
	c := on(b.image(`{"architecture":"arm64"}`, "two"), "linux/arm64")
	missing := on(elsewhere.image(`{"architecture":"s390x"}`, "three"), "linux/s390x")
	evidence := on(b.image(`{}`, `{"in":"toto"}`), "unknown/unknown")
	images, offered, err := read(b.pack(nil, named(b.index(a, missing, c, evidence), "app:1"), evidence))
	if err != nil || len(images) != 2 {
		t.Fatalf("%+v, %v", images, err)
	}
	if stack(images[0], offered) != "one" || stack(images[1], offered) != "two" {
		t.Errorf("%+v of %v", images, offered)
	}
	if both, err := Choose(images, "app:1"); err != nil || len(both) != 2 {
		t.Errorf("%+v, %v", both, err)
	}

	b = blobs{}
	if _, _, err := read(b.pack(nil, b.index(missing))); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("no platform is there: %v", err)
	}
}

func TestOtherTools(t *testing.T) {
	for name, tt := range map[string]struct{ config, layer string }{
		"digest and suffix": {"sha256:" + hexOf(config), "abc.tar.gz"},
		"fixed name":        {"config.json", "abc.tar.gz"},
		"folders":           {"blobs/sha256/" + hexOf(config), "blobs/sha256/abc"},
	} {
		images, offered, err := read(pack(
			listing(entry(tt.config, nil, tt.layer)), regular(tt.layer, "layer"), regular(tt.config, config)))
		if err != nil || stack(images[0], offered) != "layer" {
			t.Errorf("%s: %+v, %v", name, images, err)
		}
	}
}

// A layer whose first name looks like JSON is a layer all the same.
func TestLayerThatLooksLikeJSON(t *testing.T) {
	images, offered, err := read(pack(
		regular("a/layer.tar", "{one"), regular("b/layer.tar", " [two"), regular(configName(), config),
		listing(entry(configName(), nil, "a/layer.tar", "b/layer.tar", "a/layer.tar"))))
	if err != nil || stack(images[0], offered) != "{one  [two {one" {
		t.Errorf("%+v of %v, %v", images, offered, err)
	}
}

func TestChoose(t *testing.T) {
	images := []Image{
		{RepoTags: []string{"app:1", "app:latest"}, Config: []byte("1"), group: 0},
		{RepoTags: []string{"h.io/app:2"}, Config: []byte("2"), group: 1},
		{Config: []byte("3"), group: 2},
		{RepoTags: []string{"bad \x1b[2J"}, Config: []byte("4"), group: 3},
	}
	for name, want := range map[string]string{
		"app": "1", "app:latest": "1", "docker.io/library/app:1": "1", "h.io/app:2": "2", "@sha256:" + hexOf("3"): "3", "bad \x1b[2J": "4",
	} {
		got, err := Choose(images, name)
		if err != nil || len(got) != 1 || string(got[0].Config) != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, name := range []string{"other", "app:2", "@sha256:" + hexOf("9"), "@", "h.io/app"} {
		_, err := Choose(images, name)
		if !errors.Is(err, verify.ErrNone) || !strings.Contains(err.Error(), "app:1 or app:latest") || !strings.Contains(err.Error(), "@sha256:"+hexOf("3")) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := Choose(images, ""); err == nil || errors.Is(err, verify.ErrNone) {
		t.Errorf("any of several: %+v, %v", got, err)
	}
	images[1].RepoTags = []string{"app:1"}
	if got, err := Choose(images, "app:1"); err == nil || errors.Is(err, verify.ErrNone) {
		t.Errorf("two of one name: %+v, %v", got, err)
	}
}

func TestOneConfigTwice(t *testing.T) {
	images, _, err := read(pack(regular(configName(), config), regular("a.tar", "a"), regular("b.tar", "b"), listing(
		entry(configName(), []string{"app:1"}, "a.tar"), entry(configName(), []string{"app:2"}, "a.tar"), entry(configName(), nil, "b.tar"))))
	if err != nil || len(images) != 2 || !slices.Equal(images[0].RepoTags, []string{"app:1", "app:2"}) {
		t.Errorf("%+v, %v", images, err)
	}
}

func TestBrokenStreamIsNotInvalid(t *testing.T) {
	raw := pack(classic()...)
	broken := errors.New("connection reset")
	for _, n := range []int{0, 100, 600, 3000, len(raw) - 600} {
		r := io.MultiReader(bytes.NewReader(raw[:n]), iotest.ErrReader(broken))
		_, err := Read(r, func(_ string, r io.Reader) error { _, _ = io.Copy(io.Discard, r); return nil })
		if !errors.Is(err, broken) || errors.Is(err, verify.ErrInvalid) {
			t.Errorf("broken after %d bytes: %v", n, err)
		}
	}
}

func TestErrorOfTheCallback(t *testing.T) {
	mine := errors.New("cancelled")
	_, err := Read(bytes.NewReader(pack(classic()...)), func(string, io.Reader) error { return mine })
	if !errors.Is(err, mine) || errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	late := pack(regular("a.tar", "{one"), regular(configName(), config), listing(entry(configName(), nil, "a.tar")))
	if _, err := Read(bytes.NewReader(late), func(string, io.Reader) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("at the end: %v", err)
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("x/", maxDepth+1) + "b"
	many := slices.Repeat([]file{folder("d/")}, maxEntries+1)
	huge := "{" + strings.Repeat(" ", wire.MaxConfig)
	keep := func(n int) (files []file) {
		for i := range n {
			files = append(files, regular(fmt.Sprint(i, ".json"), huge[:wire.MaxConfig]))
		}
		return files
	}
	and := func(files ...file) []file { return append(classic(), files...) }
	for name, files := range map[string][]file{
		"entries":     and(many...),
		"name":        and(regular(strings.Repeat("x", maxName+1), "x")),
		"link":        and(symlink("x", strings.Repeat("x", maxName+1))),
		"depth":       and(regular(deep, "x")),
		"images":      {regular(configName(), config), listing(slices.Repeat([]object{entry(configName(), nil)}, maxImages+1)...)},
		"no image":    {regular(configName(), config), listing()},
		"huge config": {regular(configName(), huge), listing(entry(configName(), nil))},
		"all kept":    append(keep(maxKept/wire.MaxConfig), regular(configName(), config), listing(entry(configName(), nil))),
	} {
		if _, _, err := read(pack(files...)); !errors.Is(err, verify.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
