package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

const other = `{"os":"linux","architecture":"arm64"}`

// refused reads archives that must be refused as invalid, whatever else.
func refused(t *testing.T, archives map[string][]byte) {
	t.Helper()
	for name, raw := range archives {
		images, _, err := read(raw)
		if !errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrNone) || images != nil {
			t.Errorf("%s: %+v, %v", name, images, err)
		}
	}
}

func TestThreat2_ConfigOfAnotherDigest(t *testing.T) {
	var b, c blobs
	app := b.image(config, "one")
	for i := range b.files {
		if b.files[i].content == config {
			b.files[i].content = other
		}
	}
	part := c.put("application/vnd.oci.image.config.v1+json", config)
	part["size"] = len(config) - 1
	short := c.json("application/vnd.oci.image.manifest.v1+json", object{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": part, "layers": []object{},
	})
	refused(t, map[string][]byte{
		"HEX.json":   pack(regular(configName(), other), regular("a.tar", "a"), listing(entry(configName(), nil, "a.tar"))),
		"sha256:HEX": pack(regular("sha256:"+hexOf(config), other), listing(entry("sha256:"+hexOf(config), nil))),
		"a blob":     pack(regular("blobs/sha256/"+hexOf(config), other), listing(entry("blobs/sha256/"+hexOf(config), nil))),
		"a layout":   b.pack(nil, app),
		"a link":     pack(regular("x", other), symlink(configName(), "x"), listing(entry(configName(), nil))),
		"a manifest": c.pack(nil, short),
	})
}

// Readers differ in which of two files of one name they take.
func TestNamesThatMeanTwoThings(t *testing.T) {
	add := func(files ...file) []byte { return pack(append(classic(), files...)...) }
	before := func(first file) []byte {
		files := []file{first}
		for _, f := range classic() {
			if f.kind != tar.TypeDir {
				files = append(files, f)
			}
		}
		return pack(files...)
	}
	refused(t, map[string][]byte{
		"twice":                  add(regular("a/layer.tar", "evil")),
		"another spelling":       add(regular("./a//x/../layer.tar", "evil")),
		"out and in":             add(regular("../../a/layer.tar", "evil")),
		"from the root":          add(regular("/a/layer.tar", "evil")),
		"a link over a file":     add(symlink("a/layer.tar", "../b/layer.tar")),
		"a link over a folder":   add(regular("evil/layer.tar", "evil"), symlink("a", "evil")),
		"a file over a folder":   add(regular("a", "evil")),
		"a folder over a file":   add(folder(configName())),
		"below a link":           before(symlink("a", "evil")),
		"below a file":           before(regular("a", "evil")),
		"below a device":         before(file{name: "a", kind: tar.TypeChar}),
		"a second manifest.json": add(listing(entry(configName(), nil))),
	})
}

func TestLinksThatLeadNowhere(t *testing.T) {
	with := func(link file) []byte {
		return pack(regular(configName(), config), link, listing(entry(configName(), nil, link.name)))
	}
	refused(t, map[string][]byte{
		"itself":       with(symlink("a.tar", "a.tar")),
		"nothing":      with(symlink("a.tar", "b.tar")),
		"outside":      with(symlink("a.tar", "../../etc/passwd")),
		"the root":     with(symlink("a.tar", "/etc/passwd")),
		"a hard link":  with(hardlink("a.tar", "/etc/passwd")),
		"a device":     with(file{name: "a.tar", kind: tar.TypeBlock}),
		"a pipe":       with(file{name: "a.tar", kind: tar.TypeFifo}),
		"a circle":     pack(regular(configName(), config), symlink("a", "b"), symlink("b", "a"), listing(entry(configName(), nil, "a"))),
		"a folder":     pack(regular(configName(), config), folder("a/"), listing(entry(configName(), nil, "a"))),
		"a VERSION":    pack(regular(configName(), config), regular("a/VERSION", "1.0"), listing(entry(configName(), nil, "a/VERSION"))),
		"not in there": pack(regular(configName(), config), listing(entry(configName(), nil, "a.tar"))),
		"no config":    pack(listing(entry(configName(), nil))),
	})
}

