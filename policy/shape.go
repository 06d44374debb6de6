package policy

// The shape of a policy file, as it is written. Everything that needs more
// than the shape to be judged is judged in compile.go.

type docShape struct {
	At         pos
	APIVersion text                `yaml:"apiVersion" need:"yes" oneof:"pratique.dev/v1" doc:"Version of this format."`
	Kind       text                `yaml:"kind" need:"yes" oneof:"Policy" doc:"Always Policy."`
	Metadata   metaShape           `yaml:"metadata" need:"yes" doc:"Names the policy."`
	Default    text                `yaml:"default" need:"yes" oneof:"deny|warn|allow" doc:"Verdict for an image no rule matches."`
	Signers    dict[signerShape]   `yaml:"signers" doc:"Who may vouch: named once, used by name."`
	Floor      *evidenceShape      `yaml:"floor" doc:"Applies to every image, whatever rule matches."`
	Rules      []ruleShape         `yaml:"rules" empty:"ok" doc:"The most specific match wins; equal specificity is an error."`
	Registries dict[registryShape] `yaml:"registries" doc:"How to reach registries, by host[:port]."`
}

type metaShape struct {
	Name   text  `yaml:"name" need:"yes" doc:"Shown with every decision."`
	Serial whole `yaml:"serial" doc:"A serial lower than the last one seen is refused."`
}

type signerShape struct {
	Key          text               `yaml:"key" doc:"File with one PEM public key, relative to the policy."`
	Log          text               `yaml:"log" oneof:"required" doc:"Only signatures with a transparency log entry count."`
	NotBefore    text               `yaml:"notBefore" doc:"The key does not count before this date or time."`
	NotAfter     text               `yaml:"notAfter" doc:"After this date or time only signatures proven to be older count."`
	Revoked      truth              `yaml:"revoked" doc:"Never counts, whenever it signed."`
	Keyless      *keylessShape      `yaml:"keyless" doc:"A certificate identity instead of a key."`
	ContentTrust *contentTrustShape `yaml:"contentTrust" doc:"Docker Content Trust instead of a key."`
}

type keylessShape struct {
	At             pos
	Issuer         text `yaml:"issuer" need:"yes" doc:"OIDC issuer, exactly."`
	Identity       text `yaml:"identity" doc:"Certificate identity, exactly."`
	IdentityRegexp text `yaml:"identityRegexp" doc:"RE2 expression for the whole identity; it is anchored."`
	Repository     text `yaml:"repository" doc:"Source repository; needed for GitHub and GitLab issuers."`
	TrustedRoot    text `yaml:"trustedRoot" need:"yes" doc:"File with the sigstore trusted root."`
}

type contentTrustShape struct {
	At              pos
	Server          text      `yaml:"server" need:"yes" doc:"URL of the trust server, https."`
	ServerCA        text      `yaml:"serverCA" doc:"File with the CA of a private trust server."`
	Root            rootShape `yaml:"root" need:"yes" doc:"What the root key is pinned to."`
	Roles           []text    `yaml:"roles" need:"yes" doc:"Roles that count; no other does."`
	MaxTimestampAge text      `yaml:"maxTimestampAge" doc:"Oldest timestamp accepted, such as 24h."`
}

type rootShape struct {
	At            pos
	CertificateID text `yaml:"certificateID" doc:"Certificate id of the root key, 64 hex digits."`
	CA            text `yaml:"ca" doc:"File with the CA that issued the root certificate."`
}

type ruleShape struct {
	At        pos
	Name      text   `yaml:"name" need:"yes" doc:"Shown with every decision."`
	Images    []text `yaml:"images" need:"yes" doc:"Patterns for the canonical name: * within a segment, ** for one or more segments."`
	Mode      text   `yaml:"mode" oneof:"enforce|warn" doc:"warn lets through what only lacks evidence; enforce is the default."`
	Until     text   `yaml:"until" doc:"Last day (UTC) of mode warn; then the rule is enforced."`
	Platforms words  `yaml:"platforms" doc:"all (the default), host, or a list of os/arch[/variant]."`
	evidenceShape
}

type evidenceShape struct {
	At           pos
	Signatures   *signaturesShape   `yaml:"signatures" doc:"Image signatures asked for."`
	Attestations []attestationShape `yaml:"attestations" doc:"Attestations asked for; all entries must hold."`
	Run          *runShape          `yaml:"run" doc:"Section 5, judged on the create request or the pod."`
}

type signaturesShape struct {
	At          pos
	AnyOf       []text     `yaml:"anyOf" need:"yes" doc:"Names of signers."`
	Threshold   *whole     `yaml:"threshold" doc:"How many different signers must have signed; 1 by default."`
	Binds       text       `yaml:"binds" oneof:"digest|repository|tag" doc:"What a signature must name; digest by default."`
	SignedAs    []text     `yaml:"signedAs" doc:"Other repositories whose name a signature may carry."`
	Annotations dict[text] `yaml:"annotations" doc:"Signed annotations that must be there, with these values."`
}

