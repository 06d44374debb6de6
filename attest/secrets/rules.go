package secrets

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
)

// adder collects rules. Each pattern is compiled when its literal is first
// seen: a text without credentials costs none of them.
type adder struct{ rules []*rule }

// add takes a rule whose pattern begins with one of its literals.
func (a *adder) add(id, pattern string, literals ...string) *rule {
	r := &rule{
		id: id, literals: literals, window: window, near: run(0, 12),
		pattern: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?:` + pattern + `)`) }),
	}
	a.rules = append(a.rules, r)
	return r
}

// behind says that the literal has up to n bytes of a class in front of it: a
// is any letter or digit, 0 any digit, other bytes are themselves.
func (r *rule) behind(n int, class string) *rule {
	r.back, r.class = n, class
	return r
}

// after says what a cheap look behind the literal has to see. Most patterns want
// a run of letters and digits there.
func (r *rule) after(near func(rest []byte) bool) *rule { r.near = near; return r }

// anything is no look at all.
func anything([]byte) bool { return true }

// run looks for n bytes such as a token has, which begin within so many bytes
// of the literal.
func run(within, n int) func([]byte) bool {
	return func(rest []byte) bool {
		length := 0
		for i, b := range rest {
			switch {
			case tokenByte(b):
				length++
			case i >= within:
				return false
			default:
				length = 0
			}
			if length >= n {
				return true
			}
		}
		return false
	}
}

func tokenByte(b byte) bool {
	switch b {
	case '-', '_', '.', '/', '+', '=', '~', ':', '%', '$', '@':
		return true
	}
	return alnum(b)
}

// userinfo looks for the @ behind a URL's user and password.
func userinfo(rest []byte) bool {
	for _, b := range rest {
		switch b {
		case '@':
			return true
		case ' ', '\t', '\n', '\r', '/', '?', '#', '"', '\'', '<', '>', '`', '\\':
			return false
		}
	}
	return false
}

// login looks for the word of a netrc.
func login(rest []byte) bool { return bytes.Contains(rest[:min(len(rest), 300)], []byte("login")) }

// value says which group of the pattern is the secret.
func (r *rule) value(group int) *rule { r.group = group; return r }

// anywhere says that it may begin inside a word.
func (r *rule) anywhere() *rule { r.inside = true; return r }

// long says how many bytes the pattern has to see.
func (r *rule) long(n int) *rule { r.window = n; return r }

// when says what else the value has to be.
func (r *rule) when(real func(string) bool) *rule { r.real = real; return r }

// allRules is every rule. What a provider's own format tells comes before what
// only the words around it tell.
func allRules() []*rule {
	a := &adder{}
	addKeys(a)
	addCodeHosts(a)
	addRegistries(a)
	addClouds(a)
	addPlatforms(a)
	addObservers(a)
	addMessaging(a)
	addPayments(a)
	addModels(a)
	addContexts(a)
	return a.rules
}

// addKeys adds private keys, whoever they belong to.
func addKeys(a *adder) {
	a.add("private-key", `-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|\s|[A-Za-z0-9+/=:,.()]|-[A-Za-z0-9])*(?:-----END [A-Z0-9 ]{1,40}-----)?`, "-----BEGIN ").
		long(32 << 10).after(anything).when(longKey)
	a.add("putty-key", `Private-Lines: [0-9]+\s+([A-Za-z0-9+/=\s]{32,})`, "Private-Lines: ").value(1).after(run(8, 32)).long(8 << 10)
	a.add("age-secret-key", `AGE-SECRET-KEY-1[0-9A-Z]{58}`, "AGE-SECRET-KEY-1")
	a.add("jwk-private-key", `"d"\s{0,4}:\s{0,4}"([A-Za-z0-9_-]{43,})"`, `"d"`).value(1).after(run(16, 40))
	a.add("wireguard-key", `PrivateKey\s{0,4}=\s{0,4}([A-Za-z0-9+/]{43}=)`, "PrivateKey").value(1).after(run(16, 40))
	a.add("jwt", `eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`, ".eyJ").
		behind(512, "a_-").long(8 << 10).when(ownJWT)
}

// longKey reports whether there is a key behind its first line.
func longKey(v string) bool {
	_, body, _ := strings.Cut(v[len("-----BEGIN "):], "-----")
	body, _, _ = strings.Cut(body, "-----")
	n := 0
	for i := range len(body) {
		if alnum(body[i]) {
			n++
		}
	}
	return n >= 56 && Entropy(body) >= 350
}

