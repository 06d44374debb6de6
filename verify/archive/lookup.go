package archive

import (
	"bytes"
	"errors"
)

// follow is the name that a chain of links ends at.
func (c *contents) follow(name string) (string, error) {
	const maxLinks = 16
	for range maxLinks {
		to, ok := c.links[name]
		if !ok {
			return name, nil
		}
		name = to
	}
	return "", invalid("%q: more than %d links", name, maxLinks)
}

// document is a kept file, by its name or a link's.
func (c *contents) document(name string) ([]byte, error) {
	name, err := c.follow(clean(name))
	if err != nil {
		return nil, err
	}
	raw, ok := c.kept[name]
	switch {
	case ok:
		return raw, nil
	case c.names[name]:
		return nil, invalid("%q is no JSON document, or one too large", name)
	}
	return nil, invalid("%q: %w", name, errMissing)
}

// errMissing is a document that is not in the archive.
var errMissing = errors.New("not there")

// has reports whether the archive has something under a name.
func (c *contents) has(name string) bool {
	name, err := c.follow(clean(name))
	return err == nil && c.names[name]
}

// layers are the names under which layers were offered. One that was taken for
// a document is offered now.
func (c *contents) layers(names []string) ([]string, error) {
	out := make([]string, len(names))
	for i, n := range names {
		name, err := c.follow(clean(n))
		if err != nil {
			return nil, err
		}
		raw, kept := c.kept[name]
		switch {
		case kept && !c.offered[name]:
			c.offered[name] = true
			if err := c.layer(name, bytes.NewReader(raw)); err != nil {
				return nil, err
			}
		case !c.offered[name]:
			return nil, invalid("layer %q is not there", name)
		}
		out[i] = name
	}
	return out, nil
}
