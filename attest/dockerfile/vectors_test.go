package dockerfile

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

// vector is one scenario: a Dockerfile, with or without an image, and what one
// control makes of it. A key nobody knows is an error.
//
//	control: 4.9
//	status: fail
//	evidence: here document
//	line: 7
//	origin: own
//	target, platform, arg: as a build is told
//
// The files are Dockerfile, config.json, base.json (a BaseFact) and facts.json
// (a LayersFact). {{text}} stands for 16 letters and digits, and {{aws}} for a
// key of that shape, so that no file holds one.
type vector struct {
	control, status, evidence, origin string
	line                              int
	o                                 Options
	contents                          cis.Contents
}

func readVector(t *testing.T, file string) vector {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	v := vector{o: Options{Args: map[string]string{}}}
	for _, line := range strings.Split(strings.TrimSpace(string(a.Comment)), "\n") {
		key, value, ok := strings.Cut(line, ": ")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		if !ok || !v.set(key, strings.TrimSpace(value)) {
			t.Fatalf("%s: %q is no key of a vector", file, line)
		}
	}
	for _, f := range a.Files {
		v.read(t, file, f)
	}
	return v
}

func (v *vector) set(key, value string) bool {
	var err error
	switch key {
	case "control":
		v.control = value
	case "status":
		v.status = value
	case "evidence":
		v.evidence = value
	case "origin":
		v.origin = value
	case "line":
		v.line, err = strconv.Atoi(value)
	case "target":
		v.o.Target = value
	case "platform":
		v.o.Platform = value
	case "arg":
		name, arg, _ := strings.Cut(value, "=")
		v.o.Args[name] = strings.ReplaceAll(arg, "{{text}}", secretstest.Text(16))
	default:
		return false
	}
	return err == nil
}

func (v *vector) read(t *testing.T, file string, f txtar.File) {
	t.Helper()
	var err error
	data := bytes.ReplaceAll(f.Data, []byte("{{text}}"), []byte(secretstest.Text(16)))
	data = bytes.ReplaceAll(data, []byte("{{aws}}"), []byte(secretstest.All()["aws-access-key-id"]))
	switch f.Name {
	case "Dockerfile":
		v.contents.Dockerfile, _, err = Parse(data, v.o)
	case "config.json":
		d, l, b := v.contents.Dockerfile, v.contents.Layers, v.contents.Base
		v.contents, err = cis.ParseContents(data)
		v.contents.Dockerfile, v.contents.Layers, v.contents.Base = d, l, b
	case "facts.json":
		err = json.Unmarshal(data, &v.contents.Layers)
	case "base.json":
		err = json.Unmarshal(data, &v.contents.Base)
	default:
		t.Fatalf("%s: no vector has a file %q", file, f.Name)
	}
	if err != nil {
		t.Fatalf("%s: %s: %v", file, f.Name, err)
	}
}

func vectorFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/vectors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

func TestVectors(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range vectorFiles(t) {
		v := readVector(t, file)
		seen[v.control+" "+v.status] = true
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { v.check(t) })
	}
	// That nothing was found to turn verification off is for a person to judge.
	good := map[string]string{"4.1": "pass", "4.6": "pass", "4.7": "pass", "4.9": "pass", "4.10": "pass", "4.11": "manual"}
	for id, status := range good {
		if !seen[id+" "+status] || !seen[id+" fail"] {
			t.Errorf("%s: no vector that is %s, or none that fails", id, status)
		}
	}
}

func (v vector) check(t *testing.T) {
	i := slices.IndexFunc(cis.Section4(), func(c cis.Control) bool { return c.ID == v.control })
	if i < 0 {
		t.Fatalf("%q is no control", v.control)
	}
	f := cis.Judge(cis.Collect(v.contents), cis.DefaultParameters())[i]
	if f.Status.String() != v.status || !strings.Contains(strings.Join(f.Evidence, "\n"), v.evidence) {
		t.Errorf("%s %q, want %s saying %q", f.Status, f.Evidence, v.status, v.evidence)
	}
	if v.origin != "" && string(f.Origin) != v.origin {
		t.Errorf("origin %s, want %s", f.Origin, v.origin)
	}
	at := func(i cis.Item) bool { return i.Status == f.Status && i.At.Line == v.line }
	if v.line != 0 && !slices.ContainsFunc(f.Items, at) {
		t.Errorf("no item on line %d: %+v", v.line, f.Items)
	}
}

// No vector is a file that a build would not take.
func TestVectorsAreComplete(t *testing.T) {
	for _, file := range vectorFiles(t) {
		v := readVector(t, file)
		if _, err := cis.ParseStatus(v.status); err != nil || v.contents.Dockerfile == nil && v.contents.ConfigDigest == "" {
			t.Errorf("%s: %v, or neither Dockerfile nor config", file, err)
		}
		if b, err := os.ReadFile(file); err != nil || len(b) > 8<<10 {
			t.Errorf("%s: %v, %d bytes", file, err, len(b))
		}
	}
}
