package attest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// edit changes a predicate and writes it again.
func edit(t *testing.T, doc []byte, change func(top, ext map[string]any)) []byte {
	t.Helper()
	var top map[string]any
	if err := json.Unmarshal(doc, &top); err != nil {
		t.Fatal(err)
	}
	change(top, top[ExtensionType].(map[string]any))
	out, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func controlOf(ext map[string]any, i int) map[string]any {
	return ext["controls"].([]any)[i].(map[string]any)
}

// disagreements are the ways in which an audit can contradict itself, and a
// word of the error each must give.
func disagreements() map[string]struct {
	change func(top, ext map[string]any)
	says   string
} {
	type row = struct {
		change func(top, ext map[string]any)
		says   string
	}
	set := func(key string, value any, says string) row {
		return row{func(_, ext map[string]any) { ext[key] = value }, says}
	}
	return map[string]row{
		"result":            {func(top, _ map[string]any) { top["result"] = "PASSED" }, "result"},
		"no result":         {func(top, _ map[string]any) { delete(top, "result") }, "result"},
		"passed too much":   {func(top, _ map[string]any) { top["passedTests"] = []string{"CIS-DI-4.1", "CIS-DI-4.9"} }, "passedTests"},
		"passed twice":      {func(top, _ map[string]any) { top["passedTests"] = []string{"CIS-DI-4.9", "CIS-DI-4.9"} }, "passedTests"},
		"failed left out":   {func(top, _ map[string]any) { top["failedTests"] = []string{"CIS-DI-4.1"} }, "failedTests"},
		"warned left out":   {func(top, _ map[string]any) { delete(top, "warnedTests") }, "warnedTests"},
		"other test":        {func(top, _ map[string]any) { top["passedTests"] = []string{"CIS-DI-4.9", "unit"} }, "passedTests"},
		"profile digest":    {func(_, ext map[string]any) { ext["profile"].(map[string]any)["digest"] = digest('c') }, "configuration"},
		"no configuration":  {func(top, _ map[string]any) { top["configuration"] = nil }, "configuration"},
		"parameters digest": set("parametersDigest", digest('c'), "configuration"),
		"dockerfile":        set("dockerfile", digest('c'), "not of Dockerfile"),
		"dockerfile unsaid": {func(_, ext map[string]any) { delete(ext, "dockerfile") }, "not of Dockerfile"},
		"config":            set("config", digest('c'), "facts are of config"),
		"rules":             set("rulesVersion", "0", "rules"),
		"no rules": {func(_, ext map[string]any) {
			ext["rulesVersion"] = ""
			ext["facts"].(map[string]any)["rulesVersion"] = ""
		}, "rules"},
		"bad manifest":      set("manifest", "sha256:abc", "manifest"),
		"upper-case digest": set("manifest", strings.ToUpper(digest('a')), "manifest"),
		"time":              set("auditedAt", "yesterday", "auditedAt"),
		"zero time":         set("auditedAt", "0001-01-01T00:00:00Z", "auditedAt"),
		"unknown field":     set("verdict", "pass", "extension"),
		"unknown fact":      {func(_, ext map[string]any) { ext["facts"].(map[string]any)["extra"] = 1 }, "extension"},
		"origin":            {func(_, ext map[string]any) { controlOf(ext, 0)["origin"] = "elsewhere" }, "origin"},
		"key":               {func(_, ext map[string]any) { controlOf(ext, 0)["key"] = "image.base" }, "belongs"},
		"level":             {func(_, ext map[string]any) { controlOf(ext, 0)["level"] = 2 }, "belongs"},
		"scored":            {func(_, ext map[string]any) { controlOf(ext, 0)["scored"] = false }, "belongs"},
		"other number":      {func(_, ext map[string]any) { controlOf(ext, 0)["ids"] = map[string]string{"1.13.0": "4.2"} }, "belongs"},
		"status of no name": {func(_, ext map[string]any) { controlOf(ext, 0)["status"] = "passed" }, "extension"},
		"no status":         {func(_, ext map[string]any) { delete(controlOf(ext, 1), "status") }, "no status"},
		"status null":       {func(_, ext map[string]any) { controlOf(ext, 1)["status"] = nil }, "no status"},
		"no controls":       {func(_, ext map[string]any) { ext["controls"] = []any{} }, "controls"},
		"controls swapped":  {func(_, ext map[string]any) { c := ext["controls"].([]any); c[0], c[1] = c[1], c[0] }, "belongs"},
		"control twice":     {func(_, ext map[string]any) { c := ext["controls"].([]any); c[1] = c[0] }, "belongs"},
		"evidence too long": {func(_, ext map[string]any) { controlOf(ext, 0)["evidence"] = []string{strings.Repeat("a", maxLine+1)} }, "evidence"},
		"too much evidence": {func(_, ext map[string]any) { controlOf(ext, 0)["evidence"] = make([]string, maxLines+1) }, "evidence"},
		"reason too long": {func(_, ext map[string]any) {
			ext["builder"].(map[string]any)["reason"] = strings.Repeat("a", maxLine+1)
		}, "field"},
		"extension no object": {func(top, _ map[string]any) { top[ExtensionType] = []int{1} }, "extension"},
		"too many rows": {func(_, ext map[string]any) {
			rows := make([]any, maxRows+1)
			for i := range rows {
				rows[i] = map[string]any{"builder": "other", "text": ""}
			}
			ext["facts"].(map[string]any)["history"].(map[string]any)["rows"] = rows
		}, "rows"},
	}
}

func TestParseRefusesDisagreement(t *testing.T) {
	doc := predicateOf(t, testAudit(t))
	for name, d := range disagreements() {
		_, err := Parse(edit(t, doc, d.change))
		if !errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotAudit) || !strings.Contains(err.Error(), d.says) {
			t.Errorf("%s: %v, want %q", name, err, d.says)
		}
	}
}
