package verify

// ParseManifest checks raw against the rules a manifest must keep (threats
// 9-11) and reads it. contentType is what the registry announced; it must
// equal the body's mediaType.
func ParseManifest(raw []byte, contentType string) (Manifest, error) {
	panic("unwritten")
}
