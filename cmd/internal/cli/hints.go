package cli

import (
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/cmd/internal/source"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
)

// hinted are the commands that hints name and that need a registry's flags.
func hinted() []string {
	return []string{"pratique attest ", "pratique audit ", "pratique inspect ", "pratique sign ", "pratique policy explain ", "cosign attest "}
}

// rememberFlags keeps, for each repository, what a command in a hint needs to
// reach its registry. Credentials are never repeated.
func (a *app) rememberFlags(r registryFlags, docs []*policy.Document, refs []verify.Reference) {
	if a.reach == nil {
		a.reach = map[string]string{}
	}
	for _, ref := range refs {
		a.reach[ref.Repo()] = r.reach(docs, ref.Host)
	}
}

// reach are the flags that speak to a host as this command does.
func (r registryFlags) reach(docs []*policy.Document, host string) string {
	http := r.http
	for _, d := range docs {
		for _, h := range d.Registries {
			http = http || h.Host == host && h.HTTP
		}
	}
	flags := ""
	switch {
	case http:
		flags = "--allow-http-registry "
	case r.insecure:
		flags = "--allow-insecure-registry "
	}
	if r.caCert != "" {
		flags += "--registry-cacert " + quoted(r.caCert) + " "
	}
	return flags
}

// hint makes the commands in a hint about a repository ready to type.
func (a *app) hint(repo, text string) string {
	flags := a.reach[repo]
	for _, command := range hinted() {
		more := flags
		if command == "pratique policy explain " && a.policyFile != "" {
			more = "--policy " + quoted(a.policyFile) + " " + more
		}
		text = strings.ReplaceAll(text, command, command+more)
	}
	return text
}

// failureHint makes the hint of a command about one repository ready to type.
func (a *app) failureHint(text string) string {
	if len(a.reach) == 1 {
		for repo := range a.reach {
			return a.hint(repo, text)
		}
	}
	return text
}

// quoted is a file name as a shell takes it.
func quoted(name string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("/._-+,:@%=", c)
	}
	if strings.TrimFunc(name, plain) == "" && name != "" {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// unreachable is the failure to read an image, with what helps.
func unreachable(err error) error {
	if hint := source.Hint(err); hint != "" {
		return failed(err, hint)
	}
	return failed(err, reachHint(err.Error(), "check the name and your login, then run the command again"))
}

// reachHint is what helps against the commonest ways not to reach a registry,
// or else what was suggested.
func reachHint(why, otherwise string) string {
	switch {
	case strings.Contains(why, "first record does not look like a TLS handshake"):
		return fmt.Sprintf("if this registry is meant to speak plain http: --allow-http-registry, or {http: true} under registries: in the policy; else %s", otherwise)
	case strings.Contains(why, "certificate signed by unknown authority"):
		return fmt.Sprintf("if this registry has a CA of its own: --registry-cacert FILE, or {ca: FILE} under registries: in the policy; else %s", otherwise)
	case strings.Contains(why, ": 401 Unauthorized"), strings.Contains(why, ": 403 Forbidden"):
		host, _, _ := strings.Cut(strings.TrimPrefix(why, "GET "), "/v2/")
		return "docker login " + host + ", with a user who may pull; then run the command again"
	}
	return otherwise
}

// whoActs names who can do something about a reason.
func whoActs(r policy.Reason) string {
	for _, info := range policy.Codes() {
		if r.Who == "" && info.Code == r.Code {
			return info.Who
		}
	}
	return r.Who
}
