package policy

import (
	"encoding/hex"
	"strings"

	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify/wire"
)

func (c *compiler) signers(list dict[signerShape]) {
	for _, one := range list.list {
		name, shape := one.key, one.value
		if err := keys.CheckName(name.s); err != nil {
			c.add(name.at, "", "%v", err)
			continue
		}
		c.doc.at["signer "+name.s] = name.at
		c.doc.Signers = append(c.doc.Signers, c.signer(name, &shape))
	}
	c.doc.ring = c.ringOf(c.doc.Signers)
}

func (c *compiler) signer(name text, shape *signerShape) Signer {
	s := Signer{Name: name.s, Revoked: shape.Revoked.b, LogRequired: shape.Log.set()}
	kinds := 0
	if shape.Key.set() {
		kinds++
		s.Kind, s.File = SignerKey, shape.Key.s
		c.key(&s, shape)
	}
	if shape.Keyless != nil {
		kinds++
		s.Kind, s.Keyless = SignerKeyless, c.keyless(shape.Keyless)
	}
	if shape.ContentTrust != nil {
		kinds++
		s.Kind, s.ContentTrust = SignerContentTrust, c.contentTrust(shape.ContentTrust)
	}
	if kinds != 1 {
		c.add(name.at, "", "signer %s needs exactly one of key, keyless and contentTrust", name.s)
	}
	c.window(&s, shape)
	return s
}

func (c *compiler) key(s *Signer, shape *signerShape) {
	pem := c.read(shape.Key, wire.MaxKeyFile)
	if pem == nil {
		return
	}
	key, err := keys.ParsePublic(pem)
	if err != nil {
		c.add(shape.Key.at, "", "file %q: %v", s.File, err)
		return
	}
	s.Key = key
}

// window reads the validity of a key. A certificate has its own, and a trust
// server's keys have theirs in its metadata.
func (c *compiler) window(s *Signer, shape *signerShape) {
	for _, t := range []text{shape.Log, shape.NotBefore, shape.NotAfter} {
		if t.set() && s.Kind != SignerKey {
			c.add(t.at, "", "log, notBefore and notAfter are for signers with a key")
			return
		}
	}
	var err error
	if shape.NotBefore.set() {
		if s.NotBefore, err = parseInstant(shape.NotBefore.s, false); err != nil {
			c.add(shape.NotBefore.at, "", "%v", err)
		}
	}
	if shape.NotAfter.set() {
		if s.NotAfter, err = parseInstant(shape.NotAfter.s, true); err != nil {
			c.add(shape.NotAfter.at, "", "%v", err)
		}
	}
	if !s.NotBefore.IsZero() && !s.NotAfter.IsZero() && !s.NotBefore.Before(s.NotAfter) {
		c.add(shape.NotAfter.at, "", "notAfter is not later than notBefore")
	}
}

func (c *compiler) keyless(shape *keylessShape) *Keyless {
	k := &Keyless{Issuer: shape.Issuer.s, Identity: shape.Identity.s, IdentityRegexp: shape.IdentityRegexp.s,
		Repository: shape.Repository.s, TrustedRoot: c.read(shape.TrustedRoot, maxReference)}
	for _, t := range []text{shape.Issuer, shape.Repository} {
		if err := checkURL(t.s); t.set() && err != nil {
			c.add(t.at, "", "%v", err)
		}
	}
	if shape.Identity.set() == shape.IdentityRegexp.set() {
		c.add(shape.At, "", "keyless needs exactly one of identity and identityRegexp")
	}
	if !shape.IdentityRegexp.set() {
		return k
	}
	re, err := anchored(k.IdentityRegexp)
	switch {
	case err != nil:
		c.add(shape.IdentityRegexp.at, "", "%v", err)
	case re.MatchString("") || re.MatchString("https://unrelated.invalid/"):
		c.add(shape.IdentityRegexp.at, "write the identity, or the part that varies in it",
			"identityRegexp %q matches anybody", k.IdentityRegexp)
	}
	return k
}

func (c *compiler) contentTrust(shape *contentTrustShape) *ContentTrust {
	t := &ContentTrust{Server: shape.Server.s, ServerCA: c.read(shape.ServerCA, wire.MaxKeyFile),
		CertificateID: shape.Root.CertificateID.s, RootCA: c.read(shape.Root.CA, wire.MaxKeyFile)}
	if err := checkURL(t.Server); err != nil {
		c.add(shape.Server.at, "", "%v", err)
	}
	if shape.Root.CertificateID.set() == shape.Root.CA.set() {
		c.add(shape.Root.At, "", "root needs exactly one of certificateID and ca")
	}
	if id := shape.Root.CertificateID; id.set() {
		if b, err := hex.DecodeString(id.s); err != nil || len(b) != 32 || strings.ToLower(id.s) != id.s {
			c.add(id.at, "", "certificateID %q is not 64 lower-case hex digits", id.s)
		}
	}
	for _, role := range shape.Roles {
		if role.s != "targets" && (!strings.HasPrefix(role.s, "targets/") || strings.Contains(role.s, "..")) {
			c.add(role.at, "", "role %q is neither targets nor below it", role.s)
		}
		t.Roles = append(t.Roles, role.s)
	}
	if age := shape.MaxTimestampAge; age.set() {
		var err error
		if t.MaxTimestampAge, err = parseAge(age.s); err != nil {
			c.add(age.at, "", "%v", err)
		}
	}
	return t
}
