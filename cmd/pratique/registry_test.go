package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// stage is a script's registries and the faults they have been told to show.
type stage struct {
	mu     sync.Mutex
	faults []faultRule
}

// faultRule answers requests whose method and path match with a status code.
type faultRule struct {
	method, path string
	code         int
}

type stageKey struct{}

func setup(env *testscript.Env) error {
	s := &stage{}
	for name, referrers := range map[string]bool{"REGISTRY": true, "PLAIN": false} {
		h := registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(referrers))
		srv := httptest.NewServer(s.wrap(h))
		env.Defer(srv.Close)
		env.Setenv(name, strings.TrimPrefix(srv.URL, "http://"))
	}
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("COSIGN_PASSWORD", "correct horse")
	env.Values[stageKey{}] = s
	return nil
}

func (s *stage) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		faults := s.faults
		s.mu.Unlock()
		for _, f := range faults {
			if r.Method == f.method && strings.Contains(r.URL.Path, f.path) {
				w.WriteHeader(f.code)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// fault METHOD PATH-PART CODE makes the registries fail from now on.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fault METHOD path-part code")
	}
	code, err := strconv.Atoi(args[2])
	ts.Check(err)
	s := ts.Value(stageKey{}).(*stage)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faultRule{args[0], args[1], code})
}

// push REGISTRY/repo:tag [user=U] [env=K=V] [history=TEXT] [healthcheck]
// [file=PATH:TEXT] [setuid=PATH:TEXT] pushes a one-layer linux/amd64 image and sets $DIGEST.
func push(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: push name:tag [user=U] [env=K=V] [history=TEXT] [healthcheck]")
	}
	tag, err := name.NewTag(args[0])
	ts.Check(err)
	image := buildImage(ts, args[1:])
	ts.Check(remote.Write(tag, image))
	d, err := image.Digest()
	ts.Check(err)
	ts.Setenv("DIGEST", d.String())
}

// pushindex REGISTRY/repo:tag [image options] pushes an index of linux/amd64
// and linux/arm64 images and an attestation manifest as BuildKit adds them, and
// sets $DIGEST, $AMD64 and $ARM64.
func pushIndex(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: pushindex name:tag [image options]")
	}
	tag, err := name.NewTag(args[0])
	ts.Check(err)
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range []string{"amd64", "arm64", "unknown"} {
		image := buildImage(ts, args[1:])
		file, err := image.ConfigFile()
		ts.Check(err)
		file = file.DeepCopy()
		file.Architecture = arch
		image, err = mutate.ConfigFile(image, file)
		ts.Check(err)
		platform := &v1.Platform{OS: "linux", Architecture: arch}
		if arch == "unknown" {
			platform.OS = "unknown"
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
		d, err := image.Digest()
		ts.Check(err)
		ts.Setenv(strings.ToUpper(arch), d.String())
	}
	ts.Check(remote.WriteIndex(tag, index))
	d, err := index.Digest()
	ts.Check(err)
	ts.Setenv("DIGEST", d.String())
}

func buildImage(ts *testscript.TestScript, options []string) v1.Image {
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	config := v1.Config{Entrypoint: []string{"/app"}}
	history := []v1.History{{CreatedBy: "COPY app /app # buildkit", Comment: "buildkit.dockerfile.v0"}}
	files := []file{{"app", strings.Join(options, " "), 0o755}}
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		switch key {
		case "user":
			config.User = value
		case "env":
			config.Env = append(config.Env, value)
		case "history":
			history = append(history, v1.History{CreatedBy: value, Comment: "buildkit.dockerfile.v0", EmptyLayer: true})
		case "file", "setuid":
			path, text, _ := strings.Cut(value, ":")
			mode := map[string]int64{"file": 0o644, "setuid": 0o4755}[key]
			files = append(files, file{path, text, mode})
		case "healthcheck":
			config.Healthcheck = &v1.HealthConfig{Test: []string{"CMD", "/app", "-health"}}
		default:
			ts.Fatalf("push: unknown option %q", o)
		}
	}
	layer := static.NewLayer(archive(ts, files), types.OCIUncompressedLayer)
	image, err := mutate.Append(base, mutate.Addendum{Layer: layer, History: history[0]})
	ts.Check(err)
	written, err := image.ConfigFile()
	ts.Check(err)
	written = written.DeepCopy()
	written.OS, written.Architecture, written.Config = "linux", "amd64", config
	written.History = append(written.History, history[1:]...)
	image, err = mutate.ConfigFile(image, written)
	ts.Check(err)
	return image
}

// file is a file of an image's one layer.
type file struct {
	path, text string
	mode       int64
}

func archive(ts *testscript.TestScript, files []file) []byte {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	for _, f := range files {
		ts.Check(t.WriteHeader(&tar.Header{Name: f.path, Mode: f.mode, Size: int64(len(f.text)), Typeflag: tar.TypeReg}))
		_, err := t.Write([]byte(f.text))
		ts.Check(err)
	}
	ts.Check(t.Close())
	return b.Bytes()
}

// copytag FROM TO stores the manifest that FROM names as TO.
func copyTag(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copytag from to")
	}
	from, err := name.ParseReference(args[0])
	ts.Check(err)
	to, err := name.NewTag(args[1])
	ts.Check(err)
	image, err := remote.Image(from)
	ts.Check(err)
	ts.Check(remote.Write(to, image))
}

// json PATH WANT checks one field of the JSON object on stdout, such as
// "reasons.0.code".
func jsonField(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] json path.to.field want")
	}
	got := lookup(ts, args[0])
	text, ok := got.(string)
	if !ok {
		raw, err := json.Marshal(got)
		ts.Check(err)
		text = string(raw)
	}
	if (text == args[1]) == neg {
		ts.Fatalf("json %s is %s, want %s", args[0], text, args[1])
	}
}

// count PATH N checks the length of a list in the JSON object on stdout.
func countItems(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: count path.to.list n")
	}
	items, ok := lookup(ts, args[0]).([]any)
	if !ok || strconv.Itoa(len(items)) != args[1] {
		ts.Fatalf("%s has %d items, want %s", args[0], len(items), args[1])
	}
}

func lookup(ts *testscript.TestScript, path string) any {
	var v any
	ts.Check(json.NewDecoder(strings.NewReader(ts.ReadFile("stdout"))).Decode(&v))
	for _, part := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(x) {
				ts.Fatalf("json %s: no element %s", path, part)
			}
			v = x[i]
		default:
			ts.Fatalf("json %s: nothing at %s", path, part)
		}
	}
	return v
}

// reason CODE wants a reason with that code in the decision on stdout.
func reason(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] reason code")
	}
	reasons, _ := lookup(ts, "reasons").([]any)
	found := false
	for _, r := range reasons {
		found = found || r.(map[string]any)["code"] == args[0]
	}
	if found == neg {
		ts.Fatalf("reason %s: found %v, among %v", args[0], found, reasons)
	}
}
