package keys

import (
	"crypto"
	//lint:ignore SA1019 DSA is refused, and has to be named for that
	"crypto/dsa"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
)

func ecKey(t testing.TB, c elliptic.Curve) *ecdsa.PublicKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &k.PublicKey
}

func edKey(t testing.TB) ed25519.PublicKey {
	t.Helper()
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

// modulus makes an odd number of that many bits: strength looks at size and
// shape, so that no test waits for an RSA key.
func modulus(bits int) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return n.Add(n, big.NewInt(1))
}

func pemOf(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestParsePublicAccepts(t *testing.T) {
	for want, key := range map[string]any{
		"ecdsa-p256": ecKey(t, elliptic.P256()),
		"ecdsa-p384": ecKey(t, elliptic.P384()),
		"ecdsa-p521": ecKey(t, elliptic.P521()),
		"ed25519":    edKey(t),
		"rsa-2048":   &rsa.PublicKey{N: modulus(2048), E: 65537},
		"rsa-8192":   &rsa.PublicKey{N: modulus(8192), E: 65537},
	} {
		text := pemOf(t, key)
		got, err := ParsePublic(append([]byte("\n "), text...))
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got.Algorithm != want || string(got.PEM()) != string(text) {
			t.Errorf("%s: read as %s, written as %s", want, got.Algorithm, got.PEM())
		}
		if h, ok := strings.CutPrefix(got.Identity, "spki:sha256:"); !ok || len(h) != 64 {
			t.Errorf("%s: identity %s", want, got.Identity)
		}
	}
}

func TestParsePublicRefusesOtherFiles(t *testing.T) {
	good := string(pemOf(t, edKey(t)))
	block := func(kind string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte{0x30, 0}}))
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":         {" \n", "it is empty"},
		"no PEM":        {"ssh-ed25519 AAAA", "no PEM block"},
		"text before":   {"key:\n" + good, "text before"},
		"text after":    {good + "x", "something follows"},
		"two keys":      {good + good, "something follows"},
		"byte order":    {"\ufeff" + good, "no PEM block"},
		"headers":       {strings.Replace(good, "KEY-----\n", "KEY-----\nA: b\n\n", 1), "headers"},
		"private":       {block("PRIVATE KEY"), "pratique keys public"},
		"cosign key":    {block("ENCRYPTED SIGSTORE PRIVATE KEY"), "pratique keys public"},
		"certificate":   {block("CERTIFICATE"), "openssl x509"},
		"pkcs1":         {block("RSA PUBLIC KEY"), "openssl rsa"},
		"other block":   {block("PGP PUBLIC KEY BLOCK"), "another type"},
		"not DER":       {block("PUBLIC KEY"), "not a public key file"},
		"trailing DER":  {strings.Replace(good, "\n-----END", "AAAA\n-----END", 1), "not a public key file"},
		"larger than k": {good + strings.Repeat("\n", MaxPublic), "more than"},
	} {
		_, err := ParsePublic([]byte(c.text))
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestThreat42_WeakKeysRefused(t *testing.T) {
	curve := ecKey(t, elliptic.P256())
	x, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 a point that no constructor would take is the point
	off := &ecdsa.PublicKey{Curve: curve.Curve, X: big.NewInt(3), Y: big.NewInt(5)}
	for name, c := range map[string]struct {
		key  crypto.PublicKey
		want string
	}{
		"P-224":          {ecKey(t, elliptic.P224()), "P-224"},
		"off the curve":  {off, "not on its curve"},
		"empty ECDSA":    {&ecdsa.PublicKey{}, "empty ECDSA"},
		"nil ECDSA":      {(*ecdsa.PublicKey)(nil), "empty ECDSA"},
		"RSA 1024":       {&rsa.PublicKey{N: modulus(1024), E: 65537}, "1024 bits"},
		"RSA 2047":       {&rsa.PublicKey{N: modulus(2047), E: 65537}, "2047 bits"},
		"RSA 8200":       {&rsa.PublicKey{N: modulus(8200), E: 65537}, "8200 bits"},
		"RSA exponent 3": {&rsa.PublicKey{N: modulus(2048), E: 3}, "exponent 3"},
		"RSA exponent 1": {&rsa.PublicKey{N: modulus(2048), E: 1}, "exponent 1"},
		"RSA even e":     {&rsa.PublicKey{N: modulus(2048), E: 65538}, "exponent 65538"},
		"RSA even n":     {&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537}, "even"},
		"empty RSA":      {&rsa.PublicKey{}, "empty RSA"},
		"DSA":            {&dsa.PublicKey{}, "dsa.PublicKey"},
		"X25519":         {x.PublicKey(), "cannot verify"},
		"short Ed25519":  {ed25519.PublicKey("short"), "5 bytes"},
		"nothing":        {nil, "cannot verify"},
	} {
		if _, err := FromPublic(c.key); !errors.Is(err, ErrWeak) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, key := range []any{ecKey(t, elliptic.P224()), &rsa.PublicKey{N: modulus(1024), E: 65537}} {
		if _, err := ParsePublic(pemOf(t, key)); !errors.Is(err, ErrWeak) {
			t.Errorf("%T read from a file: %v", key, err)
		}
	}
}

// The forgery first, so that the test shows what the check is for.
func TestThreat42_SmallOrderEd25519(t *testing.T) {
	one := make(ed25519.PublicKey, 32)
	one[0] = 1
	forged := append([]byte(one), make([]byte, 32)...)
	if !ed25519.Verify(one, []byte("anything"), forged) {
		t.Fatal("the library refuses the forgery itself")
	}
	list := smallOrder()
	list = append(list, "0100000000000000000000000000000000000000000000000000000000000080")
	for _, h := range list {
		key, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FromPublic(ed25519.PublicKey(key)); !errors.Is(err, ErrWeak) {
			t.Errorf("%s: %v", h, err)
		}
	}
	for _, first := range []string{"ed", "ee", "ff"} {
		key, _ := hex.DecodeString(first + strings.Repeat("ff", 30) + "7f")
		if _, err := FromPublic(ed25519.PublicKey(key)); !errors.Is(err, ErrWeak) || !strings.Contains(err.Error(), "canonical") {
			t.Errorf("%s...: %v", first, err)
		}
	}
}

func TestRing(t *testing.T) {
	a, _ := FromPublic(edKey(t))
	b, _ := FromPublic(edKey(t))
	r, err := NewRing(Signer{"one", a}, Signer{"two", b})
	if err != nil || len(r.Signers()) != 2 || r.Signers()[1].Name != "two" {
		t.Fatalf("%v %v", r, err)
	}
	r.Signers()[0].Name = "changed"
	if r.Signers()[0].Name != "one" {
		t.Error("the ring can be changed from outside")
	}
	if got := (Ring{}).Signers(); len(got) != 0 {
		t.Errorf("zero ring: %v", got)
	}
	if (PublicKey{}).PEM() != nil {
		t.Error("zero key has a PEM form")
	}
	liar := a
	liar.Identity = b.Identity
	for name, c := range map[string]struct {
		signers []Signer
		want    string
	}{
		"same name": {[]Signer{{"one", a}, {"one", b}}, "there twice"},
		"no name":   {[]Signer{{"", a}}, "without a name"},
		"no key":    {[]Signer{{"one", PublicKey{}}}, "key refused"},
		"identity":  {[]Signer{{"one", liar}}, "identity is not"},
		"weak":      {[]Signer{{"one", PublicKey{Key: ecKey(t, elliptic.P224())}}}, "P-224"},
	} {
		if _, err := NewRing(c.signers...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestThreat44_OneKeyUnderTwoNames(t *testing.T) {
	text := pemOf(t, ecKey(t, elliptic.P256()))
	first, err := ParsePublic(text)
	if err != nil {
		t.Fatal(err)
	}
	second, err := ParsePublic([]byte(strings.ReplaceAll(string(text), "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewRing(Signer{"alice", first}, Signer{"bob", second})
	if err == nil || !strings.Contains(err.Error(), "alice and bob are one key") {
		t.Errorf("%v", err)
	}
}

func TestCheckName(t *testing.T) {
	for _, good := range []string{"a", "release", "Team-2_x.y", "9", strings.Repeat("a", 63)} {
		if err := CheckName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", ".a", "-a", "_a", "a b", "a/b", "a\nb", "\u0430lice", "a\x1b[0m", strings.Repeat("a", 64)} {
		if err := CheckName(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func FuzzParsePublic(f *testing.F) {
	f.Add(pemOf(f, ecKey(f, elliptic.P256())))
	f.Add(pemOf(f, edKey(f)))
	f.Add(pemOf(f, &rsa.PublicKey{N: modulus(2048), E: 65537}))
	f.Add(pemOf(f, ecKey(f, elliptic.P224())))
	f.Add([]byte("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := ParsePublic(text)
		if err != nil {
			if key.Key != nil || key.Identity != "" || key.Algorithm != "" {
				t.Fatal("an error and a key")
			}
			return
		}
		again, err := ParsePublic(key.PEM())
		if err != nil || again.Identity != key.Identity || again.Algorithm != key.Algorithm {
			t.Fatalf("written and read again: %v %v", again, err)
		}
	})
}
