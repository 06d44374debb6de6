package policy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/cis"
)

const parametersRule = "attestations: [{predicate: cis-docker-image, anyOf: [ci], maxAge: 7d, time: claimed, parameters: {%s}}]"

// parametersOf reads a policy with these parameters.
func parametersOf(t *testing.T, text string) (cis.Parameters, error) {
	t.Helper()
	w := oneArch(t, "ci")
	d, err := w.parse("rules:\n  - name: a\n    images: [\"**\"]\n    " + fmt.Sprintf(parametersRule, text) + "\n")
	if err != nil {
		return cis.Parameters{}, err
	}
	return d.Rules[0].Attestations[0].Audit.Parameters, nil
}

// TestParameters are the operator's allow and deny lists, as Judge takes them.
func TestParameters(t *testing.T) {
	hex := strings.Repeat("ab", 32)
	id := int64(0)
	for text, change := range map[string]func(*cis.Parameters){
		"maxPackages: 88":                                   func(p *cis.Parameters) { p.MaxPackages = 88 },
		"forbidShell: true":                                 func(p *cis.Parameters) { p.ForbidShell = true },
		"acceptUnseen: true":                                func(p *cis.Parameters) { p.AcceptUnseen = true },
		"deniedPackages: [sudo, libc++1]":                   func(p *cis.Parameters) { p.DeniedPackages = []string{"sudo", "libc++1"} },
		"allowedBases: [debian]":                            func(p *cis.Parameters) { p.AllowedBases = []string{"docker.io/library/debian"} },
		"allowedBases: [acme/web]":                          func(p *cis.Parameters) { p.AllowedBases = []string{"docker.io/acme/web"} },
		"allowedBases: [\"acme/*\"]":                        func(p *cis.Parameters) { p.AllowedBases = []string{"docker.io/acme/*"} },
		"allowedBases: [\"library/**\"]":                    func(p *cis.Parameters) { p.AllowedBases = []string{"docker.io/library/**"} },
		"allowedBases: [\"index.docker.io/library/*\"]":     func(p *cis.Parameters) { p.AllowedBases = []string{"docker.io/library/*"} },
		"allowedBases: [\"registry.example/**\"]":           func(p *cis.Parameters) { p.AllowedBases = []string{"registry.example/**"} },
		"allowedBases: [\"registry.example:5000/a/b/*\"]":   func(p *cis.Parameters) { p.AllowedBases = []string{"registry.example:5000/a/b/*"} },
		"allowedBases: [\"debian@sha256:" + hex + "\"]":     func(p *cis.Parameters) { p.AllowedBases = []string{"docker.io/library/debian@sha256:" + hex} },
		"allowedSetuid: [{path: /bin/su}]":                  func(p *cis.Parameters) { p.AllowedSetUID = []cis.SetUIDRule{{Path: "/bin/su"}} },
		"allowedSetuid: [{path: /bin/su, mode: \"04755\"}]": func(p *cis.Parameters) { p.AllowedSetUID = []cis.SetUIDRule{{Path: "/bin/su", Mode: "4755"}} },
		"allowedSetuid: [{path: /p, mode: \"755\", uid: 0, gid: 0, sha256: " + hex + "}]": func(p *cis.Parameters) {
			p.AllowedSetUID = []cis.SetUIDRule{{Path: "/p", Mode: "0755", UID: &id, GID: &id, SHA256: hex}}
		},
	} {
		want := cis.DefaultParameters()
		change(&want)
		if got, err := parametersOf(t, text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// TestParametersAreReadStrictly: what is mistyped never matches, so an allow
// list would be short without anybody knowing, and a deny list open.
func TestParametersAreReadStrictly(t *testing.T) {
	for text, want := range map[string]string{
		"maxPackages: 0":                         "from 1 to 1000000",
		"maxPackages: -1":                        "from 1 to 1000000",
		"forbidShell: \"yes\"":                   "want true or false",
		"deniedPackages: []":                     "must not be empty",
		"deniedPackages: [\"sudo=1.9\"]":         "a name alone",
		"deniedPackages: [\"lib*\"]":             "a name alone",
		"deniedPackages: [sudo, sudo]":           "sudo is there twice",
		"allowedBases: []":                       "must not be empty",
		"allowedBases: [\"debian:12\"]":          "a tag can be moved, and facts do not tell what it was; write docker.io/library/debian, or docker.io/library/debian@sha256:DIGEST",
		"allowedBases: [\"debian:latest\"]":      "a tag can be moved",
		"allowedBases: [\"r.example:5000/a:1\"]": "write r.example:5000/a, or",
		"allowedBases: [\"debian:12@sha256:" + strings.Repeat("ab", 32) + "\"]": "a tag can be moved",
		"allowedBases: [\"debian@sha256:abc\"]":                                 "64 lower-case hex",
		"allowedBases: [\"a/*/b\"]":                                             "only the end may be open",
		"allowedBases: [\"**\"]":                                                "only the end may be open",
		"allowedBases: [\"a/b*\"]":                                              "only the end may be open",
		"allowedBases: [\"docker.io/*\"]":                                       "did you mean \"docker.io/library/*\"",
		"allowedBases: [Debian]":                                                "lower case",
		"allowedBases: [scratch]":                                               "needs no entry",
		"allowedBases: [debian, library/debian]":                                "docker.io/library/debian is there twice",
		"allowedSetuid: [{mode: \"4755\"}]":                                     "key \"path\" is missing",
		"allowedSetuid: [{path: bin/su}]":                                       "write /bin/su",
		"allowedSetuid: [{path: /bin/../bin/su}]":                               "write /bin/su",
		"allowedSetuid: [{path: /}]":                                            "not the absolute path of a file",
		"allowedSetuid: [{path: /bin/su, mode: 4755}]":                          "unquoted 4755",
		"allowedSetuid: [{path: /p, mode: \"4789\"}]":                           "not a mode in octal",
		"allowedSetuid: [{path: /p, mode: \"14755\"}]":                          "not a mode in octal",
		"allowedSetuid: [{path: /p, mode: rwsr-xr-x}]":                          "not a mode in octal",
		"allowedSetuid: [{path: /p, uid: -1}]":                                  "from 0 to 4294967294",
		"allowedSetuid: [{path: /p, sha256: ABCD}]":                             "64 lower-case hex digits",
		"allowedSetuid: [{path: /p, owner: 0}]":                                 "unknown key \"owner\"",
	} {
		_, err := parametersOf(t, text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
			continue
		}
		if !strings.HasPrefix(err.Error(), "p.yaml:10:") {
			t.Errorf("%s: not at its line: %v", text, err)
		}
	}
}

// TestLintBases: whoever has an account may push to Docker Hub.
func TestLintBases(t *testing.T) {
	w := oneArch(t, "ci")
	for base, want := range map[string]bool{"docker.io/**": true, "docker.io/library/**": false, "registry.example/**": false} {
		found := Lint(w.rule(fmt.Sprintf(parametersRule, "allowedBases: [\""+base+"\"]")), now)
		got := false
		for _, f := range found {
			got = got || f.Code == "allowed-bases-anybody"
		}
		if got != want {
			t.Errorf("%s: %+v", base, found)
		}
	}
}
