// Package switches finds settings in an image's files that turn the
// verification of packages and downloads off (CIS 4.11). Package settings, below,
// knows the files; control 4.11 of attest/cis reads what build steps write to
// them by the same rules.
package switches

import (
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/switches/settings"
)

// MaxFile is how much of a file is read, in bytes. Of a longer one, whoever
// reads it must say that it was not read.
const MaxFile = settings.MaxFile

// Wants reports whether a file, by its path without a leading slash, can hold
// such settings.
func Wants(path string) bool { return settings.Wants(path) }

// File finds them in the file's content, at most one for each rule. The places
// have the path and no layer.
func File(path string, content []byte) []cis.Switch {
	var out []cis.Switch
	for _, f := range settings.File(path, content) {
		out = append(out, cis.Switch{
			At:       cis.Place{Source: cis.SourceLayer, Path: path},
			Rule:     f.Rule,
			Command:  f.Text,
			Doubtful: f.Doubtful,
		})
	}
	return out
}
