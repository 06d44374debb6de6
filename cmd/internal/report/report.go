// Package report shows results. Commands send messages, and a handler turns
// the stream of messages into one output format; the message types are the
// JSON that users and other tools read, so text and JSON can not disagree.
package report

import (
	"errors"
	"fmt"
	"io"
)

// Handler is one output format.
type Handler interface {
	Decision(Decision) error
	Inspection(Inspection) error
	Audit(Audit) error
	Written(Written) error
	// Document is any other result: its JSON form, and what people see.
	Document(doc any, text string) error
}

// Evidence is one item found at an image.
type Evidence struct {
	Kind          string `json:"kind"`
	Format        string `json:"format"`
	Location      string `json:"location"`
	Subject       string `json:"subject"`
	Platform      string `json:"platform"`
	PredicateType string `json:"predicateType"`
	Signer        string `json:"signer"`
	Identity      string `json:"identity,omitempty"`
	Time          string `json:"time"`
	TimeProof     string `json:"timeProof"`
	Counted       bool   `json:"counted"`
	Why           string `json:"why"`
}

// Platform is one runnable manifest of the image.
type Platform struct {
	Platform string `json:"platform"`
	Digest   string `json:"digest"`
}

// Policy identifies the policy that decided.
type Policy struct {
	Name   string `json:"name"`
	Serial int64  `json:"serial,omitempty"`
	Digest string `json:"digest"`
}

// Reason is why a verdict is not a plain allow, and what to do about it.
type Reason struct {
	Code     string `json:"code"`
	Effect   string `json:"effect"`
	Rule     string `json:"rule"`
	Platform string `json:"platform,omitempty"`
	Message  string `json:"message"`
	// Who can do something about it.
	Who  string `json:"who"`
	Hint string `json:"hint"`
}

// Finding is one control and what the policy makes of it.
type Finding struct {
	Control  string   `json:"control"`
	Status   string   `json:"status"`
	Effect   string   `json:"effect"`
	Source   string   `json:"source"`
	Origin   string   `json:"origin"`
	Platform string   `json:"platform,omitempty"`
	Evidence []string `json:"evidence"`
	Items    []Item   `json:"items"`
}

// DecisionSchema, InspectSchema, AuditSchema and WrittenSchema name the JSON
// documents. A change that breaks a reader gets a new version.
const (
	DecisionSchema = "pratique.decision/v1"
	InspectSchema  = "pratique.inspect/v1"
	AuditSchema    = "pratique.audit/v1"
	WrittenSchema  = "pratique.written/v1"
)

// Decision is the outcome of verify for one image.
type Decision struct {
	Schema     string     `json:"schema"`
	Image      string     `json:"image"`
	Digest     string     `json:"digest"`
	Pinned     string     `json:"pinned"`
	Platforms  []Platform `json:"platforms"`
	Verdict    string     `json:"verdict"`
	Rule       string     `json:"rule"`
	Policy     Policy     `json:"policy"`
	Time       string     `json:"time"`
	Reasons    []Reason   `json:"reasons"`
	Evidence   []Evidence `json:"evidence"`
	Findings   []Finding  `json:"findings"`
	ValidUntil string     `json:"validUntil"`
}

// Inspection is every piece of evidence at an image.
type Inspection struct {
	Schema    string     `json:"schema"`
	Image     string     `json:"image"`
	Digest    string     `json:"digest"`
	Platforms []Platform `json:"platforms"`
	Evidence  []Evidence `json:"evidence"`
	// Gaps are the places that could not be looked at.
	Gaps []string `json:"gaps"`
}

// Summary counts the controls by status.
type Summary struct {
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	Warn          int `json:"warn"`
	Manual        int `json:"manual"`
	Unknown       int `json:"unknown"`
	NotApplicable int `json:"notApplicable"`
}

// Control is one control of an audit.
type Control struct {
	ID          string            `json:"id"`
	Key         string            `json:"key"`
	IDs         map[string]string `json:"ids"`
	Title       string            `json:"title"`
	Level       int               `json:"level"`
	Scored      bool              `json:"scored"`
	Status      string            `json:"status"`
	Effect      string            `json:"effect"`
	Origin      string            `json:"origin"`
	Evidence    []string          `json:"evidence"`
	Items       []Item            `json:"items"`
	Remediation string            `json:"remediation"`
	// Exception is why an exception set the effect to none, "" without one.
	Exception string `json:"exception,omitempty"`
}

// Audit is the section 4 audit of one platform of an image, or of a
// Dockerfile alone: image, digest and platform are then empty.
type Audit struct {
	Schema string `json:"schema"`
	// Source is what was judged, image or dockerfile; an image may have been
	// judged together with its Dockerfile.
	Source   string `json:"source,omitempty"`
	Image    string `json:"image"`
	Digest   string `json:"digest"`
	Platform string `json:"platform"`
	// Dockerfile is the path as given, Target the stage that makes the image.
	Dockerfile string    `json:"dockerfile,omitempty"`
	Target     string    `json:"target,omitempty"`
	Time       string    `json:"time,omitempty"`
	Benchmark  string    `json:"benchmark"`
	Profile    string    `json:"profile"`
	Base       *Base     `json:"base,omitempty"`
	Facts      *Facts    `json:"facts,omitempty"`
	Summary    Summary   `json:"summary"`
	Controls   []Control `json:"controls"`
}

// Written says what sign or attest stored, after it was read back.
type Written struct {
	Schema        string `json:"schema"`
	Image         string `json:"image"`
	Kind          string `json:"kind"`
	Subject       string `json:"subject"`
	Platform      string `json:"platform"`
	PredicateType string `json:"predicateType"`
	Format        string `json:"format"`
	Location      string `json:"location"`
	// Skipped is set when nothing was written, with the reason.
	Skipped string `json:"skipped,omitempty"`
}

// Options are what handlers know beside the messages.
type Options struct {
	// Colour applies to text that goes to a terminal only.
	Colour bool
	// Version is the program's own, for formats that name their maker.
	Version string
}

// End is how the command that sent the messages ended.
type End struct {
	// Status is its exit code.
	Status int
	// Problem is what kept it from finishing, "" where nothing did.
	Problem string
}

// decided tells whether the command did what it was asked for: 0 and 3 are
// answers, 1 and 2 are none.
func (e End) decided() bool { return e.Status == 0 || e.Status == 3 }

// finisher is a handler whose output is one document, written at the end.
type finisher interface{ finish(End) error }

// ErrForm means that a format has no form for a message: asking for it was a
// mistake on the command line.
var ErrForm = errors.New("this command has no such output")

// Formats are the names New knows.
func Formats() []string { return []string{"text", "json", "sarif", "junit"} }

// New makes the handler for a format name.
func New(format string, w io.Writer, o Options) (Handler, error) {
	switch format {
	case "text":
		return &text{w: w, colour: o.Colour}, nil
	case "json":
		return newJSON(w), nil
	case "sarif":
		return &sarif{w: w, version: o.Version}, nil
	case "junit":
		return &junit{w: w}, nil
	}
	return nil, fmt.Errorf("output %q: want text, json, sarif or junit", format)
}