type attestationShape struct {
	At         pos
	Predicate  text             `yaml:"predicate" need:"yes" doc:"cis-docker-image, one of cosign's names for --type, or a URI."`
	AnyOf      []text           `yaml:"anyOf" need:"yes" doc:"Names of signers."`
	Threshold  *whole           `yaml:"threshold" doc:"How many different signers must have attested; 1 by default."`
	MaxAge     text             `yaml:"maxAge" doc:"Oldest attestation accepted, such as 168h or 7d."`
	Time       text             `yaml:"time" oneof:"claimed" doc:"claimed: without a proven time the signer's own clock counts."`
	Profile    text             `yaml:"profile" oneof:"starter|cis-l1|cis-l2" doc:"What a finding of the audit does; starter by default."`
	Controls   dict[text]       `yaml:"controls" oneof:"deny|warn|none" doc:"Raises or lowers single controls of the profile."`
	Except     []exceptionShape `yaml:"except" empty:"ok" doc:"Controls that may fail for a while."`
	Base       *baseShape       `yaml:"base" doc:"Another standard for what the image has from its base."`
	Parameters *parametersShape `yaml:"parameters" doc:"Parameters the facts are judged with again."`

	Vulnerabilities *scanShape `yaml:"vulnerabilities" doc:"What a vulnerability scan may find; without it any result will do."`
	VEX             *vexShape  `yaml:"vex" doc:"Whose OpenVEX statements say that a vulnerability does not matter here."`
}

type scanShape struct {
	At             pos
	MaxSeverity    text          `yaml:"maxSeverity" need:"yes" oneof:"high|medium|low|negligible|none" doc:"The highest severity let through; unknown is above all of them."`
	FixableOnly    truth         `yaml:"fixableOnly" doc:"Let through what no version fixes yet."`
	MaxDatabaseAge text          `yaml:"maxDatabaseAge" doc:"How old the scanner's database may be now, such as 7d."`
	Ignore         []ignoreShape `yaml:"ignore" empty:"ok" doc:"Vulnerabilities that may be for a while."`
}

type ignoreShape struct {
	At     pos
	ID     text `yaml:"id" need:"yes" doc:"Identifier of the vulnerability, such as CVE-2026-1234."`
	Reason text `yaml:"reason" need:"yes" doc:"Why, for whoever reads the decision."`
	Until  text `yaml:"until" need:"yes" doc:"Last day it holds, UTC."`
}

type vexShape struct {
	At    pos
	AnyOf []text `yaml:"anyOf" need:"yes" doc:"Names of signers."`
}

type baseShape struct {
	At       pos
	Profile  text             `yaml:"profile" oneof:"starter|cis-l1|cis-l2" doc:"What a finding in the base does; as in the image's own layers by default."`
	Controls dict[text]       `yaml:"controls" oneof:"deny|warn|none" doc:"Raises or lowers single controls of the profile."`
	Except   []exceptionShape `yaml:"except" empty:"ok" doc:"Controls that may fail for a while; those of the image itself do not hold here."`
}

type exceptionShape struct {
	At       pos
	Control  text `yaml:"control" need:"yes" doc:"CIS Docker 1.13.0 number, in quotes."`
	Reason   text `yaml:"reason" need:"yes" doc:"Why, for whoever reads the decision."`
	Until    text `yaml:"until" need:"yes" doc:"Last day it holds, UTC."`
	Image    text `yaml:"image" doc:"Only for images that match this pattern."`
	Evidence text `yaml:"evidence" doc:"Only for evidence that names this, as a whole word or path."`
}

type runShape struct {
	At       pos
	Profile  text             `yaml:"profile" oneof:"starter|cis-l1|cis-l2" doc:"What a finding does; starter by default."`
	Controls dict[text]       `yaml:"controls" oneof:"deny|warn|none" doc:"Raises or lowers single controls of the profile."`
	Except   []exceptionShape `yaml:"except" empty:"ok" doc:"Controls that may fail for a while."`
}

type registryShape struct {
	HTTP        truth  `yaml:"http" doc:"Plain http instead of https."`
	CA          text   `yaml:"ca" doc:"File with the CA of a private registry."`
	TokenRealms []text `yaml:"tokenRealms" doc:"Other hosts credentials may be sent to for a token."`
}

// parametersShape repeats cis.Parameters; a test compares their keys.
type parametersShape struct {
	AllowedSecretNames []text `yaml:"allowedSecretNames" empty:"ok" doc:"Names whose values are public, instead of GPG_KEY and GPG_KEYS."`
	MinSecretLength    *whole `yaml:"minSecretLength" doc:"Shortest value, in bytes, that is a secret behind a telling name."`
	MinSecretEntropy   *whole `yaml:"minSecretEntropy" doc:"Lowest entropy of such a value, in hundredths of a bit per byte."`
	WarnRootGroup      truth  `yaml:"warnRootGroup" doc:"Warn where the group is or may be gid 0."`

	AllowedBases   []text        `yaml:"allowedBases" doc:"Images to build on: a repository, one that ends in /* or /**, or repository@sha256:DIGEST."`
	DeniedPackages []text        `yaml:"deniedPackages" doc:"Names no installed package may have, exactly."`
	MaxPackages    *whole        `yaml:"maxPackages" doc:"How many packages may be installed; any number by default."`
	ForbidShell    truth         `yaml:"forbidShell" doc:"The image must have no shell."`
	AllowedSetuid  []setuidShape `yaml:"allowedSetuid" doc:"Files that may be set-uid or set-gid, or have file capabilities."`
	AcceptUnseen   truth         `yaml:"acceptUnseen" doc:"4.11 passes where nothing was found that turns verification off; otherwise a person has to look."`
}

// setuidShape repeats cis.SetUIDRule; the same test compares their keys.
type setuidShape struct {
	At     pos
	Path   text   `yaml:"path" need:"yes" doc:"Absolute path of the file."`
	Mode   text   `yaml:"mode" doc:"Its permission bits in octal, such as \"4755\"; any by default."`
	UID    *whole `yaml:"uid" doc:"Its owner; any by default."`
	GID    *whole `yaml:"gid" doc:"Its group; any by default."`
	SHA256 text   `yaml:"sha256" doc:"Digest of its content, 64 hex digits; any by default."`
}
