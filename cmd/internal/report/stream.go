package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// Stream hands each message to every output that was asked for.
type Stream struct {
	handlers []Handler
	files    []outputFile
}

// outputFile is written whole, at the end: nobody reads half a report.
type outputFile struct {
	path string
	buf  *bytes.Buffer
}

// Open prepares outputs named "FORMAT" (to stdout) or "FORMAT=FILE". Without
// any that goes to stdout, text does.
func Open(outputs []string, stdout io.Writer, opt Options) (*Stream, error) {
	s := &Stream{}
	onStdout := ""
	for _, o := range outputs {
		format, path, toFile := strings.Cut(o, "=")
		w, handler := stdout, opt
		if toFile {
			if err := placeFor(path); err != nil {
				return nil, fmt.Errorf("output %q: %w", o, err)
			}
			f := outputFile{path, new(bytes.Buffer)}
			s.files, w, handler.Colour = append(s.files, f), f.buf, false
		} else if onStdout != "" {
			return nil, fmt.Errorf("output %q: %s already goes to stdout; write one to a file with FORMAT=FILE", o, onStdout)
		} else {
			onStdout = format
		}
		h, err := New(format, w, handler)
		if err != nil {
			return nil, err
		}
		s.handlers = append(s.handlers, h)
	}
	if onStdout == "" {
		s.handlers = append(s.handlers, &text{w: stdout, colour: opt.Colour})
	}
	return s, nil
}

// placeFor finds what would keep a file from being written before there is a
// result to lose.
func placeFor(path string) error {
	if path == "" {
		return errors.New("no file named")
	}
	if at, err := os.Stat(path); err == nil && at.IsDir() {
		return fmt.Errorf("%s is a folder", path)
	}
	if at, err := os.Stat(filepath.Dir(path)); err != nil || !at.IsDir() {
		return fmt.Errorf("no folder %s", filepath.Dir(path))
	}
	return nil
}

// Close ends the outputs that are one document, and writes the files. A file
// without a report in it is written too: an old one would pass for today's.
func (s *Stream) Close(end End) error {
	var errs []error
	for _, h := range s.handlers {
		if f, ok := h.(finisher); ok {
			errs = append(errs, f.finish(end))
		}
	}
	for _, f := range s.files {
		errs = append(errs, wire.WriteFile(f.path, f.buf.Bytes(), 0o644))
	}
	return errors.Join(errs...)
}

func (s *Stream) each(f func(Handler) error) error {
	var errs []error
	for _, h := range s.handlers {
		errs = append(errs, f(h))
	}
	return errors.Join(errs...)
}

// Decision reports one decision.
func (s *Stream) Decision(d Decision) error {
	return s.each(func(h Handler) error { return h.Decision(d) })
}

// Inspection reports everything found at one image.
func (s *Stream) Inspection(i Inspection) error {
	return s.each(func(h Handler) error { return h.Inspection(i) })
}

// Audit reports the audit of one platform.
func (s *Stream) Audit(a Audit) error {
	return s.each(func(h Handler) error { return h.Audit(a) })
}

// Written reports what was stored.
func (s *Stream) Written(w Written) error {
	return s.each(func(h Handler) error { return h.Written(w) })
}

// Document reports anything else: doc is its JSON, text what people see.
func (s *Stream) Document(doc any, text string) error {
	return s.each(func(h Handler) error { return h.Document(doc, text) })
}
