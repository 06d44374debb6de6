package attest

import (
	"errors"
	"strings"
	"testing"
)

// TestThreat62_FactsOfNoAudit: facts with a list left out, or with a place that
// makes a finding somebody else's, are no facts.
func TestThreat62_FactsOfNoAudit(t *testing.T) {
	type object = map[string]any
	layers := func(change object) object {
		out := object{"count": 2, "size": 1, "entries": 1, "contents": true, "setuid": []any{}, "secrets": []any{}, "switches": []any{},
			"traits": object{"kind": "full", "shells": []any{}, "packageManagers": []any{}}}
		for k, v := range change {
			out[k] = v
		}
		return out
	}
	list := func(row object) []any { return []any{row} }
	history := object{"source": "history", "row": 1}
	inventory := func(count int) object {
		return object{"packages": object{"count": count, "digest": "", "list": list(object{"manager": "apk", "name": "a", "version": "1"})}}
	}
	for name, tt := range map[string]struct {
		fact  string
		value object
		says  string
	}{
		"a base of negative layers":  {"base", object{"how": "given", "ref": "debian", "layers": -1}, "negative"},
		"a base of negative rows":    {"base", object{"how": "given", "rows": -1}, "negative"},
		"rows without layers":        {"base", object{"how": "given", "ref": "scratch", "rows": 1}, "without layers"},
		"scratch with layers":        {"base", object{"how": "given", "ref": "scratch", "layers": 1}, "has none"},
		"a base that is not in it":   {"base", object{"how": "given", "layers": 1, "mismatch": "x"}, "has none"},
		"no list of set-uid files":   {"layers", layers(object{"setuid": nil}), "lack a list"},
		"no list of secrets":         {"layers", layers(object{"secrets": nil}), "lack a list"},
		"no list of switches":        {"layers", layers(object{"switches": nil}), "lack a list"},
		"nothing of the layers":      {"layers", object{}, "lack a list"},
		"fewer than none":            {"layers", layers(object{"more": object{"setuid": -1}}), "more rows"},
		"a negative inventory":       {"layers", layers(inventory(-1)), "inventory"},
		"an inventory with a gap":    {"layers", layers(inventory(80)), "inventory"},
		"a set-uid file elsewhere":   {"layers", layers(object{"setuid": list(object{"at": history, "mode": "4755"})}), "placed"},
		"a secret file elsewhere":    {"layers", layers(object{"secrets": list(object{"at": history, "rule": "x"})}), "placed"},
		"a switch elsewhere":         {"layers", layers(object{"switches": list(object{"at": history, "rule": "x", "command": "y"})}), "placed"},
		"Dockerfile: a switch":       {"dockerfile", object{"switches": object{"hits": list(object{"at": history, "rule": "x", "command": "y"})}}, "placed"},
		"Dockerfile: an update":      {"dockerfile", object{"updates": object{"hits": list(object{"at": history, "command": "y"})}}, "placed"},
		"Dockerfile: an ADD":         {"dockerfile", object{"adds": object{"hits": list(object{"at": history, "source": "url"})}}, "placed"},
		"Dockerfile: a remark":       {"dockerfile", object{"unclear": list(object{"at": history, "why": "x"})}, "placed"},
		"Dockerfile: a secret":       {"dockerfile", object{"secrets": object{"hits": list(object{"rule": "x", "place": "env", "row": 1})}}, "no line"},
		"Dockerfile: unclear script": {"dockerfile", object{"switches": object{"hits": nil, "unclear": list(object{"at": history, "why": "x"})}}, "placed"},
	} {
		doc := edit(t, predicateOf(t, testAudit(t)), func(_, ext map[string]any) {
			if tt.fact == "dockerfile" {
				tt.value["digest"] = digest('b')
			}
			ext["facts"].(map[string]any)[tt.fact] = tt.value
		})
		if _, err := Parse(doc); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
	doc := edit(t, predicateOf(t, testAudit(t)), func(_, ext map[string]any) {
		ext["facts"].(map[string]any)["layers"] = layers(inventory(1))
	})
	if _, err := Parse(doc); err != nil {
		t.Error(err)
	}
}
