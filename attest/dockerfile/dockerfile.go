// Package dockerfile reads a Dockerfile the way BuildKit does, with BuildKit's
// own parser, and makes the input of package attest/cis of it.
//
// A build is more than its text: it begins at a target stage, climbs to the
// stages that one is FROM, carries out their ONBUILD triggers, and expands
// arguments that were given, have a default, or are known from the platform.
// [Parse] does all of that and nothing else. It runs no command, asks no
// registry, and reads no file of the build context; so a variable that the
// base image may set is left as it is written, and whoever judges has to take
// it for unknown.
//
// A comment can except an instruction from a control:
//
//	# pratique:ignore 4.7 until=2027-01-31 reason="the mirror is pinned"
//
// covers the instruction that follows, and pratique:ignore-file the whole file.
// Exceptions are handed back beside what was read: they never change it.
//
// What the package does not do: named build contexts, .dockerignore, and other
// frontends than Dockerfile's own, which it notes as unclear.
package dockerfile

import (
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/attest/cis"
)

// Limits on a Dockerfile.
const (
	MaxSize         = 1 << 20 // bytes
	MaxInstructions = 10_000  // count; triggers count again where they run
	MaxStages       = 1000    // count
	MaxTriggers     = 200     // the word ONBUILD, count
	maxVariables    = 1000    // names known at one place, count
	maxNesting      = 100     // ${ inside ${, depth
	maxWord         = 64 << 10
	maxExpanded     = 256 << 10 // bytes of one word's variables
	maxExpandedAll  = 16 << 20  // bytes of all words' variables
	maxReplaced     = 1 << 10   // bytes of variables beside a ${A/x/y}
)

// ErrInvalid says that a build would refuse the file, or that it is beyond one
// of the limits.
var ErrInvalid = errors.New("not a valid Dockerfile")

// Options say what a build would be told.
type Options struct {
	// Target is the stage to build, by name or number; "" for the last one.
	Target string
	// Args are build arguments.
	Args map[string]string
	// Platform is the target platform, os/arch[/variant]; "" for linux/amd64.
	Platform string
}

// Parse reads a Dockerfile. A file that no build would take wraps ErrInvalid
// and names the line; a target that is not in the file does not. The error
// holds no text of the file that could be a secret.
func Parse(content []byte, o Options) (d *cis.Dockerfile, exceptions []Exception, err error) {
	defer func() {
		if r := recover(); r != nil {
			d, exceptions, err = nil, nil, fmt.Errorf("%w: the parser gave up", ErrInvalid)
		}
	}()
	return parse(content, o)
}

func parse(content []byte, o Options) (*cis.Dockerfile, []Exception, error) {
	args, err := platformArgs(o)
	if err != nil {
		return nil, nil, err
	}
	src, err := readSource(content)
	if err != nil {
		return nil, nil, err
	}
	exceptions, err := src.exceptions()
	if err != nil {
		return nil, nil, err
	}
	b := newBuild(src, o.Args, args)
	if err := b.run(); err != nil {
		return nil, nil, err
	}
	target, err := b.target(o.Target)
	if err != nil {
		return nil, nil, err
	}
	d, err := b.result(target)
	if err != nil {
		return nil, nil, err
	}
	return d, exceptions, nil
}
