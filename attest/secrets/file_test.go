package secrets

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

const key = "sha256:layer"

func fileRules(path, content string) []string {
	var out []string
	for _, f := range File(path, []byte(content), key) {
		out = append(out, f.Rule)
	}
	return out
}

// Stores of credentials are read in their own format: what is in them is found,
// and what is not clears the name.
func TestFileStores(t *testing.T) {
	v := secretstest.Text(16)
	cases := []struct{ path, content, rule string }{
		{"root/.netrc", "machine a.example login me\n  pass" + "word hunter2\n", "netrc"},
		{"root/.netrc", "machine a.example\n", ""},
		{"app/.npmrc", "registry=https://r.example/\n", ""},
		{"app/.npmrc", "//r.example/:_auth" + "Token=" + v, "npm-auth"},
		{"app/.npmrc", "//r.example/:_auth" + "Token=${NPM_TOKEN}", ""},
		{"app/.npmrc", "_auth = " + v, "npm-auth"},
		{"app/.yarnrc.yml", "npmAuth" + "Token: \"" + v + "\"\n", "npm-auth"},
		{"root/.pypirc", "[pypi]\nusername = me\npass" + "word = hunter2\n", "pypirc"},
		{"root/.pypirc", "[pypi]\nusername = me\n", ""},
		{"root/.docker/config.json", `{"auths":{"r.example":{"au` + `th":"` + v + `"}}}`, "docker-auth"},
		{"root/.docker/config.json", `{"auths":{"r.example":{"identity` + `token":"` + v + `"}}}`, "docker-auth"},
		{"root/.docker/config.json", `{"auths":{"r.example":{}},"credsStore":"desktop"}`, ""},
		{"root/.git-credentials", "https://me:" + "hunter2@git.example\n", "git-credentials"},
		{"root/.pgpass", "db:5432:app:me:hunter2\n", "pgpass"},
		{"root/.pgpass", "# host:port:db:user:pass\n", ""},
		{"root/.aws/credentials", "[default]\naws_access_key_id = x\naws_secret_" + "access_key = " + v + "\n", "aws-credentials"},
		{"root/.aws/config", "[default]\nregion = eu-west-1\n", ""},
		{"root/.kube/config", "users:\n- user:\n    token: " + v + "\n", "kubeconfig"},
		{"root/.kube/config", "users:\n- user:\n    exec: {command: aws}\n", ""},
		{"root/.m2/settings.xml", "<server><pass" + "word>hunter2</password></server>", "maven-password"},
		{"root/.m2/settings.xml", "<server><password>${env.PASS}</password></server>", ""},
		{"root/.cargo/credentials.toml", "[registry]\ntoken = \"" + v + "\"\n", "registry-credentials"},
		{"root/.composer/auth.json", `{"http-basic":{"r.example":{"username":"me","pass` + `word":"hunter2"}}}`, "composer-auth"},
		{"root/.vault-token", secretstest.Text(26), "token-file"},
		{"app/config/master.key", strings.Repeat("0123abcd", 4), "token-file"},
		{"root/.my.cnf", "[client]\npass" + "word=hunter2\n", RuleName},
		{"etc/shadow", "root:*:19000:0:99999:7:::\ndaemon:!:1::\n", ""},
		{"etc/shadow", "root:$6$" + v + "$" + secretstest.Text(86) + ":19000:0:99999:7:::\n", RuleHash},
		{"srv/.htpasswd", "me:$apr1$" + v + "$" + v + "\n", RuleHash},
	}
	for _, c := range cases {
		want := []string{c.rule}
		if c.rule == "" {
			want = nil
		}
		if got := fileRules(c.path, c.content); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.path, got, want)
		}
	}
}

