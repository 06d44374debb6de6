package cis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
)

// Limits on what facts keep of a history.
const (
	maxRowText     = 1024      // bytes of one row
	maxHistoryText = 256 << 10 // bytes of all rows
)

// Facts is everything the controls of section 4 judge. A nil field was not
// collected, and its control is unknown. It is part of the attestation: its
// JSON names are stable. No field holds a secret's value.
//
// What config and history show comes first; a gate collects it again. Base,
// Layers and Dockerfile rest on the word of whoever audited.
type Facts struct {
	// RulesVersion is the version of the rules that collected the facts.
	RulesVersion string `json:"rulesVersion"`
	// ConfigDigest is the digest of the config they were collected from.
	ConfigDigest string `json:"configDigest"`
	// OS is the config's operating system, Created when it says the image was
	// made, Ports the privileged ports (below 1024) it exposes.
	OS          string           `json:"os"`
	Created     string           `json:"created,omitempty"`
	Ports       []string         `json:"privilegedPorts,omitempty"`
	User        *UserFact        `json:"user,omitempty"`
	Healthcheck *HealthcheckFact `json:"healthcheck,omitempty"`
	History     *HistoryFact     `json:"history,omitempty"`
	Updates     *UpdateFact      `json:"updates,omitempty"`
	Adds        *AddFact         `json:"adds,omitempty"`
	Secrets     *SecretFact      `json:"secrets,omitempty"`
	Switches    *SwitchFact      `json:"switches,omitempty"`
	// Base is the image below, nil where nobody names one.
	Base *BaseFact `json:"base,omitempty"`
	// Layers is nil where no layer was read.
	Layers *LayersFact `json:"layers,omitempty"`
	// Dockerfile is nil where none was given.
	Dockerfile *DockerfileFact `json:"dockerfile,omitempty"`
}

// Rows counts the rows of all lists, for a reader to bound.
func (f Facts) Rows() int {
	n := len(f.Ports)
	if f.History != nil {
		n += len(f.History.Rows)
	}
	n += hits(f.Updates, f.Adds, f.Secrets, f.Switches)
	if d := f.Dockerfile; d != nil {
		n += len(d.Bases) + len(d.Unclear) + hits(d.Updates, d.Adds, d.Secrets, d.Switches)
	}
	if l := f.Layers; l != nil {
		n += len(l.SetUID) + len(l.Secrets) + len(l.Switches) + len(l.Unread) + len(l.More) + len(l.Traits.Shells) + len(l.Traits.PackageManagers)
		if l.Packages != nil {
			n += len(l.Packages.List)
		}
	}
	return n
}

func hits(u *UpdateFact, a *AddFact, s *SecretFact, w *SwitchFact) int {
	n := 0
	if u != nil {
		n += len(u.Hits) + len(u.Unclear)
	}
	if a != nil {
		n += len(a.Hits)
	}
	if s != nil {
		n += len(s.Hits)
	}
	if w != nil {
		n += len(w.Hits) + len(w.Unclear)
	}
	return n
}

// HistoryFact is an image's history, normalised and redacted.
type HistoryFact struct {
	// Digest is the sha256 digest of the rows as stored, times included.
	Digest string       `json:"digest"`
	Rows   []HistoryRow `json:"rows"`
	// Unclear says why the history cannot show everything that was done, ""
	// where it can.
	Unclear string `json:"unclear,omitempty"`
}

// HistoryRow is one row of the history.
type HistoryRow struct {
	// Builder is who wrote the row: buildkit, classic, import or other.
	Builder Builder `json:"builder"`
	// Instruction is the Dockerfile instruction, "" where there is none.
	Instruction string `json:"instruction,omitempty"`
	// Text is the rest, redacted; Cut says that it is not all of it.
	Text       string `json:"text"`
	Cut        bool   `json:"cut,omitempty"`
	EmptyLayer bool   `json:"emptyLayer,omitempty"`
	// Layer is the layer the row made, from 1; 0 where it made none or the
	// history does not fit the layers.
	Layer int `json:"layer,omitempty"`
}

// baseFacts is what no single control owns.
func baseFacts(c Contents) Facts {
	return Facts{
		RulesVersion: RulesVersion,
		ConfigDigest: c.ConfigDigest,
		OS:           c.OS,
		Created:      c.Created,
		Ports:        privilegedPorts(c.ExposedPorts),
		History:      historyFact(c),
		Base:         c.Base,
		Layers:       c.Layers,
		Dockerfile:   dockerfileFact(c),
	}
}

func historyFact(c Contents) *HistoryFact {
	steps, r := c.reading().steps, c.reading().redactor
	h := &HistoryFact{Digest: historyDigest(c.History), Rows: []HistoryRow{}, Unclear: unclear(c, steps)}
	left := maxHistoryText
	for i, s := range steps {
		text, short := r.keep(s.Text, min(maxRowText, left))
		left -= len(text)
		h.Rows = append(h.Rows, HistoryRow{
			Builder:     s.Builder,
			Instruction: s.Instruction,
			Text:        text,
			Cut:         short,
			EmptyLayer:  c.History[i].EmptyLayer,
			Layer:       s.At.Layer,
		})
	}
	return h
}

// historyDigest covers the rows as stored. Their creation times keep it from
// being a way to try out guesses for what was redacted.
func historyDigest(rows []HistoryEntry) string {
	b, err := json.Marshal(rows)
	if err != nil {
		return "" // strings and bools always marshal
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// privilegedPorts are the exposed ports that only root could once listen on;
// ports is sorted.
func privilegedPorts(ports []string) []string {
	var out []string
	for _, p := range ports {
		number, _, _ := strings.Cut(p, "/")
		first, _, _ := strings.Cut(number, "-")
		if n, err := strconv.Atoi(first); err == nil && n > 0 && n < 1024 && len(out) < maxHits {
			out = append(out, p)
		}
	}
	return out
}
