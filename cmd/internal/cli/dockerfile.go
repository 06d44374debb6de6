package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/dockerfile"
	"github.com/pratique-dev/pratique/verify/wire"
)

// maxDockerfile is how large a Dockerfile may be, in bytes.
const maxDockerfile = 1 << 20

// dockerfileFlags say which Dockerfile to read, and how it was built.
type dockerfileFlags struct {
	file, target string
	args         []string
}

func (d *dockerfileFlags) add(f *pflag.FlagSet) {
	f.StringVar(&d.file, "dockerfile", "", "the `file` the image is built from, - for stdin")
	f.StringVar(&d.target, "target", "", "the `stage` of the Dockerfile that makes the image (default the last)")
	f.StringArrayVar(&d.args, "build-arg", nil, "a `NAME=VALUE` the build is given (may be repeated)")
}

// read parses the Dockerfile; without one there is nothing, and no error.
func (d dockerfileFlags) read(env Env, platform string) (*cis.Dockerfile, []dockerfile.Exception, error) {
	if d.file == "" {
		if d.target != "" || len(d.args) > 0 {
			return nil, nil, usage(fmt.Errorf("--target and --build-arg are for a Dockerfile"), "--dockerfile Dockerfile")
		}
		return nil, nil, nil
	}
	text, err := d.bytes(env.Stdin)
	if err != nil {
		return nil, nil, usage(err, "--dockerfile Dockerfile")
	}
	o := dockerfile.Options{Target: d.target, Platform: platform, Args: map[string]string{}}
	for _, arg := range d.args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			value = env.getenv(name)
		}
		o.Args[name] = value
	}
	file, exceptions, err := dockerfile.Parse(text, o)
	if err != nil {
		return nil, nil, usage(fmt.Errorf("%s: %w", d.file, err), "")
	}
	return file, exceptions, nil
}

func (d dockerfileFlags) bytes(stdin io.Reader) ([]byte, error) {
	if d.file == "-" {
		return wire.ReadAll(stdin, maxDockerfile)
	}
	return wire.ReadFile(d.file, maxDockerfile)
}
