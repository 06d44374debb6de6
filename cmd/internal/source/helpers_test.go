package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ggcr "github.com/google/go-containerregistry/pkg/registry"
	"github.com/klauspost/compress/zstd"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/registry"
)

const (
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar"
)

type object = map[string]any

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func describe(mediaType string, b []byte) object {
	return object{"mediaType": mediaType, "digest": verify.DigestOf(b), "size": len(b)}
}

// files is what a layer holds, by name; a name that ends in "+s" is set-uid.
type files [][2]string

func (f files) pack() []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range f {
		name, special := strings.CutSuffix(e[0], "+s")
		h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(e[1]))}
		if special {
			h.Mode = 0o4755
		}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		_, _ = io.WriteString(w, e[1])
	}
	w.Close()
	return b.Bytes()
}

// sample has something for every control in its three layers: a set-uid file
// that is replaced, one that stays, a token that is deleted, users, a package.
func sample() []files {
	token := "ghp" + "_" + strings.Repeat("aB3d", 9)
	return []files{
		{
			{"etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n"},
			{"etc/os-release", "ID=alpine\nVERSION_ID=3.20.0\n"},
			{"lib/apk/db/installed", "P:musl\nV:1.2.5-r0\nA:x86_64\nI:1024\n\n"},
			{"bin/sh", "sh"}, {"usr/bin/su+s", "su"},
		},
		{{"usr/bin/su", "plain"}, {"usr/bin/sudo+s", "sudo"}, {"app/.env", "GITHUB_TOKEN=" + token + "\n"}},
		{{"app/.wh..env", ""}, {"app/run", "run"}},
	}
}

func compressed(kind string, plain []byte) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	switch kind {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	default:
		return plain
	}
	_, _ = w.Write(plain)
	w.Close()
	return b.Bytes()
}

// image is one platform of an image, as a builder makes it.
type image struct {
	plain, stored [][]byte
	types         []string
	config        []byte
	// bend changes the manifest before it is stored.
	bend func(object)
}

// build makes an image of layers, each stored in another way.
func build(architecture string, content []files, change ...func(config object)) *image {
	i := &image{}
	var diffIDs []string
	for n, f := range content {
		kind := []string{"gzip", "zstd", "none"}[n%3]
		plain := f.pack()
		i.plain = append(i.plain, plain)
		i.stored = append(i.stored, compressed(kind, plain))
		i.types = append(i.types, strings.TrimSuffix(typeLayer+"+"+kind, "+none"))
		diffIDs = append(diffIDs, string(verify.DigestOf(plain)))
	}
	config := object{
		"os": "linux", "architecture": architecture, "config": object{"User": "app"},
		"rootfs": object{"type": "layers", "diff_ids": diffIDs},
	}
	for _, f := range change {
		f(config)
	}
	i.config = encode(config)
	return i
}

func (i *image) manifest() []byte {
	m := object{
		"schemaVersion": 2, "mediaType": typeManifest, "config": describe(typeConfig, i.config), "layers": []object{},
		"annotations": object{"from": "manifest", "base": "manifest"},
	}
	for n := range i.stored {
		m["layers"] = append(m["layers"].([]object), describe(i.types[n], i.stored[n]))
	}
	if i.bend != nil {
		i.bend(m)
	}
	return encode(m)
}

// server is a registry on loopback, and a client of it.
func server(t *testing.T) (string, *registry.Client) {
	t.Helper()
	s := httptest.NewServer(ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(s.Close)
	host := strings.TrimPrefix(s.URL, "http://")
	c, err := registry.New(registry.Config{Hosts: map[string]registry.Host{host: {HTTP: true}}})
	if err != nil {
		t.Fatal(err)
	}
	return host, c
}

// onRegistry pushes images, several under an index, and returns the name.
func onRegistry(t *testing.T, images ...*image) (string, *registry.Client) {
	t.Helper()
	host, c := server(t)
	repo := host + "/app"
	put := func(ref string, raw []byte, mediaType string) {
		t.Helper()
		if _, err := c.PutManifest(t.Context(), repo, ref, raw, mediaType); err != nil {
			t.Fatal(err)
		}
	}
	var entries []object
	for _, i := range images {
		for _, b := range append([][]byte{i.config}, i.stored...) {
			if _, err := c.PutBlob(t.Context(), repo, b); err != nil {
				t.Fatal(err)
			}
		}
		put(string(verify.DigestOf(i.manifest())), i.manifest(), typeManifest)
		entries = append(entries, entryOf(i))
	}
	if len(images) == 1 {
		put("1", images[0].manifest(), typeManifest)
	} else {
		put("1", encode(object{"schemaVersion": 2, "mediaType": typeIndex, "manifests": entries}), typeIndex)
	}
	return repo + ":1", c
}

func entryOf(i *image) object {
	var c struct{ OS, Architecture string }
	if err := json.Unmarshal(i.config, &c); err != nil {
		panic(err)
	}
	e := describe(typeManifest, i.manifest())
	e["platform"] = object{"os": c.OS, "architecture": c.Architecture}
	e["annotations"] = object{"entry": "index", "base": "index"}
	return e
}

// inLayout writes a layout under the tag 1 and returns its directory.
func inLayout(t *testing.T, i *image) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, b []byte) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range append([][]byte{i.config, i.manifest()}, i.stored...) {
		write("blobs/sha256/"+verify.DigestOf(b).Hex(), b)
	}
	e := describe(typeManifest, i.manifest())
	e["annotations"] = object{"org.opencontainers.image.ref.name": "1", "base": "index"}
	write("index.json", encode(object{"schemaVersion": 2, "manifests": []object{e}}))
	write("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	return dir
}

// archived is what docker save writes of an image.
func archived(i *image) []byte {
	name := verify.DigestOf(i.config).Hex() + ".json"
	f := files{{name, string(i.config)}}
	var layers []string
	for n, plain := range i.plain {
		layers = append(layers, string(rune('a'+n))+"/layer.tar")
		f = append(f, [2]string{layers[n], string(plain)})
	}
	list := []object{{"Config": name, "RepoTags": []string{"app:1"}, "Layers": layers}}
	return append(f, [2]string{"manifest.json", string(encode(list))}).pack()
}

func inArchive(t *testing.T, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// inEngine serves an archive as an engine does, and returns its DOCKER_HOST.
func inEngine(t *testing.T, raw []byte) func(string) (string, bool) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("API-Version", "1.44") })
	mux.HandleFunc("GET /v1.44/images/get", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("names") != "app:1" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(raw)
	})
	s := httptest.NewUnstartedServer(mux)
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return func(name string) (string, bool) { return "unix://" + socket, name == "DOCKER_HOST" }
}
