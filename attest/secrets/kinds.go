package secrets

import (
	"path"
	"regexp"
	"strings"
	"sync"
)

// kind is what a file's name says of it.
type kind struct {
	// named says that the name alone tells of credentials, opaque that the
	// content cannot clear it, read that the content is worth reading.
	named, opaque, read bool
	// rule finds the credentials of the format: the first group of pattern that
	// takes part.
	rule    string
	pattern func() *regexp.Regexp
	// names are those whose values are secret; nil where the file is not one
	// of settings. sign stands between name and value.
	names func(string) bool
	sign  string
	// plain is a format in which a person writes settings, not code or prose.
	plain bool
}

// values are the credentials that the file's own format tells.
func (k kind) values(content []byte) []value {
	if k.pattern == nil {
		return nil
	}
	var out []value
	for _, m := range k.pattern().FindAllSubmatchIndex(content, maxFound) {
		start, end := m[2], m[3]
		if start < 0 && len(m) > 4 {
			start, end = m[4], m[5]
		}
		if start >= 0 && !Placeholder(string(content[start:end])) {
			out = append(out, value{rule: k.rule, start: start, end: end})
		}
	}
	return out
}

// store is a file in which a program keeps credentials in a known format.
func store(rule string, pattern func() *regexp.Regexp) kind {
	return kind{named: true, rule: rule, pattern: pattern}
}

func kindOf(file string) kind {
	file = strings.ToLower(file)
	base := path.Base(file)
	if k, ok := formatKind(base); ok {
		return k
	}
	if k, ok := folderKind(file, base); ok {
		return k
	}
	if k, ok := keyKind(base); ok {
		return k
	}
	return settingsKind(base)
}

// formatKind knows a store by its base name.
func formatKind(base string) (kind, bool) {
	p := formats()
	switch base {
	case ".netrc", "_netrc":
		return store("netrc", p.netrc), true
	case ".npmrc", ".yarnrc", ".yarnrc.yml":
		return store("npm-auth", p.npm), true
	case ".pypirc":
		return store("pypirc", p.password), true
	case ".dockercfg", ".dockerconfigjson":
		return store("docker-auth", p.docker), true
	case ".git-credentials":
		return store("git-credentials", p.git), true
	case ".pgpass", "pgpass.conf":
		return store("pgpass", p.pgpass), true
	case ".htpasswd":
		return kind{named: true, opaque: true, rule: RuleHash, pattern: p.hash}, true
	case ".my.cnf", "my.cnf", ".mylogin.cnf", ".s3cfg", ".boto", ".passwd-s3fs":
		return kind{named: base[0] == '.', names: Name, sign: "="}, true
	case "settings-security.xml":
		return store("maven-password", p.xml), true
	case ".vault-token", "master.key":
		return kind{named: base[0] == '.', read: true, rule: "token-file", pattern: p.whole}, true
	case "kubeconfig", ".kubeconfig":
		return store("kubeconfig", p.kube), true
	case "application_default_credentials.json":
		return store("gcloud-credentials", p.gcloud), true
	case ".terraformrc", "credentials.tfrc.json", "terraform.rc":
		return store("terraform-credentials", p.token), true
	}
	return kind{}, false
}

// folderKind knows a store by its base name and the folder it is in.
func folderKind(file, base string) (kind, bool) {
	p := formats()
	switch path.Base(path.Dir(file)) + "/" + base {
	case ".docker/config.json", "containers/auth.json":
		return store("docker-auth", p.docker), true
	case ".aws/credentials", ".aws/config":
		return store("aws-credentials", p.aws), true
	case ".kube/config":
		return store("kubeconfig", p.kube), true
	case ".m2/settings.xml":
		return store("maven-password", p.xml), true
	case ".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials":
		return store("registry-credentials", p.token), true
	case ".composer/auth.json", "composer/auth.json":
		return store("composer-auth", p.composer), true
	case "gh/hosts.yml":
		return store("github-hosts", p.token), true
	case "etc/shadow", "etc/shadow-", "etc/gshadow":
		return kind{read: true, rule: RuleHash, pattern: p.hash}, true
	}
	return kind{}, false
}

