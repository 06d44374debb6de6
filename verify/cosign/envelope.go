package cosign

import (
	"bytes"
	"encoding/base64"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	ctypes "github.com/sigstore/cosign/v2/pkg/types"

	"github.com/pratique-dev/pratique/verify/wire"
)

// envelope is a DSSE envelope as far as it is trusted: the payload, which is
// read only once its signature verified. A key id is not even kept (threat 45).
type envelope struct {
	payload []byte
}

type envelopeDocument struct {
	PayloadType string `json:"payloadType"`
	Payload     string `json:"payload"`
	Signatures  []struct {
		Sig string `json:"sig"`
	} `json:"signatures"`
}

// parseEnvelope reads a DSSE envelope of at most wire.MaxBundle bytes with one
// signature over an in-toto statement. Base64 may use either alphabet, as the
// DSSE protocol wants, and is decoded once. Errors wrap verify.ErrInvalid.
func parseEnvelope(raw []byte) (envelope, error) {
	if err := checkObjects(raw); err != nil {
		return envelope{}, err
	}
	var doc envelopeDocument
	if err := wire.Decode(raw, &doc); err != nil {
		return envelope{}, unreadable("DSSE envelope: %v", err)
	}
	if err := checkEnvelope(doc.PayloadType, len(doc.Signatures)); err != nil {
		return envelope{}, err
	}
	if len(doc.Signatures[0].Sig) > maxSignature {
		return envelope{}, invalid("signature is longer than %d characters", maxSignature)
	}
	payload, err := decodeBase64(base64.StdEncoding, doc.Payload)
	if err != nil {
		payload, err = decodeBase64(base64.URLEncoding, doc.Payload)
	}
	if err != nil {
		return envelope{}, invalid("DSSE payload is not base64")
	}
	return envelope{payload}, nil
}

// maxObjects is how many objects a bundle may hold; one with 32 log entries and
// as many timestamps has some 500. A list of empty ones takes fifty times its
// length once it is read (threat 87).
const maxObjects = 4 << 10

// checkObjects counts braces: the strings of a bundle are base64 and have none.
func checkObjects(raw []byte) error {
	if bytes.Count(raw, []byte("{")) > maxObjects {
		return unreadable("more than %d objects in it", maxObjects)
	}
	return nil
}

// checkEnvelope holds an envelope of either format to one signature and the
// one payload type.
func checkEnvelope(payloadType string, signatures int) error {
	if payloadType != ctypes.IntotoPayloadType {
		return invalid("DSSE payload type is %q, not %s", payloadType, ctypes.IntotoPayloadType)
	}
	if signatures != 1 {
		return invalid("DSSE envelope has %d signatures, not one", signatures)
	}
	return nil
}

// signed is the bytes the signature is over.
func (e envelope) signed() []byte { return dsse.PAE(ctypes.IntotoPayloadType, e.payload) }
