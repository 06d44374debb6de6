package cosigntest

import (
	"github.com/pratique-dev/pratique/verify"
)

// Descriptor and Manifest are the JSON of an OCI manifest, as far as tests need
// it.
type (
	Descriptor struct {
		MediaType    string            `json:"mediaType"`
		Digest       verify.Digest     `json:"digest"`
		Size         int64             `json:"size"`
		Annotations  map[string]string `json:"annotations,omitempty"`
		ArtifactType string            `json:"artifactType,omitempty"`
	}
	Manifest struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     string            `json:"mediaType"`
		ArtifactType  string            `json:"artifactType,omitempty"`
		Config        Descriptor        `json:"config"`
		Layers        []Descriptor      `json:"layers"`
		Subject       *Descriptor       `json:"subject,omitempty"`
		Annotations   map[string]string `json:"annotations,omitempty"`
	}
)

// The media types cosign uses for manifests, configs and layers.
const (
	ManifestType    = "application/vnd.oci.image.manifest.v1+json"
	ConfigType      = "application/vnd.oci.image.config.v1+json"
	EmptyType       = "application/vnd.oci.empty.v1+json"
	SimpleType      = "application/vnd.dev.cosign.simplesigning.v1+json"
	EnvelopeType    = "application/vnd.dsse.envelope.v1+json"
	BundleType      = "application/vnd.dev.sigstore.bundle.v0.3+json"
	SigArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json"
	AttArtifactType = "application/vnd.in-toto+json"
	NotationType    = "application/vnd.cncf.notary.signature"
)

// The annotations cosign puts on a layer.
const (
	SignatureAnnotation   = "dev.cosignproject.cosign/signature"
	CertificateAnnotation = "dev.sigstore.cosign/certificate"
	ChainAnnotation       = "dev.sigstore.cosign/chain"
	LogAnnotation         = "dev.sigstore.cosign/bundle"
	TimestampAnnotation   = "dev.sigstore.cosign/rfc3161timestamp"
)

// Layer is a blob and the annotations its manifest gives it.
type Layer struct {
	MediaType   string
	Bytes       []byte
	Annotations map[string]string
}

// SigTag and AttTag are the tags cosign uses for a digest.
func SigTag(d verify.Digest) string { return "sha256-" + d.Hex() + ".sig" }

// AttTag is the tag cosign uses for a digest's attestations.
func AttTag(d verify.Digest) string { return "sha256-" + d.Hex() + ".att" }

// Put stores layers behind a tag, replacing what was there.
func (c *Content) Put(repo, tag string, layers ...Layer) verify.Manifest {
	return c.PutManifest(repo, tag, c.manifest(repo, "", ConfigType, layers))
}

// Attach stores layers as a referrer of a digest, with the empty config, as
// cosign stores bundles and attestations.
func (c *Content) Attach(repo string, subject verify.Digest, artifactType string, layers ...Layer) verify.Manifest {
	return c.AttachAs(repo, subject, artifactType, EmptyType, layers...)
}

// AttachAs is Attach with a config media type.
func (c *Content) AttachAs(repo string, subject verify.Digest, artifactType, configType string, layers ...Layer) verify.Manifest {
	m := c.manifest(repo, artifactType, configType, layers)
	m.Subject = &Descriptor{MediaType: ManifestType, Digest: subject, Size: 1}
	stored := c.PutManifest(repo, "", m)
	c.List(repo, subject, stored)
	return stored
}

func (c *Content) manifest(repo, artifactType, configType string, layers []Layer) Manifest {
	config := c.PutBlob(repo, configType, []byte("{}"))
	m := Manifest{
		SchemaVersion: 2, MediaType: ManifestType, ArtifactType: artifactType,
		Config: Descriptor{MediaType: configType, Digest: config.Digest, Size: config.Size},
		Layers: []Descriptor{},
	}
	for _, l := range layers {
		d := c.PutBlob(repo, l.MediaType, l.Bytes)
		m.Layers = append(m.Layers, Descriptor{
			MediaType: l.MediaType, Digest: d.Digest, Size: d.Size, Annotations: l.Annotations,
		})
	}
	return m
}
