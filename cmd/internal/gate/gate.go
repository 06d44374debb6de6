// Package gate is the one orchestrator: a reference goes in, a decision comes
// out. It is the only place that does I/O and knows a policy; every door of
// the program is a thin wrapper around [Gate.Admit].
package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign"
)

// parallelConfigs bounds how many image configs are in memory at once; an index
// may list hundreds of the largest size.
const parallelConfigs = 8

// Registry is what the gate needs of a registry client.
type Registry interface {
	verify.Content
	// Resolve turns a tag into a digest, once.
	Resolve(ctx context.Context, ref verify.Reference) (verify.Image, error)
	// Complete reads the platform manifests of an index.
	Complete(ctx context.Context, image verify.Image) (verify.Image, error)
	// ImageConfig reads the config of one platform manifest.
	ImageConfig(ctx context.Context, image verify.Image, manifest verify.Digest) ([]byte, error)
}

// Gate judges images by one or more policies, all of which must agree: the
// system's policy is a floor under the user's (S4).
type Gate struct {
	Registry Registry
	Policies []*policy.Document
	// Platform narrows the judgement to one platform; nil judges all that the
	// policy asks for.
	Platform *verify.Platform
	// Host is the platform of the engine that will run the image, for rules
	// that judge no other.
	Host verify.Platform
	// Now is the clock, read once per image.
	Now func() time.Time
}

// Result is a decision and what it was made from.
type Result struct {
	Image    verify.Image
	Evidence verify.Evidence
	Decision policy.Decision
}

// Admit decides one image. It always answers: whatever goes wrong on the way
// is a reason in the decision, and never an allow.
func (g *Gate) Admit(ctx context.Context, ref verify.Reference) (result Result) {
	now := g.Now()
	defer func() {
		if p := recover(); p != nil {
			result = g.refused(unresolved(ref), now, fmt.Errorf("internal error: %v", p))
		}
	}()
	image, inputs, err := g.inputs(ctx, ref, now)
	if err != nil {
		return g.refused(image, now, err)
	}
	return g.judge(image, inputs)
}

// Inputs is what each policy would see of the image, for explaining and
// recording. Unlike Admit it fails if the image cannot be read.
func (g *Gate) Inputs(ctx context.Context, ref verify.Reference) ([]policy.Input, error) {
	_, inputs, err := g.inputs(ctx, ref, g.Now())
	return inputs, err
}

func (g *Gate) inputs(ctx context.Context, ref verify.Reference, now time.Time) (verify.Image, []policy.Input, error) {
	image, err := g.Registry.Resolve(ctx, ref)
	if err != nil {
		return unresolved(ref), nil, err
	}
	image, gathered, err := g.look(ctx, image)
	if err != nil {
		return image, nil, err
	}
	inputs := make([]policy.Input, len(g.Policies))
	for i, doc := range g.Policies {
		inputs[i] = policy.Input{Image: image, Evidence: gathered[i], Now: now, Host: g.Host}
		if g.Platform != nil {
			inputs[i].Only = []verify.Platform{*g.Platform}
		}
		needs := doc.Needs(image.Repo).Predicates
		if slices.Contains(needs, attest.PredicateType) {
			inputs[i].Audits = audits(ctx, g.Registry, image, gathered[i])
		}
		if slices.ContainsFunc(needs, isScan) {
			ClaimTimes(gathered[i].Items)
		}
	}
	return image, inputs, nil
}

// look reads the platform manifests and gathers evidence for every policy at
// the same time: neither needs the other. The registry client answers a
// repeated question from memory, so a second policy costs no requests.
func (g *Gate) look(ctx context.Context, image verify.Image) (verify.Image, []verify.Evidence, error) {
	var wg sync.WaitGroup
	var complete verify.Image
	var err error
	wg.Go(func() {
		err = guard(func() error {
			done, err := g.completed(ctx, image)
			complete = done
			return err
		})
	})
	gathered := make([]verify.Evidence, len(g.Policies))
	for i, doc := range g.Policies {
		wg.Go(func() {
			gathered[i] = verify.Gather(ctx, image, cosign.New(g.Registry, doc.Ring()))
		})
	}
	wg.Wait()
	if err != nil {
		return image, nil, err
	}
	return complete, gathered, nil
}

// completed adds what only the manifests and, where a policy or the user asks
// for it, the config can tell.
func (g *Gate) completed(ctx context.Context, image verify.Image) (verify.Image, error) {
	image, err := g.Registry.Complete(ctx, image)
	if err != nil || !g.needsConfig(image.Repo) {
		return image, err
	}
	platforms := make([]verify.PlatformImage, len(image.Platforms))
	errs := make([]error, len(image.Platforms))
	var wg sync.WaitGroup
	free := make(chan struct{}, parallelConfigs)
	for i, p := range image.Platforms {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			errs[i] = guard(func() error {
				full, err := WithPlatform(ctx, g.Registry, image, p)
				platforms[i] = full
				return err
			})
		})
	}
	wg.Wait()
	image.Platforms = platforms
	return image, errors.Join(errs...)
}

func (g *Gate) needsConfig(repo string) bool {
	if g.Platform != nil {
		return true
	}
	for _, doc := range g.Policies {
		if doc.Needs(repo).Config {
			return true
		}
	}
	return false
}

func (g *Gate) judge(image verify.Image, inputs []policy.Input) Result {
	var results []Result
	for i, doc := range g.Policies {
		results = append(results, Result{image, inputs[i].Evidence, policy.Evaluate(doc, inputs[i])})
	}
	return lowest(results)
}

// lowest combines the decisions of several policies; the evidence shown is
// that of the strictest.
func lowest(results []Result) Result {
	if len(results) == 0 {
		return Result{}
	}
	low := results[0]
	decisions := make([]policy.Decision, len(results))
	for i, r := range results {
		decisions[i] = r.Decision
		if r.Decision.Verdict < low.Decision.Verdict {
			low = r
		}
	}
	uses, findings := low.Decision.Uses, low.Decision.Findings
	low.Decision = policy.Lowest(decisions...)
	low.Decision.Uses, low.Decision.Findings = uses, findings
	return low
}

// unresolved is the image as far as the reference itself tells.
func unresolved(ref verify.Reference) verify.Image {
	return verify.Image{Asked: ref.Asked, Repo: ref.Repo(), Tag: ref.Tag, Index: ref.Digest}
}

// refused turns a failure to read the image into a decision.
func (g *Gate) refused(image verify.Image, now time.Time, err error) Result {
	d := policy.Decision{Time: now, Verdict: policy.Undecided}
	if len(g.Policies) > 0 {
		d.Policy = g.Policies[len(g.Policies)-1].Ref()
	}
	r := policy.Reason{Effect: policy.Undecided, Text: err.Error()}
	switch {
	case errors.Is(err, verify.ErrInvalid):
		r.Code, r.Effect = policy.ImageInvalid, policy.Deny
		r.Hint = "rebuild and push the image; if it keeps happening, ask who runs the registry what changed it"
	case errors.Is(err, verify.ErrNone):
		r.Code = policy.ImageNotFound
		r.Hint = "check the name and tag; docker login if the repository is private"
	default:
		r.Code = policy.RegistryUnreachable
		r.Hint = "check the registry and your login, then run the command again"
	}
	d.Verdict, d.Reasons = r.Effect, []policy.Reason{r}
	return Result{Image: image, Decision: d}
}

// guard turns a panic into an error: in a goroutine of ours nobody else would.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	return f()
}