// Engines load by manifest.json or by index.json: what one of them says and
// the other does not would be run and not judged.
func TestListsThatDisagree(t *testing.T) {
	var b blobs
	app := named(b.image(config, "one"), "app:1")
	evil := named(b.image(other, "two"), "evil:1")
	blob := func(s string) string { return "blobs/sha256/" + hexOf(s) }
	for name, tt := range map[string]struct {
		raw  []byte
		only string
	}{
		"an image more": {b.pack([]file{listing(entry(blob(config), []string{"app:1"}, blob("one")), entry(blob(other), nil, blob("two")))}, app), "app:1"},
		"another image": {b.pack([]file{listing(entry(blob(other), []string{"app:1"}, blob("two")))}, app), ""},
		"swapped names": {b.pack([]file{listing(entry(blob(other), []string{"app:1"}, blob("two")))}, app, evil), "evil:1"},
	} {
		images, offered, err := read(tt.raw)
		if err != nil || len(images) != 2 {
			t.Fatalf("%s: %+v, %v", name, images, err)
		}
		for _, asked := range []string{"", "app:1", "evil:1"} {
			if got, err := Choose(images, asked); (err == nil) != (asked != "" && asked == tt.only) {
				t.Errorf("%s: %q is %+v of %v", name, asked, got, offered)
			}
		}
	}
	refused(t, map[string][]byte{"no image": b.pack([]file{listing()}, app), "none in both": b.pack(nil)})
}

// As engines write it who are asked for an image by its id.
func TestLayoutThatNamesNothing(t *testing.T) {
	b := blobs{files: []file{regular("blobs/sha256/"+hexOf(config), config), regular("blobs/sha256/"+hexOf("one"), "one")}}
	images, offered, err := read(b.pack([]file{listing(entry("blobs/sha256/"+hexOf(config), nil, "blobs/sha256/"+hexOf("one")))}))
	if err != nil || len(images) != 1 || stack(images[0], offered) != "one" {
		t.Errorf("%+v, %v", images, err)
	}
}

func TestIndexJSONWithoutALayoutIsNotRead(t *testing.T) {
	var b blobs
	app := b.image(config, "one")
	files := append(slices.Clone(b.files), document("index.json", object{"schemaVersion": 2, "manifests": []object{app}}))
	refused(t, map[string][]byte{"no manifest.json": pack(files...)})
}

func TestThreat4_EntriesThatDescribeSomethingElse(t *testing.T) {
	archives := map[string][]byte{}
	for name, change := range map[string]func(b *blobs, e object){
		"another size":  func(_ *blobs, e object) { e["size"] = e["size"].(int) + 1 },
		"another type":  func(_ *blobs, e object) { e["mediaType"] = "application/vnd.docker.distribution.manifest.v2+json" },
		"an index":      func(b *blobs, e object) { e["digest"], e["size"] = b.index()["digest"], b.index()["size"] },
		"not JSON":      func(b *blobs, e object) { e["digest"], e["size"] = b.put("", "x")["digest"], 1 },
		"another thing": func(b *blobs, e object) { e["digest"], e["size"] = b.put("", "{}")["digest"], 2 },
	} {
		for _, nested := range []bool{false, true} {
			var b blobs
			e := on(b.image(config, "one"), "linux/amd64")
			change(&b, e)
			if nested {
				// Beside a platform that is fine.
				e = b.index(on(b.image(other, "two"), "linux/arm64"), e)
				name += ", nested"
			}
			archives[name] = b.pack(nil, e)
		}
	}
	refused(t, archives)
}

// A platform that is there must not be passed over as if it were not.
func TestHiddenPlatformIsNoMissingOne(t *testing.T) {
	var b blobs
	good := on(b.image(other, "two"), "linux/arm64")
	evil := on(b.image(config, "one"), "linux/amd64")
	for i, f := range b.files {
		if strings.HasSuffix(evil["digest"].(string), f.name[len("blobs/sha256/"):]) {
			b.files[i].content = strings.Repeat("x", 600) + f.content
		}
	}
	refused(t, map[string][]byte{"not recognised": b.pack(nil, b.index(good, evil))})
}

