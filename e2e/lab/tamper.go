package lab

import (
	"errors"
	"net/http"
	"strings"
)

// Evidence says where evidence lies: the image's repository as HOST/NAME:TAG, and its digest.
type Evidence struct{ Reference, Digest string }

// MoveTag copies what cosign keeps of one image under the tag with suffix, ".sig" or ".att", to
// another image, as somebody with the right to push can. change, if any, alters each payload on the
// way; digests are made to fit, so that only a signature can show it.
func MoveTag(from, to Evidence, suffix string, change func([]byte) []byte) error {
	m, _, err := OpenRepo(from.Reference).Get(cosignTag(from.Digest) + suffix)
	if err != nil {
		return err
	}
	if err := copyBlobs(&m, from, to, change); err != nil {
		return err
	}
	_, err = OpenRepo(to.Reference).Put(cosignTag(to.Digest)+suffix, m)
	return err
}

// MoveReferrers does the same with everything that refers to the image by its subject.
func MoveReferrers(from, to Evidence, change func([]byte) []byte) error {
	index, err := OpenRepo(from.Reference).Referrers(from.Digest)
	if err != nil {
		return err
	}
	if len(index.Manifests) == 0 {
		return errors.New("nothing refers to " + from.Digest)
	}
	_, image, err := OpenRepo(to.Reference).Get(to.Digest)
	if err != nil {
		return err
	}
	for _, entry := range index.Manifests {
		m, _, err := OpenRepo(from.Reference).Get(entry.Digest)
		if err != nil {
			return err
		}
		if err := copyBlobs(&m, from, to, change); err != nil {
			return err
		}
		m.Subject = &Descriptor{MediaType: m.Subject.MediaType, Digest: to.Digest, Size: len(image)}
		if _, err := OpenRepo(to.Reference).Put("", m); err != nil {
			return err
		}
	}
	return nil
}

// CopyImage copies an image, and nothing that belongs to it, to another place.
func CopyImage(from, to Evidence) error {
	m, body, err := OpenRepo(from.Reference).Get(from.Digest)
	if err != nil {
		return err
	}
	if err := copyBlobs(&m, from, to, nil); err != nil {
		return err
	}
	tag := to.Reference[len(Repository(to.Reference))+1:]
	_, err = OpenRepo(to.Reference).putBytes(tag, m.MediaType, body)
	return err
}

func copyBlobs(m *Manifest, from, to Evidence, change func([]byte) []byte) error {
	if change == nil {
		change = func(content []byte) []byte { return content }
	}
	source, target := OpenRepo(from.Reference), OpenRepo(to.Reference)
	config, err := source.Blob(m.Config.Digest)
	if err == nil {
		_, err = target.PutBlob(config, m.Config.MediaType)
	}
	if err != nil {
		return err
	}
	for i, layer := range m.Layers {
		content, err := source.Blob(layer.Digest)
		if err != nil {
			return err
		}
		written, err := target.PutBlob(change(content), layer.MediaType)
		if err != nil {
			return err
		}
		written.Annotations = layer.Annotations
		m.Layers[i] = written
	}
	return nil
}

// Referrers lists what refers to a digest, through the API or else the fallback tag.
func (r Repo) Referrers(digest string) (Manifest, error) {
	request, err := http.NewRequest(http.MethodGet, r.base+"/referrers/"+digest, nil)
	if err != nil {
		return Manifest{}, err
	}
	body, _, err := do(request, http.StatusOK)
	if err != nil {
		m, _, err := r.Get(cosignTag(digest))
		return m, err
	}
	return parseManifest(body)
}

func cosignTag(digest string) string { return strings.Replace(digest, ":", "-", 1) }
