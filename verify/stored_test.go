package verify

import (
	"errors"
	"strings"
	"testing"
)

func TestParseStored(t *testing.T) {
	descriptor := `{"mediaType":"a/b","digest":"` + string(digestA) + `","size":1}`
	keys := `"config":` + descriptor + `,"layers":[` + descriptor + `]`
	for name, tt := range map[string]struct{ raw, want string }{
		"manifest":                {`{"schemaVersion":2,` + keys + `}`, typeOCIManifest},
		"index":                   {`{"schemaVersion":2,"manifests":[]}`, typeOCIIndex},
		"says what it is":         {`{"schemaVersion":2,"mediaType":"` + typeDockerManifest + `",` + keys + `}`, typeDockerManifest},
		"says something else":     {`{"schemaVersion":2,"mediaType":"` + typeOCIIndex + `",` + keys + `}`, ""},
		"says nothing we know":    {`{"schemaVersion":2,"mediaType":"a/b",` + keys + `}`, ""},
		"has the keys of both":    {`{"schemaVersion":2,"manifests":[],` + keys + `}`, ""},
		"has the keys of neither": {`{"schemaVersion":2}`, ""},
	} {
		m, err := ParseStored([]byte(tt.raw))
		if m.MediaType != tt.want || (tt.want == "") != errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %q, %v", name, m.MediaType, err)
		}
		if strings.Contains(tt.want, "index") != m.IsIndex {
			t.Errorf("%s: index is %v", name, m.IsIndex)
		}
	}
}
