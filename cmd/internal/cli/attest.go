package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/intoto"
	"github.com/pratique-dev/pratique/cmd/internal/report"
	"github.com/pratique-dev/pratique/verify"
	"github.com/pratique-dev/pratique/verify/wire"
)

type attestOptions struct {
	sign        signFlags
	registry    registryFlags
	audit       auditFlags
	builder     attest.Builder
	dryRun      bool
	outputFile  string
	ifOlderThan time.Duration
	custom      customPredicate
}

func (a *app) attestCmd() *cobra.Command {
	var o attestOptions
	cmd := &cobra.Command{
		Use:   "attest IMAGE",
		Short: "Audit an image, sign the result and attach it to the image",
		Long: `Audit an image against section 4 of the CIS Docker Benchmark, every layer
included, sign the result as an in-toto statement, attach it to the image and
read it back. Every runnable platform of a multi-platform image is audited and
attested by itself. With --dockerfile the Dockerfile is audited too, and its
digest is in the statement.

A bad image is attested too: the statement says what is true, and the policy
at the gate decides. The exit code is then 3.

With --predicate, a statement of your own is signed instead of an audit.`,
		Example: `  pratique attest --key release.key registry.example/app:1
  pratique attest --key release.key --dockerfile Dockerfile registry.example/app:1
  pratique attest --dry-run registry.example/app:1
  pratique attest --key release.key --if-older-than 24h registry.example/app:1
  pratique attest --key release.key --type spdxjson --predicate sbom.json registry.example/app:1`,
		Args: exactlyOne,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			ctx, cancel := o.registry.within(cmd.Context())
			defer cancel()
			return a.attest(ctx, o, args[0])
		}),
	}
	o.sign.add(cmd)
	o.registry.addWithin(cmd, layerTimeLimit)
	o.audit.add(cmd)
	o.custom.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "print the statement; sign and attach nothing, need no key")
	f.StringVar(&o.outputFile, "output-file", "", "also write the signed bundle to this `file` (one platform)")
	f.DurationVar(&o.ifOlderThan, "if-older-than", 0, "audit and report, but attach nothing where this key's newest audit is younger than this `time`")
	f.StringVar(&o.builder.ID, "builder-id", "", "who or what builds, a `URI`; goes into the statement")
	f.StringVar(&o.builder.Pipeline, "pipeline", "", "the `run` that audits, such as its URL; goes into the statement")
	f.StringVar(&o.builder.SourceURI, "source-uri", "", "the source `repository`; goes into the statement")
	f.StringVar(&o.builder.SourceRevision, "source-revision", "", "the source `revision`; goes into the statement")
	f.StringVar(&o.builder.Reason, "reason", "", "why, in `words`; goes into the statement")
	return cmd
}

func (a *app) attest(ctx context.Context, o attestOptions, arg string) error {
	refs, err := references([]string{arg})
	if err != nil {
		return err
	}
	if err := o.custom.load(); err != nil {
		return err
	}
	if err := o.audit.check(); err != nil {
		return err
	}
	x, err := a.auditor(o.audit)
	if err != nil {
		return err
	}
	w := writer{app: a, flags: o.registry, ref: refs[0]}
	if !o.dryRun {
		if w.key, w.format, err = a.open(o.sign); err != nil {
			return err
		}
	}
	if w.client, err = a.client(ctx, o.registry, nil, refs...); err != nil {
		return err
	}
	if w.image, err = a.resolve(ctx, w.client, refs[0]); err != nil {
		return err
	}
	if o.custom.predicate != nil {
		defer a.progress("attesting " + arg)()
		return w.attestCustom(ctx, o)
	}
	list, err := x.image(ctx, w.client, arg)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].audit.Builder = o.builder
	}
	stop := a.progress("attesting " + arg) // one at a time: reading layers shows its own
	err = w.attestAudits(ctx, o, list)
	stop()
	if err != nil {
		return err
	}
	if o.dryRun {
		return nil
	}
	limit, err := parseFailOn(nil)
	if err != nil {
		return err
	}
	return a.reportAudits(list, limit)
}

