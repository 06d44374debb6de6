package cosign

import (
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// simpleType is the only payload type of an image signature. The library also
// accepts a missing one, and that of another format (threat 28).
const simpleType = "cosign container image signature"

// simplePayload is the payload of an image signature in the simple signing
// format: what is signed is the digest and the name of the repository.
type simplePayload struct {
	digest verify.Digest
	// repository is canonical; "" if the payload names none.
	repository  string
	annotations map[string]string
}

type simpleDocument struct {
	Critical struct {
		Identity struct {
			DockerReference string `json:"docker-reference"`
		} `json:"identity"`
		Image struct {
			DockerManifestDigest string `json:"docker-manifest-digest"`
		} `json:"image"`
		Type string `json:"type"`
	} `json:"critical"`
	Optional map[string]any `json:"optional"`
}

// parseSimple reads a payload of at most wire.MaxPayload bytes. It refuses
// everything it does not know outside "optional", since a critical field that
// is ignored is not critical. Errors wrap verify.ErrInvalid.
func parseSimple(raw []byte) (simplePayload, error) {
	var doc simpleDocument
	if err := wire.DecodeKnown(raw, &doc); err != nil {
		return simplePayload{}, unreadable("simple signing payload: %v", err)
	}
	if doc.Critical.Type != simpleType {
		return simplePayload{}, invalid("payload type is %q, not %q", doc.Critical.Type, simpleType)
	}
	digest, err := verify.ParseDigest(doc.Critical.Image.DockerManifestDigest)
	if err != nil {
		return simplePayload{}, invalid("payload: %v", err)
	}
	repository, err := repositoryOf(doc.Critical.Identity.DockerReference)
	if err != nil {
		return simplePayload{}, err
	}
	return simplePayload{digest, repository, texts(doc.Optional)}, nil
}

// repositoryOf is the canonical repository a payload names. Cosign writes the
// repository as go-containerregistry spells it (Docker Hub as index.docker.io),
// or whatever --sign-container-identity said, tag and digest included. A name
// that cannot be read is refused, not dropped: dropped, it would pass for a
// payload that names no repository, where any other name does not count (S11).
func repositoryOf(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	ref, err := verify.ParseReference(name)
	if err != nil {
		return "", invalid("payload names %q, which is no image reference", name)
	}
	return ref.Repo(), nil
}

// texts keeps the values that are text.
func texts(m map[string]any) map[string]string {
	var out map[string]string
	for k, v := range m {
		if s, ok := v.(string); ok {
			if out == nil {
				out = map[string]string{}
			}
			out[k] = s
		}
	}
	return out
}
