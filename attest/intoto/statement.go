package intoto

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	ita "github.com/in-toto/attestation/go/v1"
	"github.com/in-toto/in-toto-golang/in_toto"
	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// Statement is an in-toto statement v1 about one image. name is the
// repository, for people; verifiers match the digest alone. predicate is a JSON
// object. The same arguments give the same bytes.
func Statement(subject verify.Digest, name, predicateType string, predicate json.RawMessage) ([]byte, error) {
	if err := checkStatement(subject, predicateType, predicate); err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	//lint:ignore SA1019 the protobuf type cannot carry a predicate's bytes as they are: it turns every number into a float
	s := in_toto.Statement{
		//lint:ignore SA1019 as above
		StatementHeader: in_toto.StatementHeader{
			Type:          in_toto.StatementInTotoV1,
			PredicateType: predicateType,
			//lint:ignore SA1019 as above
			Subject: []in_toto.Subject{{Name: name, Digest: map[string]string{"sha256": subject.Hex()}}},
		},
		Predicate: predicate,
	}
	out, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	return out, wire.Check(out)
}

func checkStatement(subject verify.Digest, predicateType string, predicate json.RawMessage) error {
	if _, err := verify.ParseDigest(string(subject)); err != nil {
		return err
	}
	if u, err := url.Parse(predicateType); err != nil || !u.IsAbs() {
		return fmt.Errorf("predicate type %q: want a URI", predicateType)
	}
	var object map[string]json.RawMessage
	if err := wire.Decode(predicate, &object); err != nil {
		return fmt.Errorf("predicate: %w", err)
	}
	if object == nil {
		return errors.New("predicate: want a JSON object")
	}
	return nil
}

// signStatement is the statement of an image signature in bundle form, as
// cosign 3 writes it: the subject has no name, and carries the annotations.
func signStatement(subject verify.Digest, annotations map[string]string) ([]byte, error) {
	fields := map[string]any{}
	for k, v := range annotations {
		fields[k] = v
	}
	notes, err := structpb.NewStruct(fields)
	if err != nil {
		return nil, fmt.Errorf("annotations: %w", err)
	}
	if len(annotations) == 0 {
		notes = nil
	}
	return compactProto(&ita.Statement{
		Type:          attest.StatementV1,
		Subject:       []*ita.ResourceDescriptor{{Digest: map[string]string{"sha256": subject.Hex()}, Annotations: notes}},
		PredicateType: attest.CosignSignType,
		Predicate:     &structpb.Struct{},
	})
}

// said is what a statement says of itself, as far as attaching it needs.
type said struct {
	Type          string `json:"_type"`
	PredicateType string `json:"predicateType"`
	Subject       []struct {
		Digest map[string]string `json:"digest"`
	} `json:"subject"`
}

// readStatement refuses what no verifier of ours would count.
func readStatement(statement []byte) (said, error) {
	var s said
	if err := wire.Decode(statement, &s); err != nil {
		return said{}, fmt.Errorf("statement: %w", err)
	}
	switch {
	case s.Type != attest.StatementV1:
		return said{}, fmt.Errorf("statement: type %q, want %s", wire.Printable(s.Type), attest.StatementV1)
	case s.PredicateType == "":
		return said{}, errors.New("statement: no predicate type")
	case len(s.Subject) == 0:
		return said{}, errors.New("statement: no subject")
	}
	return s, nil
}

// names reports whether the statement speaks of the digest.
func (s said) names(d verify.Digest) bool {
	for _, sub := range s.Subject {
		if sub.Digest["sha256"] == d.Hex() {
			return true
		}
	}
	return false
}

// compactProto takes out the white space that protojson puts in at random.
func compactProto(m proto.Message) ([]byte, error) {
	loose, err := protojson.Marshal(m)
	if err != nil {
		return nil, err
	}
	var tight bytes.Buffer
	if err := json.Compact(&tight, loose); err != nil {
		return nil, err
	}
	return tight.Bytes(), nil
}
