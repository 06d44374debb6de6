package cli

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/attest/intoto"
	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/keys"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/cosign"
	"github.com/pratique-dev/pratique/verify/registry"
)

// signFlags are what sign and attest share.
type signFlags struct {
	key      string
	password passwordSource
	format   string
	yes      bool
	tlog     bool
}

func (f *signFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.key, "key", "", "private key `file`, cosign's encrypted PEM")
	fs.IntVar(&f.password.fd, "password-fd", -1, passwordFlagHelp)
	fs.StringVar(&f.format, "format", "auto", "how to store it: auto (what the image already carries, else bundle), bundle (OCI 1.1 referrer) or `tag` (cosign's .sig and .att tags)")
	fs.BoolVarP(&f.yes, "yes", "y", false, "accepted as in cosign; nothing is asked")
	fs.BoolVar(&f.tlog, "tlog-upload", false, "accepted as in cosign; only =false, since no transparency log is written for keys")
}

// open checks the flags and opens the key, before anything is fetched.
func (a *app) open(f signFlags) (crypto.Signer, intoto.Format, error) {
	if f.tlog {
		return nil, "", usage(errors.New("--tlog-upload: nothing is written to a transparency log for keys"), "--tlog-upload=false, or leave it out")
	}
	format, err := intoto.ParseFormat(f.format)
	if err != nil {
		return nil, "", usage(err, "--format auto|bundle|tag")
	}
	key, err := a.loadKey(f.key, f.password)
	return key, format, err
}

func (a *app) signCmd() *cobra.Command {
	var f signFlags
	var r registryFlags
	var annotations []string
	cmd := &cobra.Command{
		Use:   "sign IMAGE",
		Short: "Sign an image, as cosign would",
		Long: `Sign an image with a key, so that cosign verify and pratique verify accept it.
The tag is resolved once; what is signed is the digest (of the index, for a
multi-platform image), which is read back before success is reported.`,
		Example: `  pratique sign --key release.key registry.example/app:1
  pratique sign --key release.key --format tag -a build=42 registry.example/app@sha256:…`,
		Args: exactlyOne,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			ctx, cancel := r.within(cmd.Context())
			defer cancel()
			return a.sign(ctx, f, r, annotations, args[0])
		}),
	}
	f.add(cmd)
	r.add(cmd)
	cmd.Flags().StringArrayVarP(&annotations, "annotations", "a", nil, "sign this annotation too, `name=value`")
	return cmd
}

func (a *app) sign(ctx context.Context, f signFlags, r registryFlags, pairs []string, arg string) error {
	annotations, err := parseAnnotations(pairs)
	if err != nil {
		return err
	}
	refs, err := references([]string{arg})
	if err != nil {
		return err
	}
	key, format, err := a.open(f)
	if err != nil {
		return err
	}
	client, err := a.client(ctx, r, nil, refs...)
	if err != nil {
		return err
	}
	defer a.progress("signing " + arg)()
	image, err := client.Resolve(ctx, refs[0])
	if err != nil {
		return unreachable(err)
	}
	w := writer{app: a, client: client, flags: r, ref: refs[0], key: key, format: format, image: image}
	return w.sign(ctx, annotations)
}

func parseAnnotations(pairs []string) (map[string]string, error) {
	out := map[string]string{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usage(fmt.Errorf("--annotations %q: want name=value", pair), "")
		}
		out[name] = value
	}
	return out, nil
}

// writer attaches what was signed to an image, and reads it back.
type writer struct {
	app    *app
	client *registry.Client
	flags  registryFlags
	ref    verify.Reference
	key    crypto.Signer
	format intoto.Format
	image  verify.Image
}

// readBack looks at the image as a verifier would, with nothing remembered,
// and wants to find what was just attached, verified with our own key.
func (w writer) readBack(ctx context.Context, subject verify.Digest, want func(*verify.Claim) bool) error {
	fresh, err := w.app.client(ctx, w.flags, nil, w.ref)
	if err != nil {
		return err
	}
	items, err := w.own(ctx, fresh, subject)
	for _, item := range items {
		if item.Claim != nil && want(item.Claim) {
			return nil
		}
	}
	if err == nil {
		err = errors.New("it is not listed at the image")
	}
	return failed(fmt.Errorf("read back what was attached to %s: %w", subject, err), "run the command again; pratique inspect "+w.image.Asked+" shows what is there")
}

