package cis

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// doc builds a config; keys of run go below "config".
type doc struct {
	os      string
	run     map[string]any
	history []HistoryEntry
	// layers is the number of diff ids, -1 for as many as the history tells.
	layers int
	top    map[string]any
}

func (d doc) bytes(t testing.TB) []byte {
	t.Helper()
	m := map[string]any{"os": "linux", "architecture": "amd64", "created": "2026-01-02T03:04:05.000000006Z"}
	if d.os != "" {
		m["os"] = d.os
	}
	n := d.layers
	if n < 0 {
		n = 0
		for _, h := range d.history {
			if !h.EmptyLayer {
				n++
			}
		}
	}
	ids := []string{}
	for i := range n {
		ids = append(ids, fmt.Sprintf("sha256:%064x", i))
	}
	m["config"] = d.run
	m["history"] = d.history
	m["rootfs"] = map[string]any{"type": "layers", "diff_ids": ids}
	for k, v := range d.top {
		m[k] = v
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (d doc) contents(t testing.TB) Contents {
	t.Helper()
	c, err := ParseContents(d.bytes(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// judged is the finding of one control under the default parameters.
func judged(t testing.TB, c Contents, id string) Finding {
	t.Helper()
	for _, f := range Judge(Collect(c), DefaultParameters()) {
		if f.Control == id {
			return f
		}
	}
	t.Fatalf("no finding for %s", id)
	return Finding{}
}

func bk(by string) HistoryEntry {
	return HistoryEntry{Created: "2026-01-02T03:04:05Z", CreatedBy: by, Comment: "buildkit.dockerfile.v0", EmptyLayer: !strings.HasSuffix(by, "# buildkit")}
}

// bkRun is BuildKit's row for a shell-form RUN.
func bkRun(script string) HistoryEntry { return bk("RUN /bin/sh -c " + script + " # buildkit") }

func classic(by string) HistoryEntry {
	return HistoryEntry{Created: "2026-01-02T03:04:05Z", CreatedBy: by, EmptyLayer: strings.Contains(by, "#(nop)") && !strings.Contains(by, " ADD ") && !strings.Contains(by, " COPY ")}
}

// base is the lowest layer of most images.
func base() HistoryEntry { return bk("ADD alpine-minirootfs-3.22.0-x86_64.tar.gz / # buildkit") }

// random36 is letters and digits as a token has them; it is no token.
func filler(n int) string {
	const alphabet = "k3Jx9QmZp7VtR2bLw8YsN5cHd4GfA6uE1"
	return strings.Repeat(alphabet, n/len(alphabet)+1)[:n]
}
