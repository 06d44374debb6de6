package cosign

import (
	"bytes"
	"encoding/hex"
	"encoding/json"

	"github.com/in-toto/in-toto-golang/in_toto"
	ctypes "github.com/sigstore/cosign/v2/pkg/types"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxSubjects is the most subjects a statement may have and still speak for an
// image (threat 54). The readers of statements elsewhere allow
// wire.MaxSubjects; a statement about more than 64 things is a list, not an
// audit.
const maxSubjects = 64

// statement is an in-toto statement whose signature verified.
type statement struct {
	Type          string          `json:"_type"`
	Subject       []subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`
}

type subject struct {
	Digest      map[string]string `json:"digest"`
	Annotations map[string]any    `json:"annotations"`
}

// parseStatement reads the exact bytes that were signed. The library accepts
// any type, duplicate and case-folded keys, and subjects in digests it never
// compares (threats 51-56); this does not. Errors wrap verify.ErrInvalid.
func parseStatement(payload []byte) (statement, error) {
	var st statement
	if err := wire.Decode(payload, &st); err != nil {
		return statement{}, invalid("statement: %v", err)
	}
	if st.Type != in_toto.StatementInTotoV1 && st.Type != in_toto.StatementInTotoV01 {
		return statement{}, invalid("statement type is %q, not in-toto v1 or v0.1", st.Type)
	}
	if st.PredicateType == "" {
		return statement{}, invalid("statement without a predicate type")
	}
	if err := checkPredicate(st); err != nil {
		return statement{}, err
	}
	return st, checkSubjects(st.Subject)
}

// checkPredicate wants an object. Only cosign's image signatures may go
// without: 2.6.5 writes none, 3.1.3 an empty one.
func checkPredicate(st statement) error {
	if st.Predicate == nil && st.kind() == verify.KindSignature {
		return nil
	}
	if !bytes.HasPrefix(bytes.TrimLeft(st.Predicate, " \t\r\n"), []byte("{")) {
		return invalid("statement's predicate is not an object")
	}
	return nil
}

func checkSubjects(subjects []subject) error {
	if len(subjects) == 0 {
		return invalid("statement without a subject")
	}
	if len(subjects) > maxSubjects {
		return invalid("statement has %d subjects, more than %d", len(subjects), maxSubjects)
	}
	for i, s := range subjects {
		if len(s.Digest) > wire.MaxDigests {
			return invalid("subject %d has more than %d digests", i+1, wire.MaxDigests)
		}
		if _, err := s.sha256(); err != nil {
			return invalid("subject %d: %v", i+1, err)
		}
		if err := checkDigests(s.Digest); err != nil {
			return invalid("subject %d: %v", i+1, err)
		}
	}
	return nil
}

func (s subject) sha256() (verify.Digest, error) {
	return verify.ParseDigest("sha256:" + s.Digest["sha256"])
}

// digestBytes is the length, in bytes, of the content digests of in-toto's
// digest_set.md, and 0 for a name that is none of them: git object and module
// hashes describe something else, and unknown names are to be ignored.
func digestBytes(algorithm string) int {
	switch algorithm {
	case "md5":
		return 16
	case "sha1", "ripemd160":
		return 20
	case "sha224", "sha512_224", "sha3_224":
		return 28
	case "sha256", "sha512_256", "sha3_256", "blake2s", "sm3", "gost":
		return 32
	case "sha384", "sha3_384":
		return 48
	case "sha512", "sha3_512", "blake2b":
		return 64
	}
	return 0
}

// checkDigests wants every digest it recognises to be well formed.
func checkDigests(digests map[string]string) error {
	for algorithm, value := range digests {
		want := digestBytes(algorithm)
		if want == 0 {
			continue
		}
		if b, err := hex.DecodeString(value); err != nil || len(b) != want {
			return invalid("%s digest %q is malformed", algorithm, value)
		}
	}
	return nil
}

// binds returns the subject that names the image, which must do so by sha256
// alone. A second content digest must agree too (threat 53), and without the
// content there is no telling whether it does.
func (st statement) binds(image verify.Digest) (subject, error) {
	for _, s := range st.Subject {
		if d, err := s.sha256(); err != nil || d != image {
			continue
		}
		for algorithm := range s.Digest {
			if algorithm != "sha256" && digestBytes(algorithm) > 0 {
				return subject{}, invalid("subject has a %s digest beside sha256, which cannot be checked", algorithm)
			}
		}
		return s, nil
	}
	return subject{}, elsewhere("statement is about %s, not about this image", st.others())
}

// others names the first subject, for a message.
func (st statement) others() string {
	d, err := st.Subject[0].sha256()
	if err != nil {
		return "something else"
	}
	return string(d)
}

// digests lists the subjects once each, the given one first.
func (st statement) digests(first verify.Digest) []verify.Digest {
	out, seen := []verify.Digest{first}, map[verify.Digest]bool{first: true}
	for _, s := range st.Subject {
		if d, err := s.sha256(); err == nil && !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	return out
}

// kind says what a statement is: cosign's own predicate type makes it an image
// signature, in whatever envelope it comes, and nothing else does.
func (st statement) kind() verify.Kind { return kindOf(st.PredicateType) }

func kindOf(predicateType string) verify.Kind {
	switch predicateType {
	case "":
		return ""
	case ctypes.CosignSignPredicateType:
		return verify.KindSignature
	}
	return verify.KindAttestation
}

// peek is the predicate type of a payload nobody vouches for, for display.
func peek(payload []byte) string {
	var st struct {
		PredicateType string `json:"predicateType"`
	}
	if wire.Decode(payload, &st) != nil {
		return ""
	}
	return st.PredicateType
}
