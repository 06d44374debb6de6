// Package demo is the stage for `pratique demo`: a registry in this process,
// and two images made on the spot. The play itself is the real commands.
package demo

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Stage is a running registry with nothing in it.
type Stage struct {
	// Host is the registry's host and port on the loopback interface.
	Host   string
	server *http.Server
}

// Open starts the registry.
func Open() (*Stage, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo registry: %w", err)
	}
	quiet := log.New(io.Discard, "", 0)
	s := &Stage{Host: l.Addr().String(), server: &http.Server{
		Handler:           registry.New(registry.Logger(quiet), registry.WithReferrersSupport(true)),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          quiet,
	}}
	go func() { _ = s.server.Serve(l) }() // ends with ErrServerClosed on Close
	return s, nil
}

// Close stops the registry.
func (s *Stage) Close() error { return s.server.Close() }

// Push builds an image with the given config and pushes it to repo:tag on the
// stage. It returns the digest.
func (s *Stage) Push(repoTag string, config v1.Config, history ...string) (string, error) {
	tag, err := name.NewTag(s.Host+"/"+repoTag, name.StrictValidation)
	if err != nil {
		return "", err
	}
	image, err := build(config, history)
	if err != nil {
		return "", fmt.Errorf("build %s: %w", repoTag, err)
	}
	if err := remote.Write(tag, image); err != nil {
		return "", fmt.Errorf("push %s: %w", repoTag, err)
	}
	d, err := image.Digest()
	return d.String(), err
}

// build makes a one-layer image. The history reads as BuildKit writes it, the
// first row owning the layer.
func build(config v1.Config, history []string) (v1.Image, error) {
	base := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	base = mutate.ConfigMediaType(base, types.OCIConfigJSON)
	created := v1.Time{Time: time.Unix(0, 0).UTC()}
	program, err := layer("app", "a program that only a demo would run")
	if err != nil {
		return nil, err
	}
	image, err := mutate.Append(base, mutate.Addendum{
		Layer:   program,
		History: v1.History{Created: created, CreatedBy: history[0], Comment: "buildkit.dockerfile.v0"},
	})
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Config = "linux", "amd64", config
	for _, row := range history[1:] {
		file.History = append(file.History, v1.History{Created: created, CreatedBy: row, Comment: "buildkit.dockerfile.v0", EmptyLayer: true})
	}
	return mutate.ConfigFile(image, file)
}
