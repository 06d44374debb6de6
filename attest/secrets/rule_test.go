package secrets

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/attest/secrets/secretstest"
)

// The automaton finds what a search for each literal finds.
func TestAutomatonFindsEveryLiteral(t *testing.T) {
	literals := []string{"a", "ab", "bab", "abcab", "cab", "-", "bc"}
	text := []byte("ababcabbab-abcabcab\x00\xffcab")
	a := newAutomaton(literals)
	var got, want []int
	a.each(text, func(l uint16, end int) { got = append(got, int(l)*1000+end) })
	for i, l := range literals {
		for at := range text {
			if bytes.HasPrefix(text[at:], []byte(l)) {
				want = append(want, i*1000+at+len(l))
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is public, documented or only looks like a key is none.
func TestFindFalseAlarms(t *testing.T) {
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"1234567890","name":"John Doe"}`))
	for name, text := range map[string]string{
		"public key":     "-----BEGIN PUBLIC KEY-----\n" + strings.Repeat(secretstest.Text(64)+"\n", 5) + "-----END PUBLIC KEY-----",
		"certificate":    "-----BEGIN CERTIFICATE-----\n" + strings.Repeat(secretstest.Text(64)+"\n", 9) + "-----END CERTIFICATE-----",
		"public ssh key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + secretstest.Text(40) + " me@host",
		"fingerprint":    "GPG_KEY 0123456789ABCDEF0123456789ABCDEF01234567",
		"digest":         "sha256:" + strings.Repeat("0123456789abcdef", 4),
		"header alone":   "grep -q 'BEGIN RSA " + "PRIVATE KEY-----' x",
		"key of dots":    "-----BEGIN " + "PRIVATE KEY-----\n" + strings.Repeat("x", 80) + "\n-----END PRIVATE KEY-----",
		"aws example":    "AKIA" + "IOSFODNN7" + "EXAMPLE",
		"jwt.io":         "ey" + "JhbGciOiJIUzI1NiJ9." + claims + "." + secretstest.Text(43),
		"rfc 7617":       "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("Aladdin:open sesame")),
		"inside a word":  "x" + secretstest.All()["github-token"],
		"url words":      "http://user:pass@host/ http://user:password@host/ http://{user}:{pass}@host/ http://u:$P@h/ //a:b@c",
		"cut short":      secretstest.All()["github-token"][:30],
		"docker auth":    `"auth": "` + base64.StdEncoding.EncodeToString([]byte("no colon here")) + `"`,
		"words":          "TASK-users key-value sk-learn npm_config_cache pat.match hf_hub_download_and_then_something_more_of_it dapi: MASK",
	} {
		if got := rulesIn(text); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A private key is found as a whole, and nothing behind it.
func TestPrivateKeyEndsWhereItEnds(t *testing.T) {
	k := secretstest.All()["private-key"]
	got := Find([]byte(k + "\nother text follows here"))
	if len(got) != 1 || got[0].Start != 0 || got[0].End != len(k) {
		t.Errorf("%d matches", len(got))
	}
}

// Text that is all beginnings of tokens is read once, not once for each.
func TestFindRefusesOnce(t *testing.T) {
	looks := 0
	r := (&adder{}).add("x", `xoxb-[a-z-]{20,}`, "xoxb-").when(func(string) bool { looks++; return false })
	newEngine([]*rule{r}).find(bytes.Repeat([]byte("-xoxb-abcdefgh"), 1<<12))
	if want := 14 << 12 / (window - 14); looks > want+1 {
		t.Errorf("%d looks at %d bytes, want %d", looks, 14<<12, want)
	}
}

func TestFindIsBounded(t *testing.T) {
	one := secretstest.All()["stripe-key"] + "\n"
	if n := len(Find([]byte(strings.Repeat(one, 1000)))); n != maxMatches {
		t.Errorf("%d matches", n)
	}
}

// ordinary is prose, code and JSON without credentials.
func ordinary(n int) []byte {
	const text = `The quick brown fox reads the documentation at https://example.org/guide?id=42#top and says: "keep your keys safe".
func (s *scanner) next(token string) (string, error) { if s.auth == nil { return "", fmt.Errorf("no %q: %w", token, errNone) } ; return s.m["key-1"], nil }
{"name": "app", "version": "1.2.3", "scripts": {"test": "jest --us-ascii"}, "authors": [{"auth": "none", "password": null}], "d": "M0 0L10 10"}
	secret := k8s.Secret{ObjectMeta: meta, Type: "Opaque"} // api-version: v1, patch level, SKIP, TASK, -----------
`
	return bytes.Repeat([]byte(text), n/len(text)+1)[:n]
}

func BenchmarkFind(b *testing.B) {
	text := ordinary(1 << 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if got := Find(text); len(got) != 0 {
			b.Fatal(len(got), "matches")
		}
	}
}

func BenchmarkFile(b *testing.B) {
	text := ordinary(1 << 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		File("srv/app.conf", text, key)
	}
}

// BenchmarkFindHostile is text made of what the filter lets through.
func BenchmarkFindHostile(b *testing.B) {
	text := bytes.Repeat([]byte("-xoxb-.eyJabcdefghijkl-"), 1<<15)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Find(text)
	}
}

func BenchmarkEngine(b *testing.B) {
	for b.Loop() {
		newEngine(allRules())
	}
}
