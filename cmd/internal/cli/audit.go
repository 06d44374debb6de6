package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/cmd/internal/source"
	"github.com/pratique-dev/pratique/verify"
)

// auditFlags choose what is audited and how findings are read.
type auditFlags struct {
	profile    string
	platform   string
	bases      []string
	secrets    string
	noCache    bool
	dockerfile dockerfileFlags
}

// The values of --secrets.
const (
	secretsContents = "contents"
	secretsNames    = "names"
)

func (f *auditFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.profile, "profile", "starter", "`profile` that says which findings deny: starter, cis-l1 or cis-l2")
	flags.StringVar(&f.platform, "platform", "", "only this platform, `os/arch[/variant]` (default every runnable one)")
	flags.StringArrayVar(&f.bases, "base", nil, "an `image` this one may be built on, or scratch; its layers are then told apart (may be repeated)")
	flags.StringVar(&f.secrets, "secrets", secretsContents, "look for secrets in the `contents` of files, or in their names only")
	flags.BoolVar(&f.noCache, "no-cache", false, "read every layer again, and keep nothing of it")
	f.dockerfile.add(flags)
}

// check finds mistakes before anything is fetched.
func (f auditFlags) check() error {
	if _, err := cis.LookupProfile(f.profile); err != nil {
		return usage(err, "--profile starter")
	}
	if f.secrets != secretsContents && f.secrets != secretsNames {
		return usage(fmt.Errorf("--secrets %q: want contents or names", f.secrets), "--secrets names")
	}
	_, err := platformFlag(f.platform)
	return err
}

func (a *app) auditCmd() *cobra.Command {
	var f auditFlags
	var r registryFlags
	var on []string
	cmd := &cobra.Command{
		Use:   "audit [IMAGE]",
		Short: "Audit an image or a Dockerfile against section 4 of the CIS Docker Benchmark",
		Long: `Audit an image against section 4 of the CIS Docker Benchmark, without signing
anything. Config, history and the files of every layer are read; what a later
layer deletes is read too. A control that needs a person's judgement is manual,
with the facts laid out, and what could not be read is unknown: never a pass.

IMAGE is on a registry, or oci:DIR[:TAG], docker-archive:FILE[:NAME] or
docker-daemon:NAME. With --dockerfile the Dockerfile is audited too, and
without an IMAGE it is audited alone: for an editor, or before a commit.

With --base the layers of that image are told from the image's own. Exits 3
when a finding denies under the profile, or is one that --fail-on names.`,
		Example: `  pratique audit registry.example/app:1
  pratique audit --dockerfile Dockerfile
  pratique audit --dockerfile Dockerfile --base debian:12 registry.example/app:1
  pratique audit --profile cis-l1 -o sarif=audit.sarif docker-archive:app.tar
  pratique audit --fail-on fail,unknown -o json oci:build:app`,
		Args: atMostOne,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			ctx, cancel := r.within(cmd.Context())
			defer cancel()
			limit, err := parseFailOn(on)
			if err != nil {
				return err
			}
			return a.audit(ctx, f, r, limit, args)
		}),
	}
	f.add(cmd)
	r.addWithin(cmd, layerTimeLimit)
	cmd.Flags().StringArrayVar(&on, "fail-on", nil, failOnUsage)
	return cmd
}

func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(fmt.Errorf("want one image, got %d", len(args)), cmd.CommandPath()+" registry.example/app:1")
	}
	return nil
}

func (a *app) audit(ctx context.Context, f auditFlags, r registryFlags, limit failOn, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	if len(args) == 0 && f.dockerfile.file == "" {
		return usage(errors.New("no image named, and no Dockerfile"), "pratique audit registry.example/app:1, or pratique audit --dockerfile Dockerfile")
	}
	if len(args) == 0 && len(f.bases) > 0 {
		return usage(errors.New("--base is held against an image, and none is named"), "pratique audit --dockerfile Dockerfile --base debian:12 registry.example/app:1")
	}
	x, err := a.auditor(f)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return a.reportAudits([]audited{x.alone()}, limit)
	}
	client, err := a.auditClient(ctx, r, append(args, f.bases...))
	if err != nil {
		return err
	}
	list, err := x.image(ctx, client, args[0])
	if err != nil {
		return err
	}
	return a.reportAudits(list, limit)
}

// auditClient reaches the registries of those images that are on one.
func (a *app) auditClient(ctx context.Context, r registryFlags, images []string) (source.Registry, error) {
	var refs []verify.Reference
	for _, image := range images {
		if scheme, _ := source.Split(image); scheme != "" || image == cis.Scratch {
			continue
		}
		ref, err := references([]string{image})
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref...)
	}
	return a.client(ctx, r, nil, refs...)
}

// audited is one audit and what it was made of.
type audited struct {
	asked  string
	audit  attest.Audit
	inputs *auditor
	// diffIDs are the image's layers, lowest first.
	diffIDs []string
}

// reportAudits shows the audits and denies when a finding is one that the
// limit names.
func (a *app) reportAudits(list []audited, limit failOn) error {
	status := StatusAllowed
	var errs []error
	for _, one := range list {
		m := one.message(a.env.Now())
		for _, c := range m.Controls {
			if limit.matches(c) {
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
