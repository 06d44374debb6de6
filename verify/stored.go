package verify

// ParseStored is [ParseManifest] for bytes that come with no content type, as
// in an image layout, where an OCI body may still leave its mediaType out. It
// is then what its keys say; a body with the keys of both kinds is neither.
func ParseStored(raw []byte) (Manifest, error) {
	m, err := ParseManifest(raw, "")
	for _, t := range []string{typeOCIManifest, typeOCIIndex} {
		if err == nil {
			break
		}
		// Where the body names its type, no other type is accepted.
		if other, otherErr := ParseManifest(raw, t); otherErr == nil {
			m, err = other, nil
		}
	}
	return m, err
}