// ownJWT tells a token from the one that jwt.io shows everybody.
func ownJWT(v string) bool {
	_, v, _ = strings.Cut(v, ".")
	v, _, _ = strings.Cut(v, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(v)
	return !strings.Contains(string(claims), `"sub":"1234567890"`) && !strings.Contains(string(claims), `"sub": "1234567890"`)
}

// addContexts adds what only the words around it tell.
func addContexts(a *adder) {
	a.add("url-credentials", `://[^\s/?#:@"'<>\x60\\]*:([^\s/?#@"'<>\x60\\]+)@[^\s/?#@"'<>\x60]`, "://").value(1).long(512).after(userinfo).when(ownPassword)
	a.add("http-authorization", `(?i)authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|bearer|token)\s{1,4}([A-Za-z0-9+/._~=-]{8,})`,
		"Authorization", "authorization", "AUTHORIZATION").value(1).long(8 << 10).after(run(24, 8)).when(ownLogin)
	a.add("docker-auth", `"auth"\s{0,8}:\s{0,8}"([A-Za-z0-9+/]{8,}={0,2})"`, `"auth"`).value(1).long(4 << 10).after(run(24, 8)).when(isLogin)
	a.add("connection-string", `;\s?(?i:password|pwd)=([^;"'\s\\]{1,128})`, ";Password=", "; Password=", ";Pwd=", ";PWD=", ";password=", "; password=", ";pwd=").
		value(1).after(anything).when(ownPassword)
	a.add("npm-auth", `_authToken\s{0,4}=\s{0,4}["']?([^\s"';,(){}]{8,})`, "_authToken").value(1).after(run(16, 8)).anywhere()
	a.add("npm-auth", `:?_(?:auth|password)=["']?([A-Za-z0-9+/]{8,}={0,2})`, "_auth=", "_password=").behind(1, ":").value(1).after(run(2, 8)).when(printable64)
	a.add("netrc", `machine\s+\S+\s+login\s+\S+\s+password\s+(\S+)`, "machine ").value(1).after(login)
	a.add("aws-secret-key", `(?i)aws[_.-]?secret[_.-]?(?:access[_.-]?)?key["']?\s{0,4}(?:=>|[=:,])\s{0,4}["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|\z)`,
		"SECRET", "secret", "Secret").behind(4, "awsAWS_.-").value(1).after(run(24, 40)).anywhere().when(ownAWS)
	a.add("azure-storage-key", `AccountKey=([A-Za-z0-9+/]{86}==)`, "AccountKey=").value(1).when(ownAzurite)
	a.add("azure-access-key", `SharedAccessKey=([A-Za-z0-9+/]{43}=)`, "SharedAccessKey=").value(1)
	a.add("azure-sas", `sig=([A-Za-z0-9%]{40,90}%3[dD])`, "sig=").value(1)
	a.add("nuget-password", `ClearTextPassword"\s+value="([^"]+)"`, `ClearTextPassword"`).value(1).after(anything)
}

// ownPassword tells a password from the words that explain a URL.
func ownPassword(v string) bool {
	switch strings.ToLower(v) {
	case "pass", "password", "passwd", "pwd", "pw", "secret", "port", "user", "foo", "bar", "baz", "token", "xxx", "passw0rd":
		return false
	}
	return true
}

// ownLogin tells a login from those of RFC 7617, 6749 and 6750, which code
// repeats in its comments.
func ownLogin(v string) bool {
	switch strings.TrimRight(v, "=") {
	case "mF_9.B5f-4.1JqM", "h480djs93hd8", "SlAV32hkKG", "7Fjfp0ZBr1KtDRbnfVdmIw", "2YotnFZFEjr1zCsicMWpAA":
		return false
	}
	b, _ := base64.StdEncoding.DecodeString(v)
	user, _, _ := strings.Cut(string(b), ":")
	return user != "Aladdin" && user != "s6BhdRkqt3"
}

// isLogin is user:password in base64.
func isLogin(v string) bool {
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		b, err = base64.RawStdEncoding.DecodeString(v)
	}
	user, password, ok := strings.Cut(string(b), ":")
	return err == nil && ok && user != "" && !Placeholder(strings.TrimRight(password, "\n"))
}

// printable64 is text in base64, as npm writes passwords.
func printable64(v string) bool {
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil || Placeholder(string(b)) {
		return false
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// ownAWS tells a key from those of Amazon's documentation.
func ownAWS(v string) bool {
	return !strings.HasSuffix(v, "EXAMPLE") && !strings.HasSuffix(v, "EXAMPLEKEY")
}

// ownAzurite tells a key from the storage emulator's, which all the world has.
func ownAzurite(v string) bool { return !strings.HasPrefix(v, "Eby8vdM02xNOcqF") }
