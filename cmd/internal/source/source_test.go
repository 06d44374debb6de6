package source

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/layers"
	"github.com/pratique-dev/pratique/e2e/deptest"
	"github.com/pratique-dev/pratique/verify"
)

func TestDependencies(t *testing.T) {
	deptest.Never(t, ".", "os/exec", "github.com/pratique-dev/pratique/policy", "github.com/pratique-dev/pratique/verify/cosign",
		"github.com/pratique-dev/pratique/verify/registry", "github.com/pratique-dev/pratique/cmd/internal/cli")
}

// one opens an image of one platform and reads its layers.
func one(ctx context.Context, asked string, o Options) (Target, *cis.LayersFact, error) {
	targets, err := Open(ctx, asked, o)
	if err != nil {
		return Target{}, nil, err
	}
	if len(targets) != 1 {
		return Target{}, nil, errors.New("not one target")
	}
	c, err := cis.ParseContents(targets[0].Config)
	if err != nil {
		return Target{}, nil, err
	}
	fact, err := targets[0].Layers(ctx, c.User)
	return targets[0], fact, err
}

func TestSameFindingsFromEverySource(t *testing.T) {
	i := build("amd64", sample())
	name, client := onRegistry(t, i)
	dir, file := inLayout(t, i), inArchive(t, archived(i))
	o := Options{Registry: client, Layers: layers.Options{Contents: true}, LookupEnv: inEngine(t, archived(i))}

	want, fact, err := one(t.Context(), name, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(fact.SetUID) != 2 || fact.Passwd == nil || !fact.Passwd.Found || len(fact.Secrets) == 0 || !fact.Secrets[0].Deleted || fact.Packages == nil || fact.Compressed == 0 {
		t.Fatalf("the sample does not show enough: %+v", fact)
	}
	facts, _ := json.Marshal(fact)
	for asked, wantManifest := range map[string]bool{
		"oci:" + dir: true, "oci:" + dir + ":1": true, "oci:" + dir + ":@" + string(want.Manifest): true,
		"docker-archive:" + file: false, "docker-archive:" + file + ":app:1": false, "docker-daemon:app:1": false,
	} {
		got, gotFact, err := one(t.Context(), asked, o)
		if err != nil {
			t.Errorf("%s: %v", asked, err)
			continue
		}
		if (gotFact.Compressed != 0) != wantManifest {
			t.Errorf("%s: %d bytes are pulled", asked, gotFact.Compressed)
		}
		gotFact.Compressed = fact.Compressed
		if b, _ := json.Marshal(gotFact); string(b) != string(facts) {
			t.Errorf("%s:\n%s\nthe registry has\n%s", asked, b, facts)
		}
		if string(got.Config) != string(want.Config) || got.Platform != want.Platform || got.Asked != asked || (got.Manifest == want.Manifest) != wantManifest {
			t.Errorf("%s: %+v", asked, got)
		}
	}
}

func TestPlatforms(t *testing.T) {
	name, client := onRegistry(t, build("amd64", sample()), build("arm64", sample()[:1]))
	targets, err := Open(t.Context(), name, Options{Registry: client})
	if err != nil || len(targets) != 2 || targets[1].Platform.String() != "linux/arm64" {
		t.Fatalf("%+v, %v", targets, err)
	}
	for want, n := range map[string]int{"linux/arm64": 1, "linux/s390x": 0} {
		p, err := verify.ParsePlatform(want)
		if err != nil {
			t.Fatal(err)
		}
		targets, err := Open(t.Context(), name, Options{Registry: client, Platform: &p})
		if err != nil || len(targets) != n || n == 1 && targets[0].Platform != p {
			t.Errorf("%s: %+v, %v", want, targets, err)
		}
		file := inArchive(t, archived(build("arm64", sample())))
		if targets, err = Open(t.Context(), "docker-archive:"+file, Options{Platform: &p}); err != nil || len(targets) != n {
			t.Errorf("%s of an archive: %+v, %v", want, targets, err)
		}
	}
}

func TestAnnotations(t *testing.T) {
	i := build("amd64", sample())
	name, client := onRegistry(t, i, build("arm64", sample()))
	targets, err := Open(t.Context(), name, Options{Registry: client})
	if err != nil {
		t.Fatal(err)
	}
	if a := targets[0].Annotations; a["from"] != "manifest" || a["base"] != "manifest" || a["entry"] != "index" {
		t.Errorf("registry: %v", a)
	}
	if targets, err = Open(t.Context(), "oci:"+inLayout(t, i), Options{}); err != nil {
		t.Fatal(err)
	}
	if a := targets[0].Annotations; a["base"] != "manifest" || a["org.opencontainers.image.ref.name"] != "1" {
		t.Errorf("layout: %v", a)
	}
}

func TestConfigOnly(t *testing.T) {
	i := build("amd64", sample())
	name, client := onRegistry(t, i)
	o := Options{Registry: client, ConfigOnly: true}
	for _, asked := range []string{name, "oci:" + inLayout(t, i), "docker-archive:" + inArchive(t, archived(i))} {
		targets, err := Open(t.Context(), asked, o)
		if err != nil || len(targets) != 1 || string(targets[0].Config) != string(i.config) {
			t.Errorf("%s: %+v, %v", asked, targets, err)
			continue
		}
		if fact, err := targets[0].Layers(t.Context(), ""); fact != nil || !errors.Is(err, errConfigOnly) {
			t.Errorf("%s: %+v, %v", asked, fact, err)
		}
	}
}

// The config is what was signed; layers that it does not name are others.
func TestLayersThatTheConfigDoesNotName(t *testing.T) {
	setDiffIDs := func(change func([]string) []string) func(object) {
		return func(config object) {
			r := config["rootfs"].(object)
			r["diff_ids"] = change(slices.Clone(r["diff_ids"].([]string)))
		}
	}
	for name, change := range map[string]func([]string) []string{
		"one less":      func(d []string) []string { return d[:2] },
		"one more":      func(d []string) []string { return append(d, d[0]) },
		"none":          func([]string) []string { return nil },
		"another order": func(d []string) []string { return []string{d[1], d[0], d[2]} },
		"another":       func(d []string) []string { d[1] = string(verify.DigestOf([]byte("x"))); return d },
		"not a digest":  func(d []string) []string { d[1] = ""; return d },
	} {
		i := build("amd64", sample(), setDiffIDs(change))
		ref, client := onRegistry(t, i)
		o := Options{Registry: client, LookupEnv: inEngine(t, archived(i))}
		for _, asked := range []string{ref, "oci:" + inLayout(t, i), "docker-archive:" + inArchive(t, archived(i)), "docker-daemon:app:1"} {
			if _, fact, err := one(t.Context(), asked, o); !errors.Is(err, verify.ErrInvalid) || fact != nil {
				t.Errorf("%s, %s: %+v, %v", name, asked, fact, err)
			}
		}
	}
}

func TestThreat2_SwappedLayers(t *testing.T) {
	i := build("amd64", sample())
	evil := build("amd64", []files{{{"bin/sh+s", "evil"}}})
	swapped := *i
	swapped.plain = append([][]byte{evil.plain[0]}, i.plain[1:]...)
	if _, fact, err := one(t.Context(), "docker-archive:"+inArchive(t, archived(&swapped)), Options{}); !errors.Is(err, verify.ErrInvalid) || fact != nil {
		t.Errorf("archive: %+v, %v", fact, err)
	}
	swapped = *i
	swapped.stored = append([][]byte{evil.stored[0]}, i.stored[1:]...)
	name, client := onRegistry(t, &swapped)
	if _, fact, err := one(t.Context(), name, Options{Registry: client}); !errors.Is(err, verify.ErrInvalid) || fact != nil {
		t.Errorf("registry: %+v, %v", fact, err)
	}
	junk := *i
	junk.plain = append([][]byte{[]byte("no archive")}, i.plain[1:]...)
	if _, fact, err := one(t.Context(), "docker-archive:"+inArchive(t, archived(&junk)), Options{}); !errors.Is(err, verify.ErrInvalid) || fact != nil {
		t.Errorf("no layer: %+v, %v", fact, err)
	}
}

// A layer that its manifest lists and that is not there is no absence.
func TestMissingLayer(t *testing.T) {
	i := build("amd64", sample())
	i.bend = func(m object) { m["layers"].([]object)[1] = describe(typeLayer, []byte("missing")) }
	name, client := onRegistry(t, i)
	for _, asked := range []string{name, "oci:" + inLayout(t, i)} {
		if _, fact, err := one(t.Context(), asked, Options{Registry: client}); !errors.Is(err, verify.ErrInvalid) || errors.Is(err, verify.ErrNone) || fact != nil {
			t.Errorf("%s: %+v, %v", asked, fact, err)
		}
	}
}

func TestErrors(t *testing.T) {
	i := build("amd64", sample())
	name, client := onRegistry(t, i)
	dir, file := inLayout(t, i), inArchive(t, archived(i))
	strange := inArchive(t, archived(build("amd64", sample(), func(c object) { c["os"] = "LINUX" })))
	o := Options{Registry: client, LookupEnv: inEngine(t, archived(i))}
	for asked, want := range map[string]error{
		strings.TrimSuffix(name, "1") + "2":          verify.ErrNone,
		"oci:" + dir + ":2":                          verify.ErrNone,
		"oci:" + dir + "/missing":                    fs.ErrNotExist,
		"docker-archive:" + file + ":other":          verify.ErrNone,
		"docker-archive:" + file + ".missing":        fs.ErrNotExist,
		"docker-archive:" + dir + "/index.json":      verify.ErrInvalid,
		"docker-archive:" + strange:                  verify.ErrInvalid,
		"docker-daemon:app:2":                        verify.ErrNone,
		"oci:":                                       nil,
		"docker-archive:":                            nil,
		"docker-daemon:":                             nil,
		"oci:" + dir + ":@sha512:aa":                 nil,
		"docker-archive:" + dir:                      nil,
		"oci:" + file:                                nil,
		"registry.example/app:1@sha256:not-a-digest": nil,
	} {
		targets, err := Open(t.Context(), asked, o)
		if err == nil || targets != nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v", asked, targets, err)
		}
	}
	_, err := Open(t.Context(), "docker-daemon:app:2", o)
	if Hint(err) != "docker pull app:2" || Hint(errors.New("other")) != "" {
		t.Errorf("hint %q", Hint(err))
	}
	if _, err := Open(t.Context(), "docker-archive:"+file+".missing", o); !strings.Contains(Hint(err), "path") {
		t.Errorf("hint %q", Hint(err))
	}
}