// keyKind knows private keys and key stores.
func keyKind(base string) (kind, bool) {
	switch base {
	case "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk", "identity", "secring.gpg", "key3.db", "key4.db", "logins.json":
		return kind{named: base != "identity" && base != "logins.json", opaque: base != "identity" && base != "logins.json", read: true}, true
	}
	if strings.HasPrefix(base, "ssh_host_") && strings.HasSuffix(base, "_key") {
		return kind{named: true, opaque: true}, true
	}
	switch path.Ext(base) {
	case ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".agekey", ".tfstate", ".jceks", ".bcfks", ".keytab":
		return kind{named: true, opaque: true}, true
	case ".pem", ".key", ".p8", ".pk8":
		return kind{read: true}, true
	}
	return kind{}, false
}

// settingsKind knows files of NAME = value.
func settingsKind(base string) kind {
	if base == ".env" || base == ".envrc" || strings.HasPrefix(base, ".env.") {
		return kind{named: base == ".env", read: true, names: Name, sign: "="}
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	switch path.Ext(base) {
	case ".env":
		return kind{read: true, names: Name, sign: "="}
	case ".properties":
		if translation(stem) {
			return kind{}
		}
		return kind{names: OptionName, sign: "="}
	case ".ini", ".cfg", ".conf", ".tfvars":
		return kind{names: OptionName, sign: "="}
	case ".yml", ".yaml":
		for _, start := range []string{"application", "bootstrap", "database", "secret", "credential", "docker-compose", "compose"} {
			if strings.HasPrefix(stem, start) {
				return kind{names: OptionName, sign: "=:"}
			}
		}
	}
	switch base {
	case "credentials":
		return kind{read: true, names: OptionName, sign: "="}
	case "config", "procfile":
		return kind{plain: true}
	}
	switch path.Ext(base) {
	case ".json", ".xml", ".toml", ".yml", ".yaml", ".sh", ".list":
		return kind{plain: true}
	}
	return kind{}
}

// translation is a Java bundle of messages, whose values are what a person
// reads beside the field for a password.
func translation(stem string) bool {
	for _, start := range []string{"messages", "message", "labels", "strings", "i18n", "localstrings", "resources", "translations"} {
		if strings.HasPrefix(stem, start) {
			return true
		}
	}
	parts := strings.Split(stem, "_")
	return len(parts) > 1 && len(parts[len(parts)-1]) == 2
}

// formatPatterns find the values of stores: group 1.
type formatPatterns struct {
	netrc, npm, password, docker, git, pgpass, hash, xml, whole, kube, gcloud, token, composer, aws func() *regexp.Regexp
}

var formats = sync.OnceValue(func() formatPatterns {
	lazy := func(pattern string) func() *regexp.Regexp {
		return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
	}
	return formatPatterns{
		netrc:    lazy(`\bpassword\s+("[^"\n]+"|\S+)`),
		npm:      lazy(`(?m)(?:_authToken|_auth|_password)\s*=\s*["']?([^\s"']+)|npmAuth(?:Token|Ident)\s*:\s*["']?([^\s"']+)`),
		password: lazy(`(?m)^\s*password\s*[=:][ \t]*(\S+)`),
		docker:   lazy(`"(?:auth|identitytoken|registrytoken|password)"\s*:\s*"([^"\n]{4,})"`),
		git:      lazy(`(?m)^\w+://[^\s/:@]*:([^\s/@]+)@`),
		pgpass:   lazy(`(?m)^[^#\s:][^:\n]*:[^:\n]*:[^:\n]*:[^:\n]*:(\S+)`),
		hash:     lazy(`(?m)^[^:\n]+:((?:\$[0-9a-z]{1,8}\$|\{SHA\})[^:\s]{8,})`),
		xml:      lazy(`<(?:password|passphrase|master)>\s*([^<\s][^<\n]*)<`),
		whole:    lazy(`\A\s*([A-Za-z0-9._-]{20,})\s*\z`),
		kube:     lazy(`(?m)^\s*-?\s*(?:client-key-data|token|password|id-token|refresh-token)\s*:\s*["']?([^\s"'{]{4,})`),
		gcloud:   lazy(`"(?:refresh_token|client_secret|private_key)"\s*:\s*"([^"\n]{8,})"`),
		token:    lazy(`(?m)(?:token|_api_key)"?\s*[=:]\s*["']?([^\s"'{]{8,})`),
		composer: lazy(`"(?:password|token|[a-z0-9.-]+\.(?:com|org|net|io))"\s*:\s*"([^"\n]{4,})"`),
		aws:      lazy(`(?m)^\s*aws_(?:secret_access_key|session_token)\s*=\s*(\S+)`),
	}
})
