package cis

// Dockerfile is a parsed Dockerfile, the input that package attest/dockerfile
// makes of its bytes. Digest, name and lines point back into them.
type Dockerfile struct {
	// Digest is the sha256 digest of the file as it was given.
	Digest string
	// Target is the name or number of the stage that makes the image.
	Target string
	// Steps are the instructions of the target stage and of the stages it is
	// FROM, in the order they are carried out, ONBUILD triggers of those stages
	// included. Build arguments with a known value are expanded.
	Steps []Step
	// Other are the instructions of stages that do not reach the image, or
	// only by files copied out of them.
	Other []Step
	// Bases are the images that the stages above and those they copy from are
	// made of, in the order of their lines.
	Bases []BaseRef
	// Unclear says what could not be read the way a build would.
	Unclear []Note
}

// BaseRef is an image another one is made of.
type BaseRef struct {
	// Ref is the reference as written, build arguments expanded.
	Ref string `json:"ref"`
	// Use is from, copy or mount: the lowest layers, or files taken out.
	Use string `json:"use"`
	// Target says that it is the FROM of the image's own stage.
	Target bool `json:"target,omitempty"`
	// Tag and Digest are those in Ref, "" where it has none.
	Tag    string `json:"tag,omitempty"`
	Digest string `json:"digest,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// The uses of a base.
const (
	UseFrom  = "from"
	UseCopy  = "copy"
	UseMount = "mount"
)

// Scratch is the name of the empty base.
const Scratch = "scratch"

// Note is a remark on one place.
type Note struct {
	At  Place  `json:"at"`
	Why string `json:"why"`
}

// DockerfileFact is what a Dockerfile shows. The signer of an audit claims
// that the image was built from it; nothing in the image proves that.
type DockerfileFact struct {
	Digest      string           `json:"digest"`
	Target      string           `json:"target"`
	Bases       []BaseRef        `json:"bases"`
	User        *SetFact         `json:"user,omitempty"`
	Healthcheck *HealthcheckFact `json:"healthcheck,omitempty"`
	Updates     *UpdateFact      `json:"updates,omitempty"`
	Adds        *AddFact         `json:"adds,omitempty"`
	Secrets     *SecretFact      `json:"secrets,omitempty"`
	Switches    *SwitchFact      `json:"switches,omitempty"`
	Unclear     []Note           `json:"unclear,omitempty"`
}

// SetFact is a value an instruction sets.
type SetFact struct {
	Value string `json:"value"`
	At    Place  `json:"at"`
}
