package main

import (
	"context"
	"fmt"

	"github.com/pratique-dev/pratique/e2e/component"
	"github.com/pratique-dev/pratique/e2e/lab"
)

// Predicate types of what is attested.
const (
	auditType  = "https://in-toto.io/attestation/test-result/v0.1" // what pratique attest writes
	reviewType = "https://lab.example/review/v1"                   // what the forged ones carry
)

// statementSize is about that of an audit, in bytes.
const statementSize = 8800

// few and many attestations on one image.
const few, many = 50, 500

// stage is a registry behind a recorder, the programs, and one key pair.
type stage struct {
	*lab.Lab
	pratique, cosign2, cosign3 string

	registry *lab.Registry
	recorder *lab.Recorder
	signer   *lab.Signer
	runs     int

	missed int
}

func newStage(ctx context.Context, dir, program string, runs int) (*stage, error) {
	l, err := lab.New(dir)
	if err != nil {
		return nil, err
	}
	s := &stage{Lab: l, pratique: program, runs: runs}
	if s.cosign2, err = component.Path(component.Cosign2); err != nil {
		return nil, err
	}
	if s.cosign3, err = component.Path(component.Cosign3); err != nil {
		return nil, err
	}
	if s.registry, err = lab.StartReferrers(ctx, dir); err != nil {
		return nil, err
	}
	s.recorder = lab.Record(s.registry.Host)
	return s, nil
}

func (s *stage) stop() {
	s.recorder.Stop()
	s.registry.Stop()
}

// image names an image of the stage.
func (s *stage) image(name string) string { return s.recorder.Host + "/bench/" + name + ":1" }

// prepare makes the key pair and the images: one signature and one audit in each format, and a few
// and many attestations in each format.
func (s *stage) prepare(ctx context.Context) error {
	var err error
	if s.signer, err = lab.NewSigner(s.Path("bench")); err != nil {
		return err
	}
	if err := s.must(ctx, s.pratique, "keys", "import", "--key", s.Path("bench.pem"), "--output-key-prefix", s.Path("key")); err != nil {
		return err
	}
	for _, format := range []string{"tag", "bundle"} {
		if _, err := s.push(ctx, "one-"+format, format); err != nil {
			return err
		}
		if err := s.must(ctx, s.pratique, "attest", "--allow-http-registry", "--key", s.Path("key.key"), "--format", format, s.image("one-"+format)); err != nil {
			return err
		}
		for _, n := range []int{few, many} {
			if err := s.crowd(ctx, format, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// push puts a good image there, signed.
func (s *stage) push(ctx context.Context, name, format string) (string, error) {
	digest, err := lab.Image{}.Push(s.image(name))
	if err != nil {
		return "", err
	}
	return digest, s.must(ctx, s.pratique, "sign", "--allow-http-registry", "--key", s.Path("key.key"), "--format", format, s.image(name))
}

func (s *stage) crowd(ctx context.Context, format string, n int) error {
	name := fmt.Sprintf("%d-%s", n, format)
	digest, err := s.push(ctx, name, format)
	if err != nil {
		return err
	}
	var statements [][]byte
	for i := range n {
		statements = append(statements, lab.Statement(digest, reviewType, i, statementSize))
	}
	if format == "tag" {
		return s.signer.AttestTag(s.image(name), digest, reviewType, statements...)
	}
	return s.signer.AttestBundles(s.image(name), digest, reviewType, statements...)
}

func (s *stage) must(ctx context.Context, words ...string) error {
	if r := s.Run(ctx, words...); r.Exit != 0 {
		return fmt.Errorf("want success: %s", r)
	}
	return nil
}

// The command lines compared.

func (s *stage) ours(predicate, image string) []string {
	return []string{s.pratique, "verify", "--allow-http-registry", "--key", s.Path("key.pub"), "--type", predicate, s.image(image)}
}

func (s *stage) theirs(program, command, predicate, image string, more ...string) []string {
	words := []string{program, command, "--key", s.Path("key.pub"), "--insecure-ignore-tlog", "--trusted-root", s.TrustedRoot()}
	if predicate != "" {
		words = append(words, "--type", predicate)
	}
	return append(append(words, more...), s.image(image))
}