func TestCancelled(t *testing.T) {
	i := build("amd64", sample())
	file := inArchive(t, archived(i))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, o := range []Options{{}, {ConfigOnly: true}} {
		if _, err := Open(ctx, "docker-archive:"+file, o); !errors.Is(err, context.Canceled) || errors.Is(err, verify.ErrInvalid) {
			t.Errorf("config only %v: %v", o.ConfigOnly, err)
		}
	}
}

func TestTooManyLayers(t *testing.T) {
	s := &scanner{ctx: t.Context(), found: map[string]scanned{}}
	for n := range maxScanned {
		if err := s.layer(string(rune('a'+n)), strings.NewReader("no layer")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.layer("one more", strings.NewReader("no layer")); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	s = &scanner{ctx: t.Context(), found: map[string]scanned{}, files: maxFiles}
	if err := s.layer("a", io.MultiReader(strings.NewReader(string(sample()[0].pack())))); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("files: %v", err)
	}
}

// A file costs what its directories do, in an archive as on a registry.
func TestThreat84_DeepFilesOfAnArchive(t *testing.T) {
	deep := string(files{{"a/b/c/d", "x"}}.pack())
	s := &scanner{ctx: t.Context(), found: map[string]scanned{}, files: maxFiles - 3}
	if err := s.layer("a", strings.NewReader(deep)); !errors.Is(err, verify.ErrInvalid) {
		t.Errorf("%v", err)
	}
}

func TestSplit(t *testing.T) {
	for asked, want := range map[string][2]string{
		"app:1": {"", "app:1"}, "h.io/oci:1": {"", "h.io/oci:1"}, "oci:dir:1": {"oci", "dir:1"},
		"docker-archive:a.tar": {"docker-archive", "a.tar"}, "docker-daemon:app:1": {"docker-daemon", "app:1"}, "oci": {"", "oci"}, "oci:": {"oci", ""},
	} {
		if scheme, rest := Split(asked); scheme != want[0] || rest != want[1] {
			t.Errorf("%s: %q, %q", asked, scheme, rest)
		}
	}
	for rest, want := range map[string][2]string{
		"dir": {"dir", ""}, "dir:1": {"dir", "1"}, "a.tar:app:1": {"a.tar", "app:1"}, "": {"", ""}, ":1": {"", "1"},
	} {
		if file, name := split(rest); file != want[0] || name != want[1] {
			t.Errorf("%s: %q, %q", rest, file, name)
		}
	}
}
