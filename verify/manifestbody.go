package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// manifestBody is a manifest or an index as written. Fields whose presence is
// enough to refuse a body are kept raw.
type manifestBody struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        json.RawMessage   `json:"config"`
	Layers        json.RawMessage   `json:"layers"`
	Manifests     json.RawMessage   `json:"manifests"`
	Subject       *descriptorBody   `json:"subject"`
	Annotations   map[string]string `json:"annotations"`

	// What only schema 1 has.
	FSLayers   json.RawMessage `json:"fsLayers"`
	Signatures json.RawMessage `json:"signatures"`
	History    json.RawMessage `json:"history"`
}

type descriptorBody struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	Size         *int64            `json:"size"`
	ArtifactType string            `json:"artifactType"`
	Platform     *platformBody     `json:"platform"`
	Annotations  map[string]string `json:"annotations"`
	URLs         []string          `json:"urls"`
}

type platformBody struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
}

// refuseOld keeps out schema 1, whose digest and content are not bound to one
// another as those of later manifests are (threat 11).
func (b manifestBody) refuseOld() error {
	switch {
	case strings.HasPrefix(b.MediaType, "application/vnd.docker.distribution.manifest.v1+"):
		return errors.New("schema 1, which is not accepted; push the image again with a current tool")
	case b.SchemaVersion != 2:
		return fmt.Errorf("schemaVersion is %d, want 2", b.SchemaVersion)
	case b.FSLayers != nil || b.Signatures != nil || b.History != nil:
		return errors.New("holds fsLayers, signatures or history of schema 1")
	}
	return nil
}

// mediaType settles what the body is: what it says itself, if the registry
// does not say otherwise (threat 10).
func (b manifestBody) mediaType(contentType string) (string, error) {
	header, err := announced(contentType)
	if err != nil {
		return "", err
	}
	t := b.MediaType
	switch {
	case t == "" && (header == typeOCIManifest || header == typeOCIIndex):
		return header, nil
	case t == "":
		return "", errors.New("has no mediaType")
	case header != "" && header != t:
		return "", fmt.Errorf("its mediaType is %q, and the registry says %q", wire.Printable(short(t)), wire.Printable(short(header)))
	}
	switch t {
	case typeOCIManifest, typeOCIIndex, typeDockerManifest, typeDockerList:
		return t, nil
	}
	return "", fmt.Errorf("the media type %q: %w", wire.Printable(short(t)), ErrUnreadable)
}

// checkShape refuses a body that another reader could take for the other kind
// (threat 9). A key counts as there even if its value is null.
func (b manifestBody) checkShape(index bool) error {
	switch {
	case index && (b.Config != nil || b.Layers != nil):
		return errors.New("an index that holds config or layers")
	case index && b.Manifests == nil:
		return errors.New("an index without manifests")
	case !index && b.Manifests != nil:
		return errors.New("a manifest that holds manifests")
	case !index && (b.Config == nil || b.Layers == nil):
		return errors.New("a manifest without config or layers")
	}
	return nil
}

// descriptors reads everything the body points at into m.
func (b manifestBody) descriptors(m *Manifest) error {
	var err error
	if m.IsIndex {
		m.Manifests, err = parseDescriptors("manifests", b.Manifests)
	} else {
		m.Layers, err = parseDescriptors("layers", b.Layers)
	}
	if err != nil {
		return err
	}
	if !m.IsIndex {
		var config descriptorBody
		if err := wire.Decode(b.Config, &config); err != nil {
			return fmt.Errorf("config: %w", err)
		}
		if m.Config, err = config.parse(); err != nil {
			return fmt.Errorf("config: %w", err)
		}
	}
	if b.Subject != nil {
		subject, err := b.Subject.parse()
		if err != nil {
			return fmt.Errorf("subject: %w", err)
		}
		m.Subject = &subject
	}
	return nil
}
