package cis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// LayersNotRead is the value of Facts.Layers while no layer has been opened.
const LayersNotRead = "not-read"

// Limits on what facts keep of a history.
const (
	maxRowText     = 1024      // bytes of one row
	maxHistoryText = 256 << 10 // bytes of all rows
)

// Facts is everything the controls of section 4 judge. A nil field was not
// collected, and its control is unknown. It is part of the attestation: its
// JSON names are stable. No field holds a secret's value.
type Facts struct {
	// RulesVersion is the version of the rules that collected the facts.
	RulesVersion string `json:"rulesVersion"`
	// ConfigDigest is the digest of the config they were collected from.
	ConfigDigest string `json:"configDigest"`
	// OS is the config's operating system.
	OS          string           `json:"os"`
	User        *UserFact        `json:"user,omitempty"`
	Healthcheck *HealthcheckFact `json:"healthcheck,omitempty"`
	History     *HistoryFact     `json:"history,omitempty"`
	Updates     *UpdateFact      `json:"updates,omitempty"`
	Adds        *AddFact         `json:"adds,omitempty"`
	Secrets     *SecretFact      `json:"secrets,omitempty"`
	// Layers says how far the layers were read, LayersNotRead for not at all.
	Layers string `json:"layers"`
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
}

// baseFacts is what no single control owns.
func baseFacts(c Contents) Facts {
	return Facts{
		RulesVersion: RulesVersion,
		ConfigDigest: c.ConfigDigest,
		OS:           c.OS,
		History:      historyFact(c),
		Layers:       LayersNotRead,
	}
}

func historyFact(c Contents) *HistoryFact {
	steps, r := c.reading().steps, c.reading().redactor
	h := &HistoryFact{Digest: historyDigest(c.History), Rows: []HistoryRow{}, Unclear: unclear(c, steps)}
	left := maxHistoryText
	for i, s := range steps {
		text, short := r.keep(s.text, min(maxRowText, left))
		left -= len(text)
		h.Rows = append(h.Rows, HistoryRow{
			Builder:     s.builder,
			Instruction: s.instruction,
			Text:        text,
			Cut:         short,
			EmptyLayer:  c.History[i].EmptyLayer,
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
