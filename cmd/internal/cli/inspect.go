package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/cmd/internal/gate"
	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign"
)

func (a *app) inspectCmd() *cobra.Command {
	var p policyFlags
	var r registryFlags
	cmd := &cobra.Command{
		Use:   "inspect IMAGE",
		Short: "List every piece of evidence at an image, and why it counts or not",
		Long: `List every piece of evidence at an image: where it is, what it is, who signed
it, and whether it verifies with the given keys, or the exact reason why not.

Without --key and without any policy there is no key to verify with, and every
item says so. What nobody here can read is listed too: unreadable is not unsigned.`,
		Example: `  pratique inspect registry.example/app:1
  pratique inspect --key cosign.pub -o json registry.example/app:1`,
		Args: exactlyOne,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			ctx, cancel := r.within(cmd.Context())
			defer cancel()
			return a.inspect(ctx, p, r, args[0])
		}),
	}
	p.add(cmd)
	r.add(cmd)
	return cmd
}

func (a *app) inspect(ctx context.Context, p policyFlags, r registryFlags, arg string) error {
	refs, err := references([]string{arg})
	if err != nil {
		return err
	}
	docs, ring, err := a.inspectKeys(p)
	if err != nil {
		return err
	}
	if len(ring.Signers()) == 0 {
		a.note("no key to verify with, so nothing can count; name one with --key or --policy")
	}
	client, err := a.client(ctx, r, docs, refs...)
	if err != nil {
		return err
	}
	defer a.progress("inspecting " + arg)()
	image, err := a.resolve(ctx, client, refs[0])
	if err != nil {
		return err
	}
	e := verify.Gather(ctx, image, cosign.New(client, ring))
	gate.ClaimTimes(e.Items)
	m := report.Inspection{
		Image: image.Asked, Digest: string(image.Index),
		Platforms: platformMessages(image), Evidence: evidenceMessages(image, e, nil),
	}
	for _, g := range e.Gaps {
		m.Gaps = append(m.Gaps, g.Source+": "+g.Err.Error())
	}
	if err := a.out.Inspection(m); err != nil {
		return err
	}
	if len(e.Gaps) > 0 {
		return failed(fmt.Errorf("%d place(s) could not be looked at", len(e.Gaps)), "run the command again once the registry answers")
	}
	return nil
}

// inspectKeys is what inspect verifies with: the flags' keys, or those of the
// policy verify would judge by, or none at all.
func (a *app) inspectKeys(p policyFlags) ([]*policy.Document, keys.Ring, error) {
	if err := p.check(); err != nil {
		return nil, keys.Ring{}, err
	}
	if len(p.keys) > 0 && p.file != "" {
		return nil, keys.Ring{}, usage(errors.New("--key and --policy: inspect verifies with one of them"), "run it once with each")
	}
	if len(p.keys) > 0 {
		doc, err := p.document()
		if err != nil {
			return nil, keys.Ring{}, err
		}
		return nil, doc.Ring(), nil
	}
	path, explicit := a.policyPath(p)
	if path == "" {
		return nil, keys.Ring{}, nil
	}
	doc, err := a.loadPolicy(path, true)
	if isAbsent(err) && !explicit {
		return nil, keys.Ring{}, nil
	}
	if err != nil {
		return nil, keys.Ring{}, err
	}
	return []*policy.Document{doc}, doc.Ring(), nil
}

// resolve names the image by digest and reads its platform manifests and
// their configs.
func (a *app) resolve(ctx context.Context, r gate.Registry, ref verify.Reference) (verify.Image, error) {
	image, err := r.Resolve(ctx, ref)
	if err != nil {
		return image, unreachable(err)
	}
	if image, err = r.Complete(ctx, image); err != nil {
		return image, failed(err, "")
	}
	for i, p := range image.Platforms {
		if image.Platforms[i], err = gate.WithPlatform(ctx, r, image, p); err != nil {
			return image, failed(err, "")
		}
	}
	return image, nil
}
