package policy

// Code is the stable name of a reason: kebab-case, never reused.
type Code string

// The codes. Codes lists them with a sentence each.
const (
	NoDocument              Code = "default-deny"
	NoRule                  Code = "no-rule"
	NoPlatforms             Code = "no-platforms"
	PlatformMissing         Code = "platform-missing"
	SignatureMissing        Code = "signature-missing"
	SignatureOnlyAttested   Code = "signature-only-attested"
	SignatureInvalid        Code = "signature-invalid"
	SignatureUntrustedKey   Code = "signature-untrusted-key"
	SignatureWrongSubject   Code = "signature-wrong-subject"
	SignatureWrongRepo      Code = "signature-wrong-repository"
	SignatureNoAnnotation   Code = "signature-annotation-missing"
	SignatureThreshold      Code = "signature-threshold"
	TagBindingUnsupported   Code = "tag-binding-unsupported"
	EvidenceUnreadable      Code = "evidence-unreadable"
	TooManySubjects         Code = "too-many-subjects"
	SignerRevoked           Code = "signer-revoked"
	SignerExpired           Code = "signer-expired"
	SignerNotYetValid       Code = "signer-not-yet-valid"
	LogMissing              Code = "log-entry-missing"
	UnsupportedSigner       Code = "unsupported-signer"
	AttestationMissing      Code = "attestation-missing"
	AttestationUnsigned     Code = "attestation-unsigned"
	AttestationInvalid      Code = "attestation-invalid"
	AttestationUntrusted    Code = "attestation-untrusted-key"
	AttestationWrongSubject Code = "attestation-wrong-subject"
	AttestationWrongRepo    Code = "attestation-wrong-repository"
	AttestationThreshold    Code = "attestation-threshold"
	AttestationStale        Code = "attestation-stale"
	AttestationNoTime       Code = "attestation-time-unproven"
	AttestationFuture       Code = "attestation-future"
	AuditInvalid            Code = "audit-invalid"
	AuditContradicts        Code = "audit-contradicts-image"
	AuditOtherBenchmark     Code = "audit-other-benchmark"
	ScanInvalid             Code = "scan-invalid"
	ScanDatabaseStale       Code = "scan-database-stale"
	VulnerabilityFound      Code = "vulnerability-found"
	ControlFailed           Code = "control-failed"
	ControlUnknown          Code = "control-unknown"
	ControlManual           Code = "control-manual"
	ExceptExpired           Code = "except-expired"
	RunNotJudged            Code = "run-not-judged"
	RegistryUnreachable     Code = "registry-unreachable"
	EvidenceTruncated       Code = "evidence-truncated"
	ImageNotFound           Code = "image-not-found"
	ImageInvalid            Code = "image-invalid"
)

// CodeInfo says what a code means, for the docs.
type CodeInfo struct {
	Code Code
	// Doc is one sentence.
	Doc string
	// Who can do something about it: builder, operator, key holder, registry.
	Who string
}

// Who can act on a reason.
const (
	builder  = "builder"
	operator = "operator"
	holder   = "key holder"
	registry = "registry"
)

// Codes lists every code a decision may give.
func Codes() []CodeInfo {
	return []CodeInfo{
		{NoDocument, "There is no policy, or its rule asks for nothing.", operator},
		{NoRule, "No rule matches the image, and the policy's default is not allow.", operator},
		{NoPlatforms, "The image has no platform manifest that could be run, or was not resolved.", builder},
		{PlatformMissing, "The image has no manifest for a platform the rule wants judged.", operator},
		{SignatureMissing, "There is no image signature.", builder},
		{SignatureOnlyAttested, "The image is attested but not signed; an attestation is no signature.", builder},
		{SignatureInvalid, "A signature is there and does not verify.", builder},
		{SignatureUntrustedKey, "A signature was made with a key the rule does not name.", operator},
		{SignatureWrongSubject, "A signature speaks of another image.", builder},
		{SignatureWrongRepo, "A signature names another repository, or none where the rule binds it.", builder},
		{SignatureNoAnnotation, "A signature lacks an annotation the rule asks for.", builder},
		{SignatureThreshold, "Fewer different signers have signed than the rule asks for.", builder},
		{TagBindingUnsupported, "The rule binds signatures to tags, which this build cannot check.", operator},
		{EvidenceUnreadable, "Evidence is there in a form this build does not understand.", builder},
		{TooManySubjects, "A statement speaks of more subjects than are accepted.", builder},
		{SignerRevoked, "Evidence comes from a signer the policy marks as revoked.", operator},
		{SignerExpired, "Evidence is not proven to be older than the end of its signer's key.", holder},
		{SignerNotYetValid, "Evidence comes from a key that is not valid yet, or was not when it signed.", operator},
		{LogMissing, "The signer must be logged, and the evidence has no log entry.", holder},
		{UnsupportedSigner, "The rule names a kind of signer this build cannot check.", operator},
		{AttestationMissing, "There is no attestation of the type the rule asks for.", builder},
		{AttestationUnsigned, "An attestation is there that nobody signed.", builder},
		{AttestationInvalid, "An attestation is there and does not verify.", builder},
		{AttestationUntrusted, "An attestation was signed with a key the rule does not name.", operator},
		{AttestationWrongSubject, "An attestation speaks of another image, or an audit of no platform manifest.", builder},
		{AttestationWrongRepo, "An attestation names another repository.", builder},
		{AttestationThreshold, "Fewer different signers have attested than the rule asks for.", builder},
		{AttestationStale, "The newest attestation is older than the rule's maxAge.", builder},
		{AttestationNoTime, "Nothing proves when the attestation was made, and the rule limits its age.", operator},
		{AttestationFuture, "An attestation claims to come from the future.", builder},
		{AuditInvalid, "An audit is signed, but its content is malformed or disagrees with itself.", builder},
		{AuditContradicts, "An audit disagrees with what the image itself shows.", builder},
		{AuditOtherBenchmark, "An audit uses another benchmark than the one judged.", builder},
		{ScanInvalid, "A scan result is signed, but its content is not one this build can read.", builder},
		{ScanDatabaseStale, "A scan used a database older than the rule's maxDatabaseAge, or does not say how old.", builder},
		{VulnerabilityFound, "A scan found vulnerabilities above the rule's maxSeverity.", builder},
		{ControlFailed, "A control of the benchmark fails.", builder},
		{ControlUnknown, "The audit does not say whether a control holds.", builder},
		{ControlManual, "A control needs a person to look at it.", builder},
		{ExceptExpired, "An exception for the control or the vulnerability has ended.", operator},
		{RunNotJudged, "The rule judges how a container is run, and here nothing is run.", operator},
		{RegistryUnreachable, "A place that may hold evidence could not be looked at.", registry},
		{EvidenceTruncated, "A place holds more evidence than is read.", registry},
		{ImageNotFound, "The registry has no such image, or shows none to this login. Given by the gate before there is anything to evaluate.", builder},
		{ImageInvalid, "What the registry serves is not an acceptable image. Given by the gate before there is anything to evaluate.", builder},
	}
}

// who finds the person for a code.
func (c Code) who() string {
	for _, info := range Codes() {
		if info.Code == c {
			return info.Who
		}
	}
	return operator
}