func TestThreat8_ForeignLayers(t *testing.T) {
	archives := map[string][]byte{}
	for _, nested := range []bool{false, true} {
		var b blobs
		layer := b.put("application/vnd.oci.image.layer.v1.tar", "one")
		layer["urls"] = []string{"https://cdn.example/layer"}
		e := on(b.json("application/vnd.oci.image.manifest.v1+json", object{
			"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
			"config": b.put("application/vnd.oci.image.config.v1+json", config), "layers": []object{layer},
		}), "linux/amd64")
		name := "an image"
		if nested {
			name, e = "a platform", b.index(e)
		}
		archives[name] = b.pack(nil, e)
	}
	refused(t, archives)
}

func TestMalformed(t *testing.T) {
	whole := pack(classic()...)
	refused(t, map[string][]byte{
		"nothing":        nil,
		"text":           []byte(strings.Repeat("not an archive ", 100)),
		"no image":       pack(),
		"cut in a file":  whole[:3*512+1],
		"cut in a head":  whole[:512+100],
		"gzip of text":   zipped([]byte(strings.Repeat("not an archive ", 100))),
		"cut gzip":       zipped(whole)[:100],
		"gzip head only": {0x1f, 0x8b},
		"zstd":           {0x28, 0xb5, 0x2f, 0xfd, 0, 0},
		"repeated keys":  pack(regular(configName(), config), regular("manifest.json", `[{"Config":"x","Config":"`+configName()+`"}]`)),
		"folded keys":    pack(regular(configName(), config), regular("manifest.json", `[{"config":"`+configName()+`"}]`)),
	})
	if _, _, err := read([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0}); !errors.Is(err, verify.ErrUnreadable) {
		t.Errorf("zstd: %v", err)
	}
}

// A sparse file of some bytes can stand for any number of them.
func TestThreat89_SparseFile(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range []file{regular("a.tar", "data"), regular(configName(), config), listing(entry(configName(), nil, "a.tar"))} {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Size: int64(len(f.content))}
		if f.name == "a.tar" {
			// The writer refuses the true keys.
			h.PAXRecords = map[string]string{"XNU.sparse.size": "999999999", "XNU.sparse.numblocks": "1", "XNU.sparse.map": "0,4"}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, f.content)
	}
	w.Close()
	if _, _, err := read(b.Bytes()); err != nil {
		t.Fatalf("other keys: %v", err)
	}
	raw := bytes.ReplaceAll(b.Bytes(), []byte("XNU.sparse."), []byte("GNU.sparse."))
	h, err := tar.NewReader(bytes.NewReader(raw)).Next()
	if err != nil || h.Size != 999999999 {
		t.Fatalf("no sparse file: %+v, %v", h, err)
	}
	refused(t, map[string][]byte{"sparse": raw})
}

func FuzzRead(f *testing.F) {
	var b blobs
	app := named(b.image(config, "one"), "app:1")
	f.Add(pack(classic()...))
	f.Add(zipped(pack(classic()...)))
	f.Add(b.pack([]file{listing(entry("blobs/sha256/"+hexOf(config), []string{"app:1"}, "blobs/sha256/"+hexOf("one")))}, app))
	f.Add(b.pack(nil, b.index(on(app, "linux/amd64"))))
	f.Add(pack(regular("a.tar", "{one"), regular(configName(), config), listing(entry(configName(), nil, "a.tar"))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		images, offered, err := read(raw)
		if err != nil {
			if images != nil || !errors.Is(err, verify.ErrInvalid) {
				t.Fatalf("%+v with %v", images, err)
			}
			return
		}
		if len(images) == 0 {
			t.Fatal("neither an image nor an error")
		}
		for _, i := range images {
			for _, l := range i.Layers {
				if _, ok := offered[l]; !ok {
					t.Fatalf("layer %q was not offered", l)
				}
			}
		}
		again, _, err := read(raw)
		if err != nil || len(again) != len(images) {
			t.Fatalf("read again: %+v, %v", again, err)
		}
	})
}
