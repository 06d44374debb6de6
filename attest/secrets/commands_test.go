package secrets

import (
	"slices"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

func TestCommands(t *testing.T) {
	v := secretstest.Text(14)
	for script, rule := range map[string]string{
		"mysql -uroot -p" + v + " -e 'select 1'":       RulePassword,
		"mysqladmin -u root password " + v:             "",
		"sshpass -p " + v + " ssh a":                   RulePassword,
		"sshpass -p '" + v + "' ssh a":                 RulePassword,
		"curl -sSL -u me:" + v + " https://a.example":  RulePassword,
		"curl --user 'me:" + v + "' https://a.example": RulePassword,
		"docker login -u me -p " + v + " r.example":    RulePassword,
		"htpasswd -bc /etc/p me " + v:                  RulePassword,
		"echo 'root:" + v + "' | chpasswd":             RulePassword,
		"redis-cli -a " + v + " ping":                  RulePassword,
		"run --password " + v:                          RuleOption,
		"run --password=" + v:                          RuleOption,
		"run --api-key \"" + v + "\"":                  RuleOption,
		`["run", "--token", "` + v + `"]`:              RuleOption,
		"DB_PASSWORD=" + v + " ./run":                  RuleName,
		"export API_TOKEN='" + v + "' && ./run":        RuleName,
		"PGPASSWORD=" + v + " psql":                    RuleName,

		"mysql -u root -p -e x": "", "mysql -p$PASS": "", "curl -u \"$USER:$PASS\" x": "", "curl -u me: x": "", "run --password $PASS": "",
		"run --password \"$(cat /x)\"": "", "run --password-file /x": "", "run --password /run/secrets/x": "", "wget --auth-no-challenge https://a": "",
		"sort --key 2": "", "gpg --recv-keys 0123456789ABCDEF": "", "key='0123456789ABCDEF0123456789ABCDEF01234567'; gpg": "", "run --token --next": "",
		"apt-get install passwd": "", "useradd -p x me": "", "PASSWORD=changeme run": "", "mkdir -p" + v: "", "echo '" + v + ":x' | cat": "",
	} {
		var got []string
		for _, n := range Commands(script) {
			got = append(got, n.Rule)
			if script[n.Start:n.End] != v {
				t.Errorf("%q: the value is %q", script, script[n.Start:n.End])
			}
		}
		if want := []string{rule}; rule == "" && got != nil || rule != "" && !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", script, got, rule)
		}
	}
}

func TestPlaceholder(t *testing.T) {
	v := secretstest.Text(12)
	for value, want := range map[string]bool{
		"": true, "changeme": true, "ChangeMe123": true, "change-it": true, "your-password-here": true, "your_mailgun_domain": true, "<password>": true, "example": true,
		"example-token": true, "my-example-key-1": true, "insert_token_here": true, "my-secret-here": true, "replace_me": true, "placeholder": true, "${X}": true,
		"{password}": true, "***": true, "xxxxxxxx": true, "__TOKEN__": true, "%TOKEN%": true, "$TOKEN": true, "{{ x }}": true, "/run/secrets/x": true, "dummy": true,
		v: false, v + "example": false, "example" + v: false, "password": false, "secret": false, "hunter2": false, "my-" + v: false, "<" + v: false, "$" + v + "!": false,
		"your-" + v: false, "admin123": false,
	} {
		if Placeholder(value) != want {
			t.Errorf("%q: %v", value, !want)
		}
	}
}
