package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/verify"
)

// auditFlags choose what is audited and how findings are read.
type auditFlags struct {
	profile  string
	platform string
}

func (f *auditFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.profile, "profile", "starter", "`profile` that says which findings deny: starter, cis-l1 or cis-l2")
	cmd.Flags().StringVar(&f.platform, "platform", "", "only this platform, `os/arch[/variant]` (default every runnable one)")
}

// check finds mistakes before anything is fetched.
func (f auditFlags) check() error {
	if _, err := cis.LookupProfile(f.profile); err != nil {
		return usage(err, "--profile starter")
	}
	_, err := platformFlag(f.platform)
	return err
}

func (a *app) auditCmd() *cobra.Command {
	var f auditFlags
	var r registryFlags
	cmd := &cobra.Command{
		Use:   "audit IMAGE",
		Short: "Audit an image against section 4 of the CIS Docker Benchmark",
		Long: `Audit an image against section 4 of the CIS Docker Benchmark, without signing
anything. What the image's config and history decide is decided; a control that
needs the files in the layers is unknown, with the reason, and never a pass.

Exits 3 when a finding denies under the profile.`,
		Example: `  pratique audit registry.example/app:1
  pratique audit --profile cis-l1 -o json registry.example/app:1`,
		Args: exactlyOne,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			ctx, cancel := r.within(cmd.Context())
			defer cancel()
			return a.audit(ctx, f, r, args[0])
		}),
	}
	f.add(cmd)
	r.add(cmd)
	return cmd
}

func (a *app) audit(ctx context.Context, f auditFlags, r registryFlags, arg string) error {
	refs, err := references([]string{arg})
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	client, err := a.client(ctx, r, nil, refs...)
	if err != nil {
		return err
	}
	defer a.progress("auditing " + arg)()
	image, err := a.resolve(ctx, client, refs[0])
	if err != nil {
		return err
	}
	audits, err := a.audits(ctx, client, image, f)
	if err != nil {
		return err
	}
	return a.reportAudits(image, audits, f.profile)
}

// audits audits every platform asked for.
func (a *app) audits(ctx context.Context, r gate.Registry, image verify.Image, f auditFlags) ([]attest.Audit, error) {
	profile, err := cis.LookupProfile(f.profile)
	if err != nil {
		return nil, usage(err, "--profile starter")
	}
	want, err := platformFlag(f.platform)
	if err != nil {
		return nil, err
	}
	var out []attest.Audit
	for _, p := range image.Platforms {
		if want != nil && !p.Platform.Matches(*want) {
			continue
		}
		audit, err := a.auditPlatform(ctx, r, image, p, profile)
		if err != nil {
			return nil, err
		}
		out = append(out, audit)
	}
	if len(out) == 0 {
		return nil, usage(fmt.Errorf("%s has no platform %s", image.Asked, f.platform), "pratique inspect "+image.Asked)
	}
	return out, nil
}

func (a *app) auditPlatform(ctx context.Context, r gate.Registry, image verify.Image, p verify.PlatformImage, profile cis.Profile) (attest.Audit, error) {
	raw, err := r.ImageConfig(ctx, image, p.Manifest)
	if err != nil {
		return attest.Audit{}, failed(err, "")
	}
	contents, err := cis.ParseContents(raw)
	if err != nil {
		return attest.Audit{}, failed(fmt.Errorf("%s: image config: %w", p.Manifest, err), "")
	}
	return attest.New(contents, attest.Options{
		Manifest: string(p.Manifest), Profile: profile, Now: a.env.Now(),
		Tool: "pratique", ToolVersion: a.env.version(),
	}), nil
}

// reportAudits shows the audits and denies when a finding does.
func (a *app) reportAudits(image verify.Image, audits []attest.Audit, profileName string) error {
	profile, err := cis.LookupProfile(profileName)
	if err != nil {
		return usage(err, "--profile starter")
	}
	status := StatusAllowed
	var errs []error
	for _, audit := range audits {
		m := auditMessage(image, audit, profile)
		for _, c := range m.Controls {
			if c.Effect == cis.EffectDeny.String() {
				status = StatusDenied
			}
		}
		errs = append(errs, a.out.Audit(m))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return statusError(status)
}

func auditMessage(image verify.Image, audit attest.Audit, profile cis.Profile) report.Audit {
	m := report.Audit{
		Image: image.Asked, Digest: audit.Manifest, Platform: audit.Platform,
		Benchmark: audit.Benchmark, Profile: audit.Profile,
	}
	controls := map[string]cis.Control{}
	for _, c := range cis.Section4() {
		controls[c.ID] = c
	}
	for _, f := range audit.Findings {
		c := controls[f.Control]
		m.Controls = append(m.Controls, report.Control{
			ID: f.Control, Key: f.Key, IDs: c.IDs, Title: c.Title, Level: c.Level, Scored: c.Scored,
			Status: f.Status.String(), Effect: profile.Effect(f.Control, f.Status).String(),
			Origin: string(f.Origin), Evidence: f.Evidence, Remediation: c.Remediation,
		})
		count(&m.Summary, f.Status)
	}
	return m
}

func count(s *report.Summary, status cis.Status) {
	switch status {
	case cis.Pass:
		s.Pass++
	case cis.Fail:
		s.Fail++
	case cis.Warn:
		s.Warn++
	case cis.Manual:
		s.Manual++
	case cis.NotApplicable:
		s.NotApplicable++
	default:
		s.Unknown++
	}
}
