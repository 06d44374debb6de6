package cis

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify/wire"
)

func TestParseContents(t *testing.T) {
	c := doc{
		run: map[string]any{
			"User": "1:2", "Env": []string{"A=b"}, "Cmd": []string{"x"}, "Entrypoint": []string{"y"}, "OnBuild": []string{"RUN z"},
			"Labels": map[string]string{"maintainer": "a", "Maintainer": "b"}, "ExposedPorts": map[string]any{"80/tcp": map[string]any{}, "22/tcp": map[string]any{}},
			"Healthcheck": map[string]any{"Test": []string{"CMD", "h"}, "Interval": 5},
		},
		history: []HistoryEntry{base(), bk("CMD x")}, layers: -1,
		top: map[string]any{"variant": "v8", "architecture": "arm64", "unknown": map[string]any{"user": 1, "User": 2}},
	}.contents(t)
	if c.User != "1:2" || c.Env[0] != "A=b" || c.Cmd[0] != "x" || c.Entrypoint[0] != "y" || c.OnBuild[0] != "RUN z" || len(c.Labels) != 2 ||
		c.ExposedPorts[0] != "22/tcp" || c.Healthcheck.Interval != 5 || len(c.History) != 2 || len(c.DiffIDs) != 1 || c.Created == "" {
		t.Errorf("%+v", c)
	}
	if c.Platform() != "linux/arm64/v8" || !strings.HasPrefix(c.ConfigDigest, "sha256:") {
		t.Errorf("%s %s", c.Platform(), c.ConfigDigest)
	}
}

// Threat 56: an engine decodes with encoding/json, which folds case and lets
// the last of two keys win. What we read has to be what it reads.
func TestThreat56_AmbiguousConfig(t *testing.T) {
	for name, config := range map[string]string{
		"repeated key":        `{"config":{"User":"1","User":"0"}}`,
		"repeated object":     `{"config":{"User":"1"},"config":{"User":"0"}}`,
		"folded key":          `{"config":{"User":"1","user":"0"}}`,
		"folded key alone":    `{"config":{"USER":"1"}}`,
		"folded object":       `{"Config":{"User":"1"}}`,
		"kelvin sign":         `{"config":{"HealthchecK":{"Test":["NONE"]}}}`,
		"long s":              `{"hiſtory":[]}`,
		"folded in history":   `{"history":[{"Created_By":"x"}]}`,
		"folded in health":    `{"config":{"Healthcheck":{"test":["NONE"]}}}`,
		"repeated label":      `{"config":{"Labels":{"a":"1","a":"2"}}}`,
		"repeated in unknown": `{"x":{"a":1,"a":2}}`,
		"second document":     `{} {}`,
		"trailing text":       `{}x`,
		"byte order mark":     "\xef\xbb\xbf{}",
		"invalid utf-8":       "{\"config\":{\"User\":\"\xff\"}}",
		"no object":           `[]`,
		"null":                `null`,
		"empty":               ``,
		"cut off":             `{"config":{"User":"1"`,
		"wrong type":          `{"config":{"User":1}}`,
		"wrong list":          `{"config":{"Env":"A=b"}}`,
		"deep":                `{"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	} {
		if c, err := ParseContents([]byte(config)); err == nil {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}

func TestThreat64_ConfigLimits(t *testing.T) {
	big := append(append([]byte(`{"x":"`), bytes.Repeat([]byte("a"), wire.MaxConfig)...), `"}`...)
	rows := `{"history":[` + strings.TrimSuffix(strings.Repeat(`{},`, maxHistory+1), ",") + `]}`
	env := `{"config":{"Env":[` + strings.TrimSuffix(strings.Repeat(`"",`, maxList+1), ",") + `]}}`
	for name, config := range map[string][]byte{"bytes": big, "history": []byte(rows), "env": []byte(env)} {
		if _, err := ParseContents(config); err == nil {
			t.Errorf("%s: no limit", name)
		}
	}
}

func TestOldConfigs(t *testing.T) {
	c, err := ParseContents([]byte(`{"config":{"Cmd":"sh","Entrypoint":null,"Labels":null,"Healthcheck":null},"history":null,"container_config":{"user":"x"}}`))
	if err != nil || len(c.Cmd) != 1 || c.Cmd[0] != "sh" || c.Healthcheck != nil {
		t.Errorf("%+v %v", c, err)
	}
}

func TestHistoryTextIsBounded(t *testing.T) {
	rows := []HistoryEntry{}
	for range 2000 {
		rows = append(rows, bkRun(strings.Repeat("echo é ", 400)))
	}
	h := Collect(doc{history: rows, layers: -1}.contents(t)).History
	total := 0
	for _, r := range h.Rows {
		total += len(r.Text)
		if len(r.Text) > maxRowText || !r.Cut || strings.ContainsRune(r.Text, '\uFFFD') {
			t.Fatalf("row of %d bytes, cut %v", len(r.Text), r.Cut)
		}
	}
	if len(h.Rows) != 2000 || total > maxHistoryText {
		t.Errorf("%d rows, %d bytes", len(h.Rows), total)
	}
}

// What is refused for its length must not be built first.
func TestThreat87_ConfigOfEmptyRows(t *testing.T) {
	for name, config := range map[string]string{
		"rows": `{"history":[` + strings.Repeat("{},", 1<<20) + `{}]}`,
		"keys": `{"config":{"Labels":{` + manyKeys(1<<20) + `}}}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseContents([]byte(config))
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 32<<20 {
			t.Errorf("%s: %d bytes for %d, %v", name, took, len(config), err)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"%x":"",`, i)
	}
	return strings.TrimSuffix(b.String(), ",")
}
