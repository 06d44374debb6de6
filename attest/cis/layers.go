package cis

// LayersFact is what the files in an image's layers show, merged the way an
// engine merges them. Package attest/layers makes it.
type LayersFact struct {
	// Count is the number of layers; Size is the sum of their uncompressed
	// bytes, Compressed of those that are pulled (0 where nobody pulls them).
	Count      int   `json:"count"`
	Size       int64 `json:"size"`
	Compressed int64 `json:"compressed,omitempty"`
	Entries    int   `json:"entries"`
	// Contents says that the contents of all text files were searched for secrets,
	// otherwise only those of files whose names tell of credentials.
	Contents bool `json:"contents"`
	// SetUID are the files with a set-uid or set-gid bit or file capabilities.
	SetUID []SetUIDFile `json:"setuid"`
	// Passwd is what the image's own /etc/passwd says of config.User.
	Passwd *PasswdFact `json:"passwd,omitempty"`
	// Packages is the inventory, nil where there is no package database.
	Packages *PackageFact `json:"packages,omitempty"`
	// Secrets are files that hold or are secrets, in any layer.
	Secrets []SecretFile `json:"secrets"`
	// Switches are settings in files that turn verification off.
	Switches []Switch `json:"switches"`
	// Traits are facts beside the benchmark.
	Traits Traits `json:"traits"`
	// Unread says what is there and could not be read: the controls that need
	// it are unknown.
	Unread []Unread `json:"unread,omitempty"`
	// More counts rows beyond those kept, by list.
	More map[string]int `json:"more,omitempty"`
}

// SetUIDFile is a file that runs with other rights than its caller's.
type SetUIDFile struct {
	At Place `json:"at"`
	// Mode is the permission bits in octal, set-uid (4000) and set-gid (2000)
	// included.
	Mode string `json:"mode"`
	UID  int64  `json:"uid"`
	GID  int64  `json:"gid"`
	Size int64  `json:"size"`
	// SHA256 is the digest of the content, in hex.
	SHA256 string `json:"sha256,omitempty"`
	// Capability says that the file carries file capabilities.
	Capability bool `json:"capability,omitempty"`
	// Hidden says that a later layer replaces or deletes it.
	Hidden bool `json:"hidden,omitempty"`
}

// PasswdFact is the line of /etc/passwd that config.User resolves to.
type PasswdFact struct {
	// Digest is the sha256 digest of the merged image's /etc/passwd, "" where
	// there is none.
	Digest string `json:"digest,omitempty"`
	// User is the user part of config.User that was looked up.
	User string `json:"user"`
	// Found says that a line names it; UID, GID and Layer are that line's, but
	// GID is that of the group part of config.User where there is one.
	Found bool  `json:"found"`
	UID   int64 `json:"uid"`
	GID   int64 `json:"gid"`
	Layer int   `json:"layer,omitempty"`
	// GroupMissing says that the group part of config.User is a name that
	// /etc/group does not have, with which no container starts.
	GroupMissing bool `json:"groupMissing,omitempty"`
}

// PackageFact is the merged image's package inventory.
type PackageFact struct {
	Count int `json:"count"`
	// Digest is the sha256 digest of the sorted lines name=version/arch.
	Digest string `json:"digest"`
	// Bytes is the sum of the installed sizes the databases name.
	Bytes int64     `json:"bytes,omitempty"`
	List  []Package `json:"list"`
}

// Package is one installed package.
type Package struct {
	// Manager is dpkg, apk or rpm.
	Manager string `json:"manager"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Arch    string `json:"arch,omitempty"`
	// Layer is the layer that installed or last changed it, from 1.
	Layer int `json:"layer,omitempty"`
}

// SecretFile is a secret in a file of a layer.
type SecretFile struct {
	At   Place  `json:"at"`
	Rule string `json:"rule"`
	// Line is the line of the file, 0 where the file as a whole is meant.
	Line int `json:"line,omitempty"`
	// Name is the variable's name, if there is one.
	Name string `json:"name,omitempty"`
	// Length, Entropy and Fingerprint are as in [SecretHit]; the key of the
	// fingerprint is the layer's DiffID.
	Length      int    `json:"length,omitempty"`
	Entropy     int    `json:"entropy,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	// Deleted says that a later layer replaces or deletes the file. It is in
	// the image all the same.
	Deleted bool `json:"deleted,omitempty"`
}

// SwitchFact is what turns the verification of downloads and packages off.
type SwitchFact struct {
	Hits []Switch `json:"hits"`
	// Unclear are the RUNs that could not be followed.
	Unclear []Note `json:"unclear,omitempty"`
}

// Switch is one thing that turns verification off.
type Switch struct {
	At Place `json:"at"`
	// Rule is what it does, such as "apt-unauthenticated" or "pipe-to-shell".
	Rule string `json:"rule"`
	// Command is the switch itself, without arguments that may hold secrets.
	Command string `json:"command"`
	// Doubtful says that it may do no harm, as where a signature is checked in
	// a way we do not understand.
	Doubtful bool `json:"doubtful,omitempty"`
	// Hidden says that a later layer replaces or deletes the file it is in.
	Hidden bool `json:"hidden,omitempty"`
}

// The kinds of images, by what is in them.
const (
	// KindScratch has nothing but the program's own files, KindDistroless a
	// distribution's files without shell and package manager.
	KindScratch    = "scratch"
	KindDistroless = "distroless"
	KindFull       = "full"
)

// Traits are facts beside the benchmark.
type Traits struct {
	// Kind is one of the kinds above.
	Kind string `json:"kind"`
	// Distribution is ID and VERSION_ID of os-release.
	Distribution string `json:"distribution,omitempty"`
	// Shells and PackageManagers are the paths present in the merged image.
	Shells          []string `json:"shells"`
	PackageManagers []string `json:"packageManagers"`
}

// Unread is something that could not be read, and what for.
type Unread struct {
	// Control is the control that needs it.
	Control string `json:"control"`
	At      Place  `json:"at"`
	Why     string `json:"why"`
}

// unread adds what could not be read and a control needs.
func (f *Facts) unread(r *Result, control string) {
	if f.Layers == nil {
		return
	}
	for _, u := range f.Layers.Unread {
		if u.Control == control {
			r.add(Unknown, f.origin(u.At), u.At, "%s: %s", u.At, u.Why)
		}
	}
	f.unlisted(r)
}

// unlisted adds what could not be read and is not listed: any control may have
// needed it.
func (f *Facts) unlisted(r *Result) {
	if more := f.Layers.More["unread"]; more > 0 {
		r.add(Unknown, OriginUnknown, Place{Source: SourceLayer}, "%s that could not be read", plural(more, "more place", "more places"))
	}
}
