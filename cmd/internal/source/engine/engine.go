// Package engine asks a container engine for an image in its store, as docker
// save does. It is the one place that knows the engine's API.
//
// The engine is the one that DOCKER_HOST names, at a unix socket or over TCP,
// or the one at the default socket. It is trusted to be the engine, and with
// nothing else: what it sends is read like an archive from anyone.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/moby/moby/client"

	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

// LookupEnv looks a variable of the environment up, as os.LookupEnv does.
type LookupEnv func(string) (string, bool)

func (l LookupEnv) get(name string) string {
	if l == nil {
		return ""
	}
	value, _ := l(name)
	return value
}

// Error is a failure to get an image from an engine, with what may help.
type Error struct {
	// Hint is a command or a setting to try; it may be "".
	Hint string
	err  error
}

func (e *Error) Error() string { return e.err.Error() }

// Unwrap is the cause. It wraps verify.ErrNone where the engine has no such
// image.
func (e *Error) Unwrap() error { return e.err }

// Save starts to read an image, in the form that package verify/archive reads.
// name is a reference, or sha256: and the digest of a config.
func Save(ctx context.Context, name string, env LookupEnv) (io.ReadCloser, error) {
	name, err := stored(name)
	if err != nil {
		return nil, err
	}
	host, err := hostOf(env)
	if err != nil {
		return nil, err
	}
	status := 0
	seen := client.WithHTTPResponseHook(func(r *http.Response) { status = r.StatusCode })
	c, err := client.New(append(options(host, env), seen)...)
	if err != nil {
		return nil, unreachable(host, err)
	}
	body, err := c.ImageSave(ctx, []string{name})
	switch {
	case err == nil:
		return &saved{ReadCloser: body, client: c}, nil
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case status == http.StatusNotFound:
		err = &Error{
			err:  fmt.Errorf("the engine at %s has no image %s: %w", wire.Printable(host), name, verify.ErrNone),
			Hint: "docker pull " + name,
		}
	case client.IsErrConnectionFailed(err):
		err = unreachable(host, err)
	default:
		err = &Error{err: fmt.Errorf("the engine at %s: %s", wire.Printable(host), wire.Printable(err.Error()))}
	}
	c.Close()
	return nil, err
}

// saved closes the connection along with the stream.
type saved struct {
	io.ReadCloser
	client *client.Client
}

func (s *saved) Close() error { return errors.Join(s.ReadCloser.Close(), s.client.Close()) }

// stored is the name to ask the engine for. Without a tag it would send every
// image of the repository.
func stored(name string) (string, error) {
	if _, err := verify.ParseDigest(name); err == nil {
		return name, nil
	}
	ref, err := verify.ParseReference(name)
	if err != nil {
		return "", err
	}
	if ref.Digest == "" && !strings.HasSuffix(name, ":"+ref.Tag) {
		name += ":" + ref.Tag
	}
	return name, nil
}

// hostOf is where the engine is.
func hostOf(env LookupEnv) (string, error) {
	host := env.get("DOCKER_HOST")
	switch name := env.get("DOCKER_CONTEXT"); {
	case host == "" && name != "" && name != "default":
		return "", &Error{
			err:  fmt.Errorf("docker context %q: contexts are not read", wire.Printable(name)),
			Hint: "set DOCKER_HOST to its endpoint, which docker context inspect shows",
		}
	case host == "":
		return client.DefaultDockerHost, nil
	}
	switch scheme, rest, _ := strings.Cut(host, "://"); scheme {
	case "unix", "npipe":
		return host, nil
	case "tcp":
		if !strings.Contains(rest, "@") {
			return host, nil
		}
	}
	// What is refused may hold a password, and is not shown.
	return "", &Error{
		err:  errors.New("DOCKER_HOST: only unix:// and tcp:// are spoken"),
		Hint: "set DOCKER_HOST to a socket, or name the image docker-archive:FILE after docker save -o FILE",
	}
}

// options are for one engine, and take nothing else from the environment.
func options(host string, env LookupEnv) []client.Opt {
	list := []client.Opt{client.WithHost(host), client.WithUserAgent("pratique")}
	dir := env.get("DOCKER_CERT_PATH")
	if strings.HasPrefix(host, "tcp://") && (dir != "" || env.get("DOCKER_TLS_VERIFY") != "") {
		if dir == "" {
			dir = filepath.Join(env.get("HOME"), ".docker")
		}
		list = append(list, client.WithTLSClientConfig(
			filepath.Join(dir, "ca.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")))
	}
	return list
}

func unreachable(host string, err error) error {
	var system syscall.Errno
	switch {
	case errors.As(err, &system):
		err = system // without the client's own advice around it
	case strings.Contains(err.Error(), host):
		err = errors.New("it does not answer")
	}
	return &Error{
		err:  fmt.Errorf("no engine to ask at %s: %w", wire.Printable(host), err),
		Hint: "start the engine, or set DOCKER_HOST to its socket; reading the socket takes the rights of group docker",
	}
}
