package secrets

import (
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

func rulesIn(text string) []string {
	var out []string
	for _, m := range Find([]byte(text)) {
		out = append(out, m.Rule)
	}
	return out
}

// Every rule finds its sample, whatever stands around it, and one that is cut
// short is none.
func TestEveryRuleHasASample(t *testing.T) {
	all := secretstest.All()
	for _, r := range allRules() {
		s, ok := all[r.id]
		if !ok {
			t.Errorf("%s has no sample", r.id)
			continue
		}
		for _, text := range []string{s, "X=" + s + "\n", "a: \"" + s + "\",", "line\n" + s + "\nline", `{"k":"a\n` + s + `\n"}`} {
			if got := rulesIn(text); len(got) != 1 || got[0] != r.id {
				t.Errorf("%s: found %q in %d bytes", r.id, got, len(text))
			}
		}
	}
	for id := range all {
		if !strings.Contains(" "+strings.Join(ruleIDs(), " ")+" ", " "+id+" ") {
			t.Errorf("sample %s has no rule", id)
		}
	}
}

func ruleIDs() []string {
	var out []string
	for _, r := range allRules() {
		out = append(out, r.id)
	}
	return out
}
