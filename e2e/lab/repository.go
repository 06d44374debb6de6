package lab

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Media types of what the lab writes itself.
const (
	ociManifest   = "application/vnd.oci.image.manifest.v1+json"
	ociIndex      = "application/vnd.oci.image.index.v1+json"
	ociEmpty      = "application/vnd.oci.empty.v1+json"
	bundleMedia   = "application/vnd.dev.sigstore.bundle.v0.3+json"
	envelopeMedia = "application/vnd.dsse.envelope.v1+json"
)

// Repo is one repository, spoken to in plain HTTP: what an attacker with the right to push can do,
// libraries often cannot.
type Repo struct{ base string }

// OpenRepo returns the repository of HOST/NAME:TAG.
func OpenRepo(reference string) Repo {
	host, path, _ := strings.Cut(Repository(reference), "/")
	return Repo{"http://" + host + "/v2/" + path}
}

// Descriptor is the part of an OCI descriptor that the lab uses.
type Descriptor struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	Size         int               `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// Manifest is an OCI image manifest or index.
type Manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType,omitempty"`
	ArtifactType  string            `json:"artifactType,omitempty"`
	Config        *Descriptor       `json:"config,omitempty"`
	Layers        []Descriptor      `json:"layers,omitempty"`
	Manifests     []Descriptor      `json:"manifests,omitempty"`
	Subject       *Descriptor       `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

// Digest is the sha256 digest of the content.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Get reads the manifest of a tag or digest, and its bytes as served.
func (r Repo) Get(reference string) (Manifest, []byte, error) {
	request, err := http.NewRequest(http.MethodGet, r.base+"/manifests/"+reference, nil)
	if err != nil {
		return Manifest{}, nil, err
	}
	request.Header.Set("Accept", strings.Join([]string{ociManifest, ociIndex,
		"application/vnd.docker.distribution.manifest.v2+json"}, ", "))
	body, _, err := do(request, http.StatusOK)
	if err != nil {
		return Manifest{}, nil, err
	}
	m, err := parseManifest(body)
	return m, body, err
}

func parseManifest(body []byte) (Manifest, error) {
	var m Manifest
	err := json.Unmarshal(body, &m)
	return m, err
}

// Put writes a manifest to a tag, or to its own digest if reference is empty, and returns the digest.
// A manifest with a subject is also entered in the fallback index where the registry asks for that.
func (r Repo) Put(reference string, m Manifest) (string, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	digest := Digest(body)
	if reference == "" {
		reference = digest
	}
	header, err := r.putBytes(reference, m.MediaType, body)
	if err == nil && m.Subject != nil && header.Get("OCI-Subject") == "" {
		entry := Descriptor{MediaType: m.MediaType, Digest: digest, Size: len(body), ArtifactType: m.ArtifactType}
		err = r.addToFallback(m.Subject.Digest, entry)
	}
	return digest, err
}

func (r Repo) putBytes(reference, media string, body []byte) (http.Header, error) {
	request, err := http.NewRequest(http.MethodPut, r.base+"/manifests/"+reference, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", media)
	_, header, err := do(request, http.StatusCreated)
	return header, err
}

func (r Repo) addToFallback(subject string, entry Descriptor) error {
	tag := cosignTag(subject)
	index, _, err := r.Get(tag)
	if err != nil {
		index = Manifest{SchemaVersion: 2, MediaType: ociIndex}
	}
	index.Manifests = append(index.Manifests, entry)
	_, err = r.Put(tag, index)
	return err
}

// Blob reads a blob.
func (r Repo) Blob(digest string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, r.base+"/blobs/"+digest, nil)
	if err != nil {
		return nil, err
	}
	body, _, err := do(request, http.StatusOK)
	return body, err
}

// PutBlob writes a blob and returns its descriptor.
func (r Repo) PutBlob(content []byte, media string) (Descriptor, error) {
	descriptor := Descriptor{MediaType: media, Digest: Digest(content), Size: len(content)}
	request, err := http.NewRequest(http.MethodPost, r.base+"/blobs/uploads/", nil)
	if err != nil {
		return descriptor, err
	}
	_, header, err := do(request, http.StatusAccepted)
	if err != nil {
		return descriptor, err
	}
	location, err := request.URL.Parse(header.Get("Location"))
	if err != nil {
		return descriptor, err
	}
	query := location.Query()
	query.Set("digest", descriptor.Digest)
	location.RawQuery = query.Encode()
	return descriptor, put(location, content)
}

func put(location *url.URL, content []byte) error {
	request, err := http.NewRequest(http.MethodPut, location.String(), bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	_, _, err = do(request, http.StatusCreated)
	return err
}

// do sends a request and reads the whole answer. Any other status than want is an error.
func do(request *http.Request, want int) ([]byte, http.Header, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != want {
		err = fmt.Errorf("%s %s: %s, want %d: %s", request.Method, request.URL, response.Status, want, clip(body))
	}
	return body, response.Header, err
}
