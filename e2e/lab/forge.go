package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

// Signer makes attestations byte by byte, as cosign would write them: many of them quickly, and
// wrong ones where a test wants that.
type Signer struct {
	key  *ecdsa.PrivateKey
	spki []byte
}

// NewSigner makes a P-256 key and writes it to prefix.pem, as openssl would and not encrypted, and its
// public half to prefix.pub.
func NewSigner(prefix string) (*Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	for file, block := range map[string]*pem.Block{
		prefix + ".pub": {Type: "PUBLIC KEY", Bytes: spki}, prefix + ".pem": {Type: "PRIVATE KEY", Bytes: pkcs8},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			return nil, err
		}
	}
	return &Signer{key, spki}, nil
}

// Statement is an in-toto statement v1 about a digest, with a predicate of about size bytes.
func Statement(digest, predicateType string, number, size int) []byte {
	rows := make([]string, 0, size/40+1)
	for i := range size/40 + 1 {
		rows = append(rows, fmt.Sprintf("row %4d of statement %4d, all is well", i, number))
	}
	text, err := json.Marshal(map[string]any{
		"_type":         "https://in-toto.io/Statement/v1",
		"subject":       []any{map[string]any{"name": "lab", "digest": map[string]string{"sha256": strings.TrimPrefix(digest, "sha256:")}}},
		"predicateType": predicateType,
		"predicate":     map[string]any{"number": number, "rows": rows},
	})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return text
}

// envelope is a DSSE envelope, https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md.
type envelope struct {
	Payload     string              `json:"payload"`
	PayloadType string              `json:"payloadType"`
	Signatures  []map[string]string `json:"signatures"`
}

func (s *Signer) envelope(statement []byte) (envelope, error) {
	const payloadType = "application/vnd.in-toto+json"
	signed := fmt.Sprintf("DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(statement), statement)
	hash := sha256.Sum256([]byte(signed))
	signature, err := ecdsa.SignASN1(rand.Reader, s.key, hash[:])
	return envelope{
		Payload: base64.StdEncoding.EncodeToString(statement), PayloadType: payloadType,
		Signatures: []map[string]string{{"sig": base64.StdEncoding.EncodeToString(signature)}},
	}, err
}

// AttestTag writes the statements as layers of the image's .att tag, in place of what is there.
func (s *Signer) AttestTag(reference, digest, predicateType string, statements ...[]byte) error {
	repo := OpenRepo(reference)
	m := Manifest{SchemaVersion: 2, MediaType: ociManifest}
	var diffs []string
	for _, statement := range statements {
		e, err := s.envelope(statement)
		if err != nil {
			return err
		}
		layer, err := putJSON(repo, e, envelopeMedia)
		if err != nil {
			return err
		}
		layer.Annotations = map[string]string{"dev.cosignproject.cosign/signature": "", "predicateType": predicateType}
		m.Layers = append(m.Layers, layer)
		diffs = append(diffs, layer.Digest)
	}
	config, err := putJSON(repo, map[string]any{
		"architecture": "", "os": "", "config": map[string]any{},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	}, "application/vnd.oci.image.config.v1+json")
	if err != nil {
		return err
	}
	m.Config = &config
	_, err = repo.Put(cosignTag(digest)+".att", m)
	return err
}

// AttestBundles writes each statement as a sigstore bundle v0.3 that refers to the image.
func (s *Signer) AttestBundles(reference, digest, predicateType string, statements ...[]byte) error {
	repo := OpenRepo(reference)
	_, image, err := repo.Get(digest)
	if err != nil {
		return err
	}
	config, err := repo.PutBlob([]byte("{}"), ociEmpty)
	if err != nil {
		return err
	}
	subject := &Descriptor{MediaType: ociManifest, Digest: digest, Size: len(image)}
	for _, statement := range statements {
		layer, err := s.putBundle(repo, statement)
		if err != nil {
			return err
		}
		_, err = repo.Put("", Manifest{
			SchemaVersion: 2, MediaType: ociManifest, ArtifactType: bundleMedia,
			Config: &config, Layers: []Descriptor{layer}, Subject: subject,
			Annotations: map[string]string{
				"dev.sigstore.bundle.content":       "dsse-envelope",
				"dev.sigstore.bundle.predicateType": predicateType,
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Signer) putBundle(repo Repo, statement []byte) (Descriptor, error) {
	e, err := s.envelope(statement)
	if err != nil {
		return Descriptor{}, err
	}
	hint := sha256.Sum256(s.spki)
	return putJSON(repo, map[string]any{
		"mediaType": bundleMedia,
		"verificationMaterial": map[string]any{
			"publicKey": map[string]string{"hint": base64.StdEncoding.EncodeToString(hint[:])},
		},
		"dsseEnvelope": e,
	}, bundleMedia)
}

func putJSON(repo Repo, value any, media string) (Descriptor, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return Descriptor{}, err
	}
	return repo.PutBlob(text, media)
}
