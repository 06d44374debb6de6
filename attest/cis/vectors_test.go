package cis

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets"
	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
	"github.com/rogpeppe/go-internal/txtar"
)

// A vector is a txtar below testdata/<control>. Its comment says what is
// wanted: "control: 4.10", "status: fail", "origin: base", and any number of
// lines "evidence: text" and "absent: text" about the evidence. A line
// "deleted: layers/1/path" says that a later layer deletes the file. Files:
//
//	config.json    the image's config; an empty one where it is absent
//	base.json      a BaseFact
//	facts.json     a LayersFact; one of searched layers where it is absent
//	layers/N/path  a file of layer N, in which secrets are searched
//
// {{id}} stands for the sample of a rule for secrets, and {{text}} for 16 letters and
// digits, so that no file has the shape of a credential.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/4.*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			wanted := comment(t, string(ar.Comment))
			for _, control := range wanted["control"] {
				wanted.check(t, judged(t, vectorContents(t, ar, wanted), control))
			}
		})
	}
}

type wants map[string][]string

func comment(t *testing.T, text string) wants {
	w := wants{}
	for _, line := range strings.Split(text, "\n") {
		key, value, ok := strings.Cut(line, ": ")
		switch {
		case !ok || strings.HasPrefix(line, "#"):
			continue
		case !slices.Contains([]string{"control", "status", "origin", "evidence", "absent", "deleted"}, key):
			t.Fatalf("the comment has an unknown key %q", key)
		}
		w[key] = append(w[key], value)
	}
	if len(w["control"]) == 0 || len(w["status"]) != 1 {
		t.Fatal("the comment names no control or no status")
	}
	return w
}

func (w wants) check(t *testing.T, f Finding) {
	t.Helper()
	all := strings.Join(f.Evidence, "\n")
	if f.Status.String() != w["status"][0] {
		t.Errorf("%s, want %s: %q", f.Status, w["status"][0], f.Evidence)
	}
	if o := w["origin"]; o != nil && string(f.Origin) != o[0] {
		t.Errorf("origin %s, want %s", f.Origin, o[0])
	}
	for _, e := range w["evidence"] {
		if !strings.Contains(all, e) {
			t.Errorf("no %q in %q", e, f.Evidence)
		}
	}
	for _, e := range w["absent"] {
		if strings.Contains(all, e) {
			t.Errorf("%q in %q", e, f.Evidence)
		}
	}
}

var sampleMark = regexp.MustCompile(`\{\{([a-z0-9-]+)\}\}`)

// fill puts samples where they are meant to be; in JSON with its escapes.
func fill(t *testing.T, name string, data []byte) []byte {
	all := secretstest.All()
	all["text"] = secretstest.Text(16)
	return sampleMark.ReplaceAllFunc(data, func(m []byte) []byte {
		s, ok := all[string(m[2:len(m)-2])]
		if !ok {
			t.Fatalf("no sample %s", m)
		}
		if !strings.Contains(name, "/") {
			quoted, _ := json.Marshal(s)
			s = string(quoted[1 : len(quoted)-1])
		}
		return []byte(s)
	})
}

func vectorContents(t *testing.T, ar *txtar.Archive, w wants) Contents {
	files := map[string][]byte{}
	for _, f := range ar.Files {
		files[f.Name] = fill(t, f.Name, f.Data)
	}
	config := files["config.json"]
	if config == nil {
		config = []byte(`{"os":"linux","architecture":"amd64"}`)
	}
	c, err := ParseContents(config)
	if err != nil {
		t.Fatal(err)
	}
	c.Layers = &LayersFact{Count: len(c.DiffIDs), Contents: true}
	for name, to := range map[string]any{"base.json": &c.Base, "facts.json": c.Layers} {
		if raw := files[name]; raw != nil {
			if err := json.Unmarshal(raw, to); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(name, "layers/") {
			c.Layers.Secrets = append(c.Layers.Secrets, secretsOfFile(t, name, files[name], slices.Contains(w["deleted"], name))...)
		}
	}
	return c
}

func secretsOfFile(t *testing.T, name string, content []byte, deleted bool) []SecretFile {
	number, path, _ := strings.Cut(strings.TrimPrefix(name, "layers/"), "/")
	layer, err := strconv.Atoi(number)
	if err != nil || path == "" {
		t.Fatalf("%s: not layers/N/path", name)
	}
	var out []SecretFile
	for _, f := range secrets.File(path, content, "sha256:"+number) {
		out = append(out, SecretFile{
			At: Place{Source: SourceLayer, Layer: layer, Path: path}, Rule: f.Rule, Line: f.Line, Name: f.Name,
			Length: f.Length, Entropy: f.Entropy, Fingerprint: f.Fingerprint, Deleted: deleted,
		})
	}
	return out
}
