package verify

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify/wire"
)

const (
	layerType  = "application/vnd.oci.image.layer.v1.tar+gzip"
	configType = "application/vnd.oci.image.config.v1+json"
)

func desc(mediaType string, more ...string) string {
	return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":7%s}`, mediaType, digestA, strings.Join(more, ""))
}

// object is {"schemaVersion":2,...} with the members given.
func object(members ...string) string {
	return `{"schemaVersion":2,` + strings.Join(members, ",") + `}`
}

func typed(t string) string { return fmt.Sprintf(`"mediaType":%q`, t) }

var (
	config    = `"config":` + desc(configType)
	layers    = `"layers":[` + desc(layerType) + `]`
	manifests = `"manifests":[` + desc(typeOCIManifest, `,"platform":{"os":"linux","architecture":"arm","variant":"v7","os.version":"1"}`) + `]`
)

func TestParseManifest(t *testing.T) {
	raw := []byte(object(typed(typeOCIManifest), `"artifactType":"a/b"`, config, layers,
		`"subject":`+desc(typeOCIIndex), `"annotations":{"k":"v"}`, `"unknown":[1]`))
	got, err := ParseManifest(raw, typeOCIManifest+"; charset=utf-8")
	if err != nil {
		t.Fatal(err)
	}
	want := Manifest{
		Raw: raw, Digest: DigestOf(raw), MediaType: typeOCIManifest, ArtifactType: "a/b",
		Config:      Descriptor{MediaType: configType, Digest: digestA, Size: 7},
		Layers:      []Descriptor{{MediaType: layerType, Digest: digestA, Size: 7}},
		Subject:     &Descriptor{MediaType: typeOCIIndex, Digest: digestA, Size: 7},
		Annotations: map[string]string{"k": "v"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestParseIndex(t *testing.T) {
	raw := []byte(object(typed(typeOCIIndex), manifests))
	got, err := ParseManifest(raw, "")
	if err != nil {
		t.Fatal(err)
	}
	want := Manifest{
		Raw: raw, Digest: DigestOf(raw), MediaType: typeOCIIndex, IsIndex: true,
		Manifests: []Descriptor{{
			MediaType: typeOCIManifest, Digest: digestA, Size: 7,
			Platform: &Platform{OS: "linux", Architecture: "arm", Variant: "v7"},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestParseManifestAccepts(t *testing.T) {
	for _, tt := range []struct {
		contentType string
		body        string
		index       bool
	}{
		{typeOCIManifest, object(config, layers), false},
		{typeOCIIndex, object(manifests), true},
		{typeDockerManifest, object(typed(typeDockerManifest), config, layers), false},
		{typeDockerList, object(typed(typeDockerList), manifests), true},
		{strings.ToUpper(typeDockerList), object(typed(typeDockerList), manifests), true},
		{"", object(typed(typeDockerManifest), config, layers), false},
		// An image without layers, as some builders write it.
		{"", object(typed(typeOCIManifest), config, `"layers":null`), false},
		{"", object(typed(typeOCIIndex), `"manifests":[]`), true},
		// A nested index is the resolver's to refuse.
		{"", object(typed(typeOCIIndex), `"manifests":[`+desc(typeOCIIndex)+`]`), true},
	} {
		m, err := ParseManifest([]byte(tt.body), tt.contentType)
		if err != nil || m.IsIndex != tt.index {
			t.Errorf("%s %s: index %v, %v", tt.contentType, tt.body, m.IsIndex, err)
		}
	}
}

// refuse tests that each body, named by why, is refused and how.
func refuse(t *testing.T, contentType string, bodies map[string]string) {
	t.Helper()
	for why, body := range bodies {
		m, err := ParseManifest([]byte(body), contentType)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v\n%.300s", why, err, body)
		}
		if m.Digest != "" || m.Raw != nil {
			t.Errorf("%s: a manifest beside the error", why)
		}
	}
}

func TestThreat8_ForeignLayers(t *testing.T) {
	urls := `,"urls":["https://evil.example/x"]`
	for name, body := range map[string]string{
		"url":    object(typed(typeOCIManifest), config, `"layers":[`+desc(layerType)+`,`+desc(layerType, urls)+`]`),
		"oci":    object(typed(typeOCIManifest), config, `"layers":[`+desc("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")+`]`),
		"docker": object(typed(typeDockerManifest), config, `"layers":[`+desc("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")+`]`),
		"config": object(typed(typeOCIManifest), `"config":`+desc(configType, urls), layers),
		"child":  object(typed(typeOCIIndex), `"manifests":[`+desc(typeOCIManifest, urls)+`]`),
	} {
		m, err := ParseManifest([]byte(body), "")
		if err != nil || !m.Foreign() {
			t.Errorf("%s: foreign %v, %v", name, m.Foreign(), err)
		}
	}
	m, err := ParseManifest([]byte(object(typed(typeOCIManifest), config, layers)), "")
	if err != nil || m.Foreign() {
		t.Errorf("foreign %v, %v", m.Foreign(), err)
	}
}

func TestThreat9_AmbiguousManifest(t *testing.T) {
	refuse(t, "", map[string]string{
		"a manifest that holds manifests":     object(typed(typeOCIManifest), config, layers, manifests),
		"an index that holds config or layer": object(typed(typeOCIIndex), layers, manifests),
	})
	refuse(t, "", map[string]string{
		"a manifest that holds manifests":      object(typed(typeDockerManifest), config, layers, `"manifests":null`),
		"an index that holds config or layers": object(typed(typeDockerList), config, manifests),
	})
	refuse(t, "", map[string]string{
		"a manifest that holds":               object(typed(typeOCIManifest), manifests),
		"an index that holds":                 object(typed(typeOCIIndex), `"layers":null`, manifests),
		"an index without manifests":          object(typed(typeOCIIndex)),
		"a manifest without config or layers": object(typed(typeOCIManifest), config),
		"fsLayers":                            object(typed(typeOCIManifest), config, layers, `"fsLayers":null`),
		"upper and lower case":                object(typed(typeOCIManifest), config, layers, `"Manifests":[]`),
		"twice":                               object(typed(typeOCIManifest), config, layers, layers),
		"layers: json: want an array":         object(typed(typeOCIManifest), config, `"layers":{}`),
	})
	refuse(t, "", map[string]string{
		"a manifest without config or layers": object(typed(typeOCIManifest), layers),
		"config: the digest":                  object(typed(typeOCIManifest), `"config":null`, layers),
	})
}

func TestThreat10_ContentTypeDiffersFromBody(t *testing.T) {
	manifest := object(typed(typeOCIManifest), config, layers)
	for _, header := range []string{typeOCIIndex, typeDockerManifest, "application/json", "text/plain", typeOCIManifest + "x"} {
		refuse(t, header, map[string]string{"the registry says": manifest})
	}
	refuse(t, "application/", map[string]string{"is malformed": manifest})
	refuse(t, typeOCIManifest+"; charset", map[string]string{"is malformed": manifest})
	for _, header := range []string{"", typeDockerManifest, typeDockerList, "application/json"} {
		refuse(t, header, map[string]string{"has no mediaType": object(config, layers)})
	}
	// A body that leaves its type to the header must have the header's shape.
	refuse(t, typeOCIIndex, map[string]string{"an index that holds": object(config, layers)})
	refuse(t, typeOCIManifest, map[string]string{"a manifest that holds": object(manifests)})
}

func TestThreat11_Schema1(t *testing.T) {
	const v1 = "application/vnd.docker.distribution.manifest.v1+"
	old := `"name":"x","tag":"y","fsLayers":[{"blobSum":"` + string(digestA) + `"}],"history":[]`
	for _, header := range []string{"", v1 + "json", v1 + "prettyjws"} {
		refuse(t, header, map[string]string{"schemaVersion is 1": `{"schemaVersion":1,` + old + `}`})
		refuse(t, header, map[string]string{"schemaVersion is 0": `{` + config + `,` + layers + `}`})
		refuse(t, header, map[string]string{"of schema 1": `{"schemaVersion":2,` + old + `}`})
		refuse(t, header, map[string]string{"schema 1, which": object(typed(v1+"json"), old)})
		refuse(t, header, map[string]string{"schema 1, which": object(typed(v1+"prettyjws"), config, layers)})
	}
	for _, member := range []string{`"fsLayers":[]`, `"signatures":[]`, `"history":[]`} {
		refuse(t, "", map[string]string{"of schema 1": object(typed(typeDockerManifest), config, layers, member)})
	}
	refuse(t, "", map[string]string{"schemaVersion is 3": `{"schemaVersion":3,` + typed(typeOCIManifest) + `,` + config + `,` + layers + `}`})
}

func TestThreat22_DescriptorDigests(t *testing.T) {
	for _, bad := range []string{
		"", "sha256:" + hexA[1:], "SHA256:" + hexA, "sha512:" + hexA + hexA, "md5:" + hexA[:32],
		"sha256:../../../../../etc/passwd", "sha256:" + strings.ToUpper(hexA),
	} {
		d := fmt.Sprintf(`{"mediaType":"a/b","digest":%q,"size":1}`, bad)
		refuse(t, "", map[string]string{
			"config: the digest":       object(typed(typeOCIManifest), `"config":`+d, layers),
			"layers[1]: the digest":    object(typed(typeOCIManifest), config, `"layers":[`+desc(layerType)+`,`+d+`]`),
			"manifests[0]: the digest": object(typed(typeOCIIndex), `"manifests":[`+d+`]`),
			"subject: the digest":      object(typed(typeOCIManifest), config, layers, `"subject":`+d),
		})
	}
}

func TestDescriptors(t *testing.T) {
	head := fmt.Sprintf(`{"mediaType":"a/b","digest":%q`, digestA)
	for member, why := range map[string]string{
		`{"digest":"` + string(digestA) + `","size":1}`:                                         "no media type",
		fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, strings.Repeat("m", 256), digestA): "no media type",
		head + `}`:                                "no size",
		head + `,"size":null}`:                    "no size",
		head + `,"size":-1}`:                      "no size",
		head + `,"size":1099511627777}`:           "no size",
		head + `,"size":9223372036854775808}`:     "whole number",
		head + `,"size":1.5}`:                     "whole number",
		head + `,"size":"1"}`:                     "whole number",
		head + `,"size":1,"Size":2}`:              "twice",
		head + `,"Size":1}`:                       "upper and lower case",
		head + `,"size":1,"digest":"x"}`:          "twice",
		head + `,"size":1,"urls":"x"}`:            "want an array",
		head + `,"size":1,"annotations":{"a":1}}`: "want a string",
		head + `,"size":1,"platform":{"os":"linux/amd64","architecture":"x"}}`:  "the platform holds",
		head + `,"size":1,"platform":{"os":"Linux","architecture":"x"}}`:        "the platform holds",
		head + `,"size":1,"platform":{"os":"linux","architecture":"\u001b[m"}}`: "the platform holds",
		head + `,"size":1,"platform":{"OS":"linux"}}`:                           "upper and lower case",
		`null`: "the digest",
		`7`:    "want an object",
	} {
		refuse(t, "", map[string]string{why: object(typed(typeOCIIndex), `"manifests":[`+member+`]`)})
	}
}

func TestThreat64_DeepManifest(t *testing.T) {
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	refuse(t, "", map[string]string{"nested more than 64": object(typed(typeOCIManifest), config, layers, `"x":`+deep)})
}

func TestThreat68_JunkAroundManifest(t *testing.T) {
	body := object(typed(typeOCIManifest), config, layers)
	refuse(t, "", map[string]string{
		"byte order mark": "\xef\xbb\xbf" + body,
		"goes on after":   body + "{}",
		"UTF-8":           strings.Replace(body, "layer", "l\xff", 1),
		"is empty":        "",
		"want an object":  "[]",
		"schemaVersion":   "null",
	})
}

func TestThreat87_GiantManifest(t *testing.T) {
	body := object(typed(typeOCIManifest), config, layers)
	padded := append([]byte(body), bytes.Repeat([]byte(" "), wire.MaxManifest-len(body))...)
	if _, err := ParseManifest(padded, ""); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	_, err := ParseManifest(append(padded, ' '), "")
	if !errors.Is(err, wire.ErrTooLarge) || !errors.Is(err, ErrInvalid) {
		t.Errorf("over the limit: %v", err)
	}
}

func TestUnknownManifestIsUnreadable(t *testing.T) {
	_, err := ParseManifest([]byte(object(typed("application/vnd.oci.artifact.manifest.v1+json"), `"blobs":[]`)), "")
	if !errors.Is(err, ErrUnreadable) || !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	_, err = ParseManifest([]byte(object(config, layers)), "")
	if errors.Is(err, ErrUnreadable) || !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestThreat66_ManifestErrorsArePrintable(t *testing.T) {
	for _, contentType := range []string{"", "\x1b[31m/x", "application/\u202ex"} {
		_, err := ParseManifest([]byte(object(`"mediaType":"\u001b[31m\u202e"`, config, layers)), contentType)
		if err == nil || strings.ContainsAny(err.Error(), "\x1b\u202e") {
			t.Errorf("got %q", err)
		}
	}
}

func TestThreat64_ManifestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, contentType := range []string{"", "application/" + long, typeOCIManifest} {
		_, err := ParseManifest([]byte(object(`"mediaType":"`+long+`"`, config, layers)), contentType)
		if err == nil || len(err.Error()) > 1<<10 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	}
}

// Empty descriptors take a hundred times their length once they are read.
func TestThreat87_EmptyDescriptors(t *testing.T) {
	raw := []byte(object(typed(typeOCIManifest), config, `"layers":[`+strings.Repeat("{},", 1<<20)+`{}]`))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ParseManifest(raw, "")
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 16<<20 {
		t.Errorf("%d bytes for %d: %v", took, len(raw), err)
	}
}
