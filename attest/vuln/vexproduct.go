package vuln

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// vexComponent is a product or a part of one: an object, or an identifier in
// documents before v0.2.0.
type vexComponent struct {
	ids    []string
	sha256 []string
	// parts is read only for products: parts of parts have no meaning.
	parts json.RawMessage
}

func (c *vexComponent) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		c.ids = []string{""}
		return json.Unmarshal(raw, &c.ids[0])
	}
	var object struct {
		IRI           string            `json:"@id"`
		Identifiers   map[string]string `json:"identifiers"`
		Hashes        map[string]string `json:"hashes"`
		Subcomponents json.RawMessage   `json:"subcomponents"`
	}
	if err := wire.Decode(raw, &object); err != nil {
		return err
	}
	if object.IRI != "" {
		c.ids = append(c.ids, object.IRI)
	}
	for _, kind := range []string{"purl", "cpe22", "cpe23"} {
		if id := object.Identifiers[kind]; id != "" && !slices.Contains(c.ids, id) {
			c.ids = append(c.ids, id)
		}
	}
	for _, name := range []string{"sha-256", "sha256"} {
		if sum := object.Hashes[name]; sum != "" {
			c.sha256 = append(c.sha256, strings.ToLower(sum))
		}
	}
	c.parts = object.Subcomponents
	return nil
}

// product makes a product; more are parts that its statement names for all.
func (c vexComponent) product(more []vexComponent) (VEXProduct, error) {
	var parts []vexComponent
	if !isNull(c.parts) {
		if err := wire.Decode(c.parts, &parts); err != nil {
			return VEXProduct{}, fmt.Errorf("subcomponents: %w", err)
		}
	}
	p := VEXProduct{IDs: c.ids, SHA256: c.sha256}
	for _, part := range slices.Concat(parts, more) {
		if len(part.ids) == 0 {
			// Left out, it would make the statement one about all parts.
			part.ids = []string{""}
		}
		p.Subcomponents = append(p.Subcomponents, part.ids...)
	}
	return p, nil
}
