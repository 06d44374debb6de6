package verify

import "context"

// Descriptor points at content, as in the OCI image spec. Apart from Digest
// and Size, which are checked against the bytes, every field is a hint.
type Descriptor struct {
	MediaType    string
	Digest       Digest
	Size         int64
	ArtifactType string
	Platform     *Platform
	Annotations  map[string]string
	// URLs marks foreign content, which is never fetched.
	URLs []string
}

// Manifest is a manifest or index whose bytes hash to Digest and whose shape
// was checked by [ParseManifest].
type Manifest struct {
	Raw          []byte
	Digest       Digest
	MediaType    string
	ArtifactType string
	// Config is the zero Descriptor for an index.
	Config Descriptor
	Layers []Descriptor
	// Manifests are an index's children; nil for a manifest.
	Manifests   []Descriptor
	IsIndex     bool
	Subject     *Descriptor
	Annotations map[string]string
}

// Content reads a registry (or anything shaped like one). Every byte it
// returns was hashed against the digest it was asked for, and capped.
type Content interface {
	// Manifest fetches by tag or digest. It wraps ErrNone if there is none and
	// ErrInvalid if what is served is not an acceptable manifest.
	Manifest(ctx context.Context, repo, ref string) (Manifest, error)
	// Blob fetches a blob of at most max bytes.
	Blob(ctx context.Context, repo string, d Descriptor, max int64) ([]byte, error)
	// Referrers lists what names the digest as its subject: from the referrers
	// API, or from the fallback tag where the registry has no such API. Listing
	// is complete or an error (ErrTruncated with what was found so far).
	Referrers(ctx context.Context, repo string, d Digest) ([]Descriptor, error)
}
