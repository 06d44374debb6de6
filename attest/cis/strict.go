package cis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/verify/wire"
)

// object is what is known of the keys at one place of a config. wire.Check
// does not fit here: it refuses keys that differ by case in every object, and
// real images have labels such as maintainer and Maintainer side by side,
// which no reader confuses.
type object struct {
	known   []string
	members map[string]*object
}

func configShape() *object {
	health := &object{known: []string{"Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"}}
	run := &object{
		known:   []string{"User", "Env", "Labels", "Cmd", "Entrypoint", "OnBuild", "ExposedPorts", "Healthcheck"},
		members: map[string]*object{"Healthcheck": health},
	}
	row := &object{known: []string{"created", "created_by", "author", "comment", "empty_layer"}}
	return &object{
		known: []string{
			"created", "os", "architecture", "variant", "config", "history", "rootfs", "container_config", "docker_version",
		},
		members: map[string]*object{
			"config":  run,
			"history": row,
			"rootfs":  {known: []string{"diff_ids"}},
		},
	}
}

// checkConfig walks a config once and refuses what readers could differ on.
func checkConfig(doc []byte) error {
	if !utf8.Valid(doc) {
		return errors.New("not valid UTF-8")
	}
	w := walker{dec: json.NewDecoder(bytes.NewReader(doc))}
	w.dec.UseNumber()
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	if err := w.object(configShape(), 1); err != nil {
		return err
	}
	if _, err := w.dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("goes on after the document")
	}
	return nil
}

type walker struct{ dec *json.Decoder }

// object reads members up to the closing brace.
func (w walker) object(shape *object, depth int) error {
	seen := map[string]bool{}
	for w.dec.More() {
		t, err := w.dec.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errors.New("a key that is not a string")
		}
		if seen[key] {
			return fmt.Errorf("key %q is repeated", key)
		}
		seen[key] = true
		if err := inBounds(len(seen)); err != nil {
			return err
		}
		if err := shape.check(key); err != nil {
			return err
		}
		if err := w.value(shape.member(key), depth); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

// value reads one value; the shape of an array is that of its elements.
func (w walker) value(shape *object, depth int) error {
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	if depth++; depth > wire.MaxJSONDepth {
		return fmt.Errorf("nested deeper than %d", wire.MaxJSONDepth)
	}
	switch t {
	case json.Delim('{'):
		return w.object(shape, depth)
	case json.Delim('['):
		for n := 1; w.dec.More(); n++ {
			if err := inBounds(n); err != nil {
				return err
			}
			if err := w.value(shape, depth); err != nil {
				return err
			}
		}
		_, err = w.dec.Token()
	}
	return err
}

// inBounds keeps a list from being built that is refused once it is: millions
// of empty rows take a hundred times the config's length.
func inBounds(n int) error {
	if n > maxList {
		return fmt.Errorf("a list of more than %d entries", maxList)
	}
	return nil
}

// check refuses a key that encoding/json, and so the engine, would take for a
// known one.
func (o *object) check(key string) error {
	if o == nil {
		return nil
	}
	for _, k := range o.known {
		if key != k && strings.EqualFold(key, k) {
			return fmt.Errorf("key %q is %q but for its case", key, k)
		}
	}
	return nil
}

func (o *object) member(key string) *object {
	if o == nil {
		return nil
	}
	return o.members[key]
}
