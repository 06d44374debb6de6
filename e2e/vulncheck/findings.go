package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// finding is one vulnerable function that we reach.
type finding struct {
	ID     string // GO-2026-0001
	Symbol string // the vulnerable function, with its package
	Via    string // the function of ours that starts the call
}

// message is the part of govulncheck's JSON stream that matters here. The stream is described at
// golang.org/x/vuln/internal/govulncheck, protocol v1.0.0.
type message struct {
	Config *struct {
		ScanLevel string `json:"scan_level"`
	} `json:"config"`
	Finding *struct {
		OSV   string  `json:"osv"`
		Trace []frame `json:"trace"`
	} `json:"finding"`
}

// frame is one step of a trace. The first frame of a trace is the vulnerable code, the last is ours.
type frame struct {
	Module   string `json:"module"`
	Package  string `json:"package"`
	Function string `json:"function"`
	Receiver string `json:"receiver"`
}

func (f frame) String() string {
	if f.Receiver != "" {
		return fmt.Sprintf("%s.%s.%s", f.Package, f.Receiver, f.Function)
	}
	return f.Package + "." + f.Function
}

// calledFindings reads govulncheck's output. Output that stops short, or that comes from a scan which
// did not look at calls, is an error: it would read as "nothing found".
func calledFindings(r io.Reader) ([]finding, error) {
	var called []finding
	lookedAtCalls := false
	decoder := json.NewDecoder(r)
	for {
		var m message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading govulncheck's output: %w", err)
		}
		if m.Config != nil && m.Config.ScanLevel == "symbol" {
			lookedAtCalls = true
		}
		if m.Finding != nil && len(m.Finding.Trace) > 0 && m.Finding.Trace[0].Function != "" {
			trace := m.Finding.Trace
			called = append(called, finding{m.Finding.OSV, trace[0].String(), trace[len(trace)-1].String()})
		}
	}
	if !lookedAtCalls {
		return nil, errors.New("govulncheck did not say that it looked at calls")
	}
	return called, nil
}

// judge returns one line for each accepted vulnerability, and an error that names every called one
// without a reason, every expired reason and every reason that nothing needs.
func judge(called []finding, reasons map[string]reason, now time.Time) ([]string, error) {
	var bad []error
	var accepted []string
	seen := map[string]bool{}
	for _, f := range called {
		if seen[f.ID] {
			continue
		}
		seen[f.ID] = true
		r, written := reasons[f.ID]
		switch {
		case !written:
			bad = append(bad, fmt.Errorf("%s: %s is called from %s (https://pkg.go.dev/vuln/%s)", f.ID, f.Symbol, f.Via, f.ID))
		case now.After(r.end):
			bad = append(bad, fmt.Errorf("%s: its reason ended on %s; think again and write a new date", f.ID, r.until))
		default:
			accepted = append(accepted, fmt.Sprintf("%s accepted until %s: %s", f.ID, r.until, r.text))
		}
	}
	for id := range reasons {
		if !seen[id] {
			bad = append(bad, fmt.Errorf("%s: nothing calls it any more; remove its reason", id))
		}
	}
	return accepted, errors.Join(bad...)
}