// A name tells where the content cannot be read; what is empty or a placeholder
// is nothing.
func TestFileNames(t *testing.T) {
	for _, path := range []string{
		"root/.ssh/id_rsa", "id_ed25519", "etc/ssh/ssh_host_rsa_key", "app/server.p12", "a/B.PFX", "a/b.jks", "x.kdbx", "root/.aws/credentials",
		"root/.docker/config.json", "root/.npmrc", "root/.pypirc", "root/.netrc", "root/.git-credentials", "root/.kube/config", "root/.pgpass",
		"srv/.htpasswd", "app/.env", "x.ppk", "x.keytab", "root/.gnupg/secring.gpg", "terraform.tfstate",
	} {
		if got := File(path, nil, key); len(got) != 1 || got[0].Rule != RuleFileName || got[0].Line != 0 {
			t.Errorf("%s without content: %+v", path, got)
		}
		if !Suspect(path) || !Store(path) {
			t.Errorf("%s is not suspected", path)
		}
		for _, blank := range []string{"", " \n\t\n", "changeme\n"} {
			if got := File(path, []byte(blank), key); len(got) != 0 {
				t.Errorf("%s holding %q: %+v", path, blank, got)
			}
		}
	}
	for _, path := range []string{"root/.ssh/id_rsa", "app/server.p12", "x.kdbx"} {
		if got := fileRules(path, "\x00\x01 something"); !slices.Equal(got, []string{RuleFileName}) {
			t.Errorf("%s of unknown content: %q", path, got)
		}
	}
	for _, path := range []string{
		"root/.ssh/id_rsa.pub", "root/.ssh/authorized_keys", "root/.ssh/known_hosts", "etc/ssl/certs/ca.pem", "etc/ssl/cert.pem", "a/key.go", "etc/passwd",
		"app/config.json", "etc/pki/java/cacerts", "usr/share/keyrings/debian.gpg", "a/environment", "etc/ssh/ssh_host_rsa_key.pub",
	} {
		if got := File(path, nil, key); len(got) != 0 || Store(path) {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if !Suspect("etc/ssl/private/a.key") || !Suspect("a/b.pem") || Suspect("a/b.txt") {
		t.Error("a key's file is not worth reading, or any is")
	}
}

// The rule for names is for files of settings.
func TestFileSettings(t *testing.T) {
	v := secretstest.Text(16)
	cases := []struct {
		path, line string
		want       bool
	}{
		{"app/.env", "DB_PASSWORD=" + v, true}, {"app/.env", "export DB_PASSWORD='" + v + "'", true}, {"app/.env", "APP_KEY=" + v, true},
		{"app/.env", "# DB_PASSWORD=" + v, false}, {"app/.env", "DB_PASSWORD=", false}, {"app/.env", "DB_PASSWORD=changeme", false},
		{"app/.env", "DB_PASSWORD=$OTHER", false}, {"app/.env", "DB_PASSWORD=/run/secrets/db", false}, {"app/.env", "KEY_FILE=" + v, false},
		{"app/.env.production", "API_TOKEN=\"" + v + "\" # live", true}, {"app/prod.env", "API_TOKEN=" + v, true},
		{"a/application.properties", "spring.datasource.password=" + v, true}, {"a/application.properties", "spring.datasource.password: " + v, false},
		{"a/application.properties", "jwt.key=" + v, false}, {"a/messages_de.properties", "password=" + v, false}, {"a/x_de.properties", "password=" + v, false},
		{"a/application-prod.yml", "    password: " + v, true}, {"a/docker-compose.yml", "      - DB_PASSWORD=" + v, true}, {"a/values.yaml", "password: " + v, false},
		{"a/app.ini", "secret_key = " + v, true}, {"a/app.ini", "; secret_key = " + v, false}, {"a/app.cfg", "token = " + v, true},
		{"etc/nsswitch.conf", "passwd: files systemd", false}, {"etc/x.conf", "password = " + v, true}, {"etc/x.conf", "token_url = https://a.example/x", false},
		{"etc/ssl/openssl.cnf", "secret = pass:insta", false}, {"a/x.ini", "password = Password", false}, {"a/x.ini", "password = type it in", false},
		{"a/x.py", "password = \"" + v + "\"", false}, {"a/notes.txt", "PASSWORD=" + v, false},
	}
	for _, c := range cases {
		got := File(c.path, []byte("a = 1\n"+c.line+"\nb = 2\n"), key)
		if (len(got) == 1) != c.want || c.want && (got[0].Rule != RuleName || got[0].Line != 2 || got[0].Name == "" || got[0].Length != len(v)) {
			t.Errorf("%s %q: %+v", c.path, strings.ReplaceAll(c.line, v, "…"), got)
		}
	}
}

// A shape is found in any file; what only its surroundings tell has to look the
// part where people write examples.
func TestFileShapes(t *testing.T) {
	for id, s := range secretstest.All() {
		got := File("srv/data.json", []byte("x\n"+s+"\n"), key)
		if len(got) != 1 || got[0].Rule != id || got[0].Line < 2 || got[0].Length == 0 || len(got[0].Fingerprint) != 4 {
			t.Errorf("%s: %+v", id, got)
		}
	}
	weak := "x = postgres://app:" + "hunter2@db/app"
	if got := fileRules("srv/doc.txt", weak); got != nil {
		t.Errorf("an example: %q", got)
	}
	if got := fileRules("srv/settings.toml", weak); !slices.Equal(got, []string{"url-credentials"}) {
		t.Errorf("a setting: %q", got)
	}
	if got := fileRules("srv/doc.txt", "x = postgres://app:"+secretstest.Text(16)+"@db/app"); !slices.Equal(got, []string{"url-credentials"}) {
		t.Errorf("a strong value: %q", got)
	}
}

func TestFileIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "K%d_TOKEN=value%d\n", i, i)
	}
	if got := File("app/.env", []byte(b.String()), key); len(got) != maxFound || got[maxFound-1].Line != maxFound {
		t.Errorf("%d findings", len(got))
	}
	if got := File("srv/x.txt", []byte(strings.Repeat(secretstest.All()["stripe-key"]+"\n", 200)), key); len(got) != maxFound {
		t.Errorf("%d findings", len(got))
	}
	long := "DB_PASSWORD=" + strings.Repeat("ab1", maxLine)
	if got := File("app/.env", []byte(long), key); len(got) != 1 || got[0].Length > maxLine {
		t.Errorf("a long line: %+v", got)
	}
}

func TestSample(t *testing.T) {
	for path, want := range map[string]bool{
		"usr/share/doc/openssl/key.pem": true, "usr/share/man/man1/x.1": true, "app/tests/key.pem": true, "app/test/key.pem": true, "a/testdata/k": true,
		"a/examples/x.py": true, "usr/lib/python3/dist-packages/x/test_keys.py": true, "go/pkg/mod/a/b.go": true, "app/x_test.go": true, "app/README.md": true,
		"app/.env.example": true, "usr/local/go/src/crypto/x509/k.pem": true, "app/x.spec.ts": true,
		"etc/ssl/private/ssl-cert-snakeoil.key": false, "app/key.pem": false, "app/latest/key.pem": false, "app/contest/key.pem": false, "root/.ssh/id_rsa": false,
		"tests": false, "app/testimonials/key.pem": false, "app/test.py": false, "usr/share/app/key.pem": false,
	} {
		if Sample(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}
