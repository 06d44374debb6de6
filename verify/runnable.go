package verify

import (
	"errors"
	"fmt"
)

// maxPlatforms is how many runnable manifests one index may list.
const maxPlatforms = 256

// Runnable lists what an engine could run of a manifest or an index, as far as
// it is said there. An error says what keeps others from running what nobody
// looked at; the caller wraps it.
func (m Manifest) Runnable() ([]PlatformImage, error) {
	if m.Foreign() {
		return nil, errors.New("it points to content outside the registry")
	}
	if !m.IsIndex {
		return []PlatformImage{{Manifest: m.Digest, Config: m.Config.Digest}}, nil
	}
	var out []PlatformImage
	for _, d := range m.Manifests {
		switch d.MediaType {
		case typeOCIIndex, typeDockerList:
			// An engine may descend into it and run what nobody looked at.
			return nil, errors.New("an index inside an index")
		}
		p := PlatformImage{Manifest: d.Digest}
		if d.Platform != nil {
			p.Platform = *d.Platform
		}
		// BuildKit keeps its attestations beside the images, at a platform no
		// machine has (threat 7). Half unknown is still taken for runnable.
		if p.Platform.OS == "unknown" && p.Platform.Architecture == "unknown" {
			continue
		}
		// Engines pick a child by its platform alone, and read what they get by
		// its own type (threat 4): one of another type could be run unjudged.
		if d.MediaType != typeOCIManifest && d.MediaType != typeDockerManifest {
			return nil, errors.New("an index that lists something other than image manifests")
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, errors.New("an index without anything to run")
	}
	if len(out) > maxPlatforms {
		return nil, fmt.Errorf("an index of more than %d platforms", maxPlatforms)
	}
	return out, nil
}