func (w writer) written(kind verify.Kind, at intoto.Attached, subject verify.Digest, platform, predicateType string) error {
	return w.app.out.Written(report.Written{
		Image: w.image.Asked, Kind: string(kind), Subject: string(subject), Platform: platform,
		PredicateType: predicateType, Format: string(stored(at.Format)), Location: at.Location,
	})
}

// sign signs the index, or the one manifest, and attaches the signature. An
// image that carries such a signature by this key already keeps it (S19).
func (w writer) sign(ctx context.Context, annotations map[string]string) error {
	subject := w.image.Index
	format, err := w.chosen(ctx)
	if err != nil {
		return err
	}
	same := func(c *verify.Claim) bool {
		return c.Predicate == nil && maps.Equal(c.Annotations, annotations)
	}
	if had, err := w.signed(ctx, subject, format, same); err != nil {
		return err
	} else if had {
		return w.app.out.Written(report.Written{Image: w.image.Asked, Kind: string(verify.KindSignature),
			Subject: string(subject), Format: string(stored(format)), Skipped: "this key has signed it already"})
	}
	s, err := intoto.SignImage(ctx, w.key, w.image.Repo, subject, annotations, format)
	if err != nil {
		return failed(err, "")
	}
	d, err := w.descriptor(ctx, subject)
	if err != nil {
		return err
	}
	at, err := intoto.AttachSignature(ctx, w.client, w.image.Repo, d, s)
	if err != nil {
		return attachError(err)
	}
	if err := w.readBack(ctx, subject, same); err != nil {
		return err
	}
	return w.written(verify.KindSignature, at, subject, "", "")
}

// chosen resolves --format auto by what the image carries anywhere.
func (w writer) chosen(ctx context.Context) (intoto.Format, error) {
	if w.format != intoto.FormatAuto {
		return w.format, nil
	}
	f, err := intoto.AutoFormat(ctx, w.client, w.image.Repo, w.image.Digests()...)
	if err != nil {
		return "", failed(err, "say --format bundle or --format tag")
	}
	return f, nil
}

// signed reports whether a claim by our own key is there in that format.
func (w writer) signed(ctx context.Context, subject verify.Digest, f intoto.Format, same func(*verify.Claim) bool) (bool, error) {
	items, err := w.own(ctx, w.client, subject)
	for _, item := range items {
		if item.Kind == verify.KindSignature && item.Format == stored(f) && item.Claim != nil && same(item.Claim) {
			return true, nil
		}
	}
	if err != nil {
		return false, failed(err, "run the command again once the registry answers")
	}
	return false, nil
}

// own gathers what is attached to a digest, verified with our own key.
func (w writer) own(ctx context.Context, from verify.Content, subject verify.Digest) ([]verify.Item, error) {
	public, err := keys.FromPublic(w.key.Public())
	if err != nil {
		return nil, err
	}
	ring, err := keys.NewRing(keys.Signer{Name: "self", Key: public})
	if err != nil {
		return nil, err
	}
	return cosign.New(from, ring).Gather(ctx, verify.Image{Asked: w.image.Asked, Repo: w.image.Repo, Index: subject})
}

func stored(f intoto.Format) verify.Format {
	if f == intoto.FormatTag {
		return verify.FormatCosignTag
	}
	return verify.FormatCosignBundle
}

// descriptor is what a referrer's subject names: the manifest as served.
func (w writer) descriptor(ctx context.Context, d verify.Digest) (verify.Descriptor, error) {
	m, err := w.client.Manifest(ctx, w.image.Repo, string(d))
	if err != nil {
		return verify.Descriptor{}, failed(err, "")
	}
	return verify.Descriptor{MediaType: m.MediaType, Digest: m.Digest, Size: int64(len(m.Raw))}, nil
}

func attachError(err error) error {
	switch {
	case errors.Is(err, intoto.ErrOccupied):
		return failed(err, "the tag holds something that is not cosign's; use --format bundle, or ask who pushed it")
	case errors.Is(err, intoto.ErrReadBack):
		return failed(err, "run the command again; nothing may rely on what was written")
	}
	return failed(err, "check that your login may push to the repository")
}
