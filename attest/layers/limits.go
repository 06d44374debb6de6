package layers

import (
	"fmt"

	"github.com/pratique-dev/pratique/verify"
)

// Limits on what is read (threats 83 to 85). Going beyond one refuses the
// layer: an image that cannot be looked at in full is not a good one.
const (
	// MaxLayers is the number of layers of one image; overlayfs takes 500.
	MaxLayers = 500
	// MaxSize is the uncompressed size of one layer, in bytes.
	MaxSize = 4 << 30
	// maxRatio is how many uncompressed bytes a compressed byte may make,
	// beyond the first freeBytes.
	maxRatio  = 100
	freeBytes = 64 << 20
	// maxWindow is how far back zstd may refer, which a decoder must hold.
	maxWindow = 64 << 20
	// maxEntries is the number of files and directories of one image.
	maxEntries = 1_000_000
	// maxName is the length of a path or of a link's target, in bytes.
	maxName = 4096
	// heldBytes is how many bytes of names, packages and contents count as one
	// more entry: what is held of all layers stays below a few hundred MB.
	heldBytes = 256
)

// Limits on what is held of files, in bytes.
const (
	maxContent = 1 << 20
	// sniffed is how much of a file is looked at to tell text from other
	// content.
	sniffed = 8 << 10
	// maxLate is how much content may wait for the key of its fingerprints.
	maxLate = 8 << 20
	// maxKeptBytes and maxLinkBytes are the contents and the names that a layer
	// keeps to resolve users and hard links by.
	maxKeptBytes = 4 << 20
	maxLinkBytes = 8 << 20
	// maxTarget is the longest target of a symbolic link that is kept.
	maxTarget = 1024
	// largeContent is what only one layer at a time may hold.
	largeContent = 4 << 20
)

// Limits on what is kept of one layer, in rows. What comes after them is
// counted or makes a control unknown, as the field says.
const (
	maxSpecial   = 4096
	maxHardLinks = 64 << 10
	maxSymlinks  = 4096
	maxKept      = 256
	maxDatabases = 8192
	maxFound     = 256
	maxTools     = 256
	maxGlobals   = 16
	maxProblems  = 64
)

// Limits on the rows of an image's facts.
const (
	maxSetUIDRows  = 1024
	maxPackageRows = 8192
	maxSecretRows  = 256
	maxSwitchRows  = 256
	maxUnreadRows  = 64
)

// held is what keeping n bytes takes of the image's number of entries.
func held(n int) int { return n / heldBytes }

// refuse is an error that says why a layer is not acceptable.
func refuse(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, verify.ErrInvalid)...)
}
