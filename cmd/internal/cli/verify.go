package cli

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
)

// parallelImages bounds how many images are judged at once; each of them has
// its own requests in flight.
const parallelImages = 8

type verifyOptions struct {
	policy   policyFlags
	registry registryFlags
	at       string
	platform string
}

func (a *app) verifyCmd() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify IMAGE...",
		Short: "Decide whether images may be pulled and run",
		Long: `Decide whether images may be pulled and run.

Every image is resolved to a digest once. What vouches for that digest is
gathered in every format there is, and the policy decides. With --key and no
policy file, the flags are the policy: the image must be signed with the key.

Key-signed evidence needs no transparency log, unlike with cosign; a policy
can demand one. The decision names the digest to run.`,
		Example: `  pratique verify --key cosign.pub registry.example/app:1
  pratique verify --key cosign.pub --type cis-docker-image registry.example/app:1
  pratique verify --policy policy.yaml -o json registry.example/app:1 registry.example/db:2`,
		Args: atLeastOne,
		RunE: a.run(func(cmd *cobra.Command, args []string) error { return a.verify(cmd, o, args) }),
	}
	o.policy.add(cmd)
	o.registry.add(cmd)
	o.policy.addKeyless(cmd)
	cmd.Flags().StringVar(&o.at, "at", "", "decide as of this RFC 3339 `time` (hypothetical)")
	cmd.Flags().StringVar(&o.platform, "platform", "", "judge only this platform, `os/arch[/variant]`")
	return cmd
}

func (a *app) verify(cmd *cobra.Command, o verifyOptions, args []string) error {
	o.policy.trial = o.at != "" // hypothetical: nothing is remembered (S7)
	docs, err := a.documents(o.policy)
	if err != nil {
		return err
	}
	refs, err := references(args)
	if err != nil {
		return err
	}
	client, err := a.client(cmd.Context(), o.registry, docs, refs...)
	if err != nil {
		return err
	}
	g := &gate.Gate{Registry: client, Policies: docs, Now: a.env.Now, Host: engineHost()}
	if g.Now, err = a.clock(o.at); err != nil {
		return err
	}
	if g.Platform, err = platformFlag(o.platform); err != nil {
		return err
	}
	defer a.progress(fmt.Sprintf("verifying %d image(s)", len(refs)))()
	results := make([]gate.Result, len(refs))
	a.each(len(refs), func(i int) {
		ctx, cancel := o.registry.within(cmd.Context())
		defer cancel()
		results[i] = g.Admit(ctx, refs[i])
	})
	return a.reportDecisions(results)
}

func (a *app) reportDecisions(results []gate.Result) error {
	status := StatusAllowed
	for _, r := range results {
		status = worse(status, statusOf(r.Decision.Verdict))
		m := a.decisionMessage(r)
		for _, e := range m.Evidence {
			a.detail("%s: %s %s at %s: counted %t %s", m.Image, e.Kind, e.Format, e.Location, e.Counted, e.Why)
		}
		if err := a.out.Decision(m); err != nil {
			return err
		}
	}
	return statusError(status)
}

func statusOf(v policy.Verdict) int {
	switch v {
	case policy.Allow, policy.Warn:
		return StatusAllowed
	case policy.Deny:
		return StatusDenied
	}
	return StatusUndecided
}

// each runs f for 0..n-1, a bounded number at a time.
func (a *app) each(n int, f func(int)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, parallelImages)
	for i := range n {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			f(i)
		})
	}
	wg.Wait()
}

// clock is the time to decide as of: now, or the hypothetical --at (S7).
func (a *app) clock(at string) (func() time.Time, error) {
	if at == "" {
		if err := gate.CheckClock(a.stateDir(), a.env.Built, a.env.Now()); err != nil {
			return nil, failed(err, "set the clock; time decides what has expired")
		}
		return a.env.Now, nil
	}
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return nil, usage(fmt.Errorf("--at %q: want a time like 2026-11-21T12:00:00Z", at), "")
	}
	a.note("hypothetical decision as of %s", at)
	return fixedClock(t), nil
}

func fixedClock(t time.Time) func() time.Time { return func() time.Time { return t } }

func platformFlag(s string) (*verify.Platform, error) {
	if s == "" {
		return nil, nil
	}
	p, err := verify.ParsePlatform(s)
	if err != nil {
		return nil, usage(err, "--platform linux/amd64")
	}
	return &p, nil
}

// engineHost is the platform containers run on here: engines run linux images
// whatever the machine's own system is.
func engineHost() verify.Platform {
	return verify.Platform{OS: "linux", Architecture: runtime.GOARCH}
}
