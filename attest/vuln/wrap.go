package vuln

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pratique-dev/pratique/verify/wire"
)

// kinds is what tells documents apart that may be given to Wrap.
type kinds struct {
	native
	Scanner       json.RawMessage `json:"scanner"`
	StatementType json.RawMessage `json:"_type"`
	PayloadType   json.RawMessage `json:"payloadType"`
	Context       json.RawMessage `json:"@context"`
}

// Wrap makes the predicate of a statement of a scanner's own report: trivy's
// or grype's JSON becomes the result in a cosign vuln/v1 predicate, with the
// scanner and the times that the report itself names; one that is a predicate
// already is returned as it is. What comes out is something that Parse reads.
// Errors wrap ErrInvalid.
func Wrap(report []byte) (predicateType string, predicate []byte, err error) {
	predicateType, predicate, err = wrap(report)
	if err == nil {
		_, err = parse(predicateType, predicate)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return predicateType, predicate, nil
}

func wrap(report []byte) (predicateType string, predicate []byte, err error) {
	if err := checkSize(report); err != nil {
		return "", nil, err
	}
	var k kinds
	if err := wire.Decode(report, &k); err != nil {
		return "", nil, err
	}
	switch {
	case k.StatementType != nil || k.PayloadType != nil:
		return "", nil, errors.New("is a statement or its envelope; its predicate is wanted")
	case k.Context != nil:
		return "", nil, errors.New("is an OpenVEX document, not a scan result")
	case k.Scanner != nil:
		predicateType, err = typeOf(report)
		return predicateType, report, err
	case k.SchemaVersion == nil && k.Matches == nil:
		return "", nil, errors.New("neither trivy's nor grype's JSON, nor a predicate of a scan result")
	}
	predicate, err = wrapNative(report)
	return TypeCosignVuln, predicate, err
}

// typeOf tells predicates apart by their result: in-toto's is a list of
// findings, cosign's is a scanner's report.
func typeOf(predicate []byte) (string, error) {
	_, result, err := parseFrame(predicate)
	if err != nil {
		return "", err
	}
	var inside struct {
		Vulnerabilities json.RawMessage `json:"vulnerabilities"`
	}
	if bytes.HasPrefix(result, []byte("[")) {
		var list []vulnerability
		if err := wire.Decode(result, &list); err != nil {
			return "", fmt.Errorf("scanner.result: %w", err)
		}
		if len(list) > 0 && list[0].Nested != nil {
			return TypeVulnsV01, nil
		}
		return TypeVulnsV02, nil
	}
	if err := wire.Decode(result, &inside); err != nil {
		return "", fmt.Errorf("scanner.result: %w", err)
	}
	if inside.Vulnerabilities != nil {
		return TypeVulnsV01, nil
	}
	return TypeCosignVuln, nil
}

// cosignVuln is a predicate as cosign has it. A time that is not known is left
// out.
type cosignVuln struct {
	Invocation struct{} `json:"invocation"`
	Scanner    struct {
		URI     string          `json:"uri"`
		Version string          `json:"version"`
		DB      database        `json:"db"`
		Result  json.RawMessage `json:"result"`
	} `json:"scanner"`
	Metadata scanTimes `json:"metadata"`
}

func wrapNative(report []byte) ([]byte, error) {
	r, err := parseNative(report)
	if err != nil {
		return nil, err
	}
	uri := trivyURI
	if r.Scanner == "grype" {
		uri = grypeURI
	}
	if r.Version != "" {
		uri += "@" + r.Version
	}
	var c cosignVuln
	c.Scanner.URI, c.Scanner.Version, c.Scanner.Result = uri, r.Version, report
	c.Scanner.DB.LastUpdate, c.Metadata.Finished = formatTime(r.Database), formatTime(r.ScannedAt)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
