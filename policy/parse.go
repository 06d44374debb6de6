package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// Source says where a document comes from.
type Source struct {
	// File is the name used in messages.
	File string
	// Open reads a file the document references, by the path as it is written
	// (relative to the document). Without it references are an error.
	Open func(path string) ([]byte, error)
}

// maxReference is the largest referenced file, in bytes: a trusted root.
const maxReference = 4 << 20

// Parse reads a policy document strictly (threats 127 and 128). The error is
// of type Problems, and nothing is returned with it.
func Parse(src []byte, o Source) (*Document, error) {
	c := &compiler{report: &report{file: o.File}, open: o.Open, files: map[string][]byte{}}
	if c.file == "" {
		c.file = "policy"
	}
	root := readTree(src, c.report)
	if root == nil || c.err() != nil {
		return nil, c.err()
	}
	var shape docShape
	loadValue(c.report, root, reflect.ValueOf(&shape).Elem(), "")
	if err := c.err(); err != nil {
		return nil, err
	}
	doc := c.document(&shape)
	if err := c.err(); err != nil {
		return nil, err
	}
	doc.source, doc.file = slices.Clone(src), c.file
	doc.Digest = digestAll(src, c.files)
	return doc, nil
}

// digestAll covers the bytes of the policy, and the name and bytes of every
// file it references (S5). Lengths are part of it, so that nothing can move
// from one file to the next.
func digestAll(src []byte, files map[string][]byte) verify.Digest {
	h := sha256.New()
	put := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	put([]byte("pratique.dev/policy-digest/v1"))
	put(src)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		put([]byte(path))
		put(files[path])
	}
	return verify.Digest(fmt.Sprintf("sha256:%x", h.Sum(nil)))
}

// compiler turns the shape of a file into a Document.
type compiler struct {
	*report
	open  func(string) ([]byte, error)
	files map[string][]byte
	doc   *Document
}

func (c *compiler) document(s *docShape) *Document {
	c.doc = &Document{Name: s.Metadata.Name.s, Serial: s.Metadata.Serial.n, at: map[string]pos{}}
	if c.doc.Serial < 0 {
		c.add(s.Metadata.Serial.at, "", "serial must not be negative")
	}
	c.doc.Default = map[string]Verdict{"deny": Deny, "warn": Warn, "allow": Allow}[s.Default.s]
	c.doc.at["default"] = s.Default.at
	c.signers(s.Signers)
	c.rules(s.Rules)
	if s.Floor != nil {
		c.doc.at["floor"] = s.Floor.At
		floor := c.requirements(s.Floor, s.Floor.At, "floor")
		c.doc.Floor = &floor
	}
	c.registries(s.Registries)
	return c.doc
}

// read opens a referenced file once.
func (c *compiler) read(path text, max int) []byte {
	if !path.set() {
		return nil
	}
	if b, ok := c.files[path.s]; ok {
		return b
	}
	if c.open == nil {
		c.add(path.at, "", "file %q: this document may not reference files", path.s)
		return nil
	}
	b, err := c.open(path.s)
	switch {
	case err != nil:
		c.add(path.at, "", "file %q: %v", path.s, err)
		return nil
	case len(b) > max:
		c.add(path.at, "", "file %q: larger than %d bytes", path.s, max)
		return nil
	case len(b) == 0:
		c.add(path.at, "", "file %q is empty", path.s)
		return nil
	}
	c.files[path.s] = slices.Clone(b)
	return c.files[path.s]
}

func (c *compiler) registries(list dict[registryShape]) {
	for _, one := range list.list {
		if err := checkHost(one.key.s); err != nil {
			c.add(one.key.at, "", "%v", err)
		}
		r := Registry{Host: one.key.s, HTTP: one.value.HTTP.b, CA: c.read(one.value.CA, wire.MaxKeyFile)}
		if r.HTTP && r.CA != nil {
			c.add(one.value.CA.at, "", "a registry spoken to over http has no CA")
		}
		for _, realm := range one.value.TokenRealms {
			if err := checkHost(realm.s); err != nil {
				c.add(realm.at, "", "%v", err)
			}
			r.TokenRealms = append(r.TokenRealms, realm.s)
		}
		c.doc.at["registry "+r.Host] = one.key.at
		c.doc.Registries = append(c.doc.Registries, r)
	}
}

// ringOf collects the key signers. NewRing refuses one key under two names;
// finding the pair here tells where it is.
func (c *compiler) ringOf(list []Signer) keys.Ring {
	var in []keys.Signer
	byIdentity := map[string]string{}
	for _, s := range list {
		if s.Kind != SignerKey || s.Key.Key == nil {
			continue
		}
		if other, ok := byIdentity[s.Key.Identity]; ok {
			c.add(c.doc.at["signer "+s.Name], "a key counts once; give it one name", "signers %s and %s are one key", other, s.Name)
			continue
		}
		byIdentity[s.Key.Identity] = s.Name
		in = append(in, keys.Signer{Name: s.Name, Key: s.Key})
	}
	ring, err := keys.NewRing(in...)
	if err != nil && c.err() == nil {
		c.add(pos{}, "", "signers: %v", err)
	}
	return ring
}
