package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/pratique-dev/pratique/verify"
)

// maxCode is how long an error code of a registry may be, in bytes.
const maxCode = 40

// StatusError is an answer that says neither "here it is" nor "there is none":
// the registry refused us or failed.
type StatusError struct {
	// Host is the registry that was asked.
	Host string
	// Status is the HTTP status, such as 403.
	Status int
	// Code is the registry's own error code, such as DENIED; "" if it gave none.
	Code string

	// what is the method and path, without the query, which may hold secrets.
	what string
	hint string
}

// Error names the request, the status and the registry's code, and nothing
// else the registry wrote.
func (e *StatusError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d %s", e.what, e.Status, http.StatusText(e.Status))
	if e.Code != "" {
		b.WriteString(" (" + e.Code + ")")
	}
	if e.hint != "" {
		b.WriteString(": " + e.hint)
	}
	return b.String()
}

// unexpected makes an error of an answer whose status was not the wanted one.
// Only a 404 from the registry itself is an absence: a 404 at the end of a
// redirect contradicts the registry, which said that the content is there.
func unexpected(r request, a answer) error {
	if a.status == http.StatusNotFound && !a.foreign {
		return fmt.Errorf("%s: %w", r, verify.ErrNone)
	}
	return &StatusError{Host: r.repo.host, Status: a.status, Code: errorCode(a.body), what: r.String(), hint: a.hint}
}

// errorCode takes the first code of an error body as the distribution spec
// ("Error Codes") has it, if it looks like one.
func errorCode(body []byte) string {
	var doc struct {
		Errors []struct {
			Code string `json:"code"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &doc) != nil || len(doc.Errors) == 0 {
		return ""
	}
	code := doc.Errors[0].Code
	if len(code) > maxCode || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return ""
	}
	return code
}

// invalid makes sure that err wraps verify.ErrInvalid.
func invalid(what fmt.Stringer, err error) error {
	if errors.Is(err, verify.ErrInvalid) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w: %w", what, verify.ErrInvalid, err)
}
