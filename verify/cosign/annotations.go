package cosign

import (
	"encoding/base64"
	"strings"

	"github.com/sigstore/cosign/v2/pkg/oci/static"
)

const (
	// maxSignature is the longest signature accepted, in characters of base64:
	// an RSA key of 16384 bits needs 2,732.
	maxSignature = 4 << 10
	// maxAnnotation is the longest of cosign's other annotations accepted, in
	// bytes. A log entry or a certificate chain takes a few thousand.
	maxAnnotation = 128 << 10
)

// checkAnnotations bounds what cosign may have written beside a layer. The log
// entry, timestamp and certificates are not read any further: they prove a
// time or a person, and here only a key counts.
func checkAnnotations(a map[string]string) error {
	for _, key := range []string{
		static.BundleAnnotationKey, static.CertificateAnnotationKey,
		static.ChainAnnotationKey, static.RFC3161TimestampAnnotationKey,
	} {
		if len(a[key]) > maxAnnotation {
			return invalid("annotation %s is longer than %d bytes", key, maxAnnotation)
		}
	}
	return nil
}

// signatureOf reads the signature annotation.
func signatureOf(a map[string]string) ([]byte, error) {
	text, ok := a[static.SignatureAnnotationKey]
	if !ok || text == "" {
		return nil, invalid("no signature in its annotations")
	}
	if len(text) > maxSignature {
		return nil, invalid("signature is longer than %d characters", maxSignature)
	}
	sig, err := decodeBase64(base64.StdEncoding, text)
	if err != nil {
		return nil, invalid("signature is not base64")
	}
	return sig, nil
}

// decodeBase64 accepts one spelling of the bytes only.
func decodeBase64(enc *base64.Encoding, text string) ([]byte, error) {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return nil, base64.CorruptInputError(i)
	}
	return enc.Strict().DecodeString(text)
}

// keyless reports whether a layer was signed with a certificate.
func keyless(a map[string]string) bool { return a[static.CertificateAnnotationKey] != "" }