// attestAudits signs and attaches one statement a platform. Nothing is
// attached if the tag moved while the image was being audited (threat 61).
func (w writer) attestAudits(ctx context.Context, o attestOptions, list []audited) error {
	if o.outputFile != "" && len(list) > 1 {
		return usage(fmt.Errorf("--output-file is for one platform, the image has %d", len(list)), "--platform "+list[0].audit.Platform)
	}
	if err := w.notMoved(ctx); err != nil {
		return err
	}
	for _, one := range list {
		audit := one.audit
		predicate, err := audit.Predicate()
		if err != nil {
			return failed(err, "")
		}
		s := statement{verify.Digest(audit.Manifest), audit.Platform, attest.PredicateType, predicate}
		if o.dryRun {
			err = w.print(s)
		} else if fresh, lookErr := w.freshEnough(ctx, s.subject, o.ifOlderThan); lookErr != nil || fresh {
			if err = lookErr; err == nil {
				err = w.kept(s)
			}
		} else {
			err = w.attach(ctx, s, o.outputFile)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// statement is what is said of one manifest.
type statement struct {
	subject       verify.Digest
	platform      string
	predicateType string
	predicate     json.RawMessage
}

func (w writer) bytes(s statement) ([]byte, error) {
	return intoto.Statement(s.subject, w.image.Repo, s.predicateType, s.predicate)
}

func (w writer) print(s statement) error {
	text, err := w.bytes(s)
	if err != nil {
		return failed(err, "")
	}
	return w.app.out.Document(rawJSON(text), report.PrintableJSON(text)+"\n")
}

func (w writer) kept(s statement) error {
	return w.app.out.Written(report.Written{Image: w.image.Asked, Kind: string(verify.KindAttestation), Subject: string(s.subject),
		Platform: s.platform, PredicateType: s.predicateType, Skipped: "its newest audit by this key is young enough"})
}

// attach signs a statement, stores it beside the image and reads it back.
func (w writer) attach(ctx context.Context, s statement, outputFile string) error {
	text, err := w.bytes(s)
	if err != nil {
		return failed(err, "")
	}
	e, err := intoto.Sign(ctx, w.key, text)
	if err != nil {
		return failed(err, "")
	}
	if outputFile != "" {
		bundle, err := intoto.Bundle(e)
		if err != nil {
			return failed(err, "")
		}
		if err := wire.WriteFile(outputFile, bundle, 0o644); err != nil {
			return failed(err, "")
		}
	}
	format, err := w.chosen(ctx)
	if err != nil {
		return err
	}
	d, err := w.descriptor(ctx, s.subject)
	if err != nil {
		return err
	}
	at, err := intoto.AttachAttestation(ctx, w.client, w.image.Repo, d, e, format)
	if err != nil {
		return attachError(err)
	}
	same := func(c *verify.Claim) bool { return bytes.Equal(compact(c.Predicate), compact(s.predicate)) }
	if err := w.readBack(ctx, s.subject, same); err != nil {
		return err
	}
	return w.written(verify.KindAttestation, at, s.subject, s.platform, s.predicateType)
}

// compact makes two spellings of one JSON value comparable.
func compact(raw []byte) []byte {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	out, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return out
}

// notMoved looks at the tag again, with nothing remembered.
func (w writer) notMoved(ctx context.Context) error {
	if w.ref.Digest != "" {
		return nil
	}
	fresh, err := w.app.client(ctx, w.flags, nil, w.ref)
	if err != nil {
		return err
	}
	now, err := fresh.Resolve(ctx, w.ref)
	if err != nil {
		return failed(err, "run the command again")
	}
	if now.Index != w.image.Index {
		return failed(fmt.Errorf("%s moved from %s to %s during the audit; nothing was attached", w.image.Asked, w.image.Index, now.Index),
			"pratique attest "+w.image.Repo+"@"+string(now.Index))
	}
	return nil
}

// freshEnough reports whether our own newest audit of a manifest is younger
// than limit; a limit of 0 never is.
func (w writer) freshEnough(ctx context.Context, subject verify.Digest, limit time.Duration) (bool, error) {
	if limit <= 0 {
		return false, nil
	}
	items, err := w.own(ctx, w.client, subject)
	if err != nil {
		return false, failed(err, "run the command again, or leave out --if-older-than")
	}
	for _, item := range items {
		if item.Claim == nil || item.Claim.PredicateType != attest.PredicateType {
			continue
		}
		audit, err := attest.Parse(item.Claim.Predicate)
		if age := w.app.env.Now().Sub(audit.AuditedAt); err == nil && age >= 0 && age < limit {
			return true, nil
		}
	}
	return false, nil
}
