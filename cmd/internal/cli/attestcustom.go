package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pratique-dev/pratique/attest"
	"github.com/pratique-dev/pratique/attest/vuln"
	"github.com/pratique-dev/pratique/policy"
	"github.com/pratique-dev/pratique/verify/wire"
)

// customPredicate is a statement's content given by the user.
type customPredicate struct {
	file, kind string
	predicate  json.RawMessage
}

func (c *customPredicate) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.kind, "type", "", "predicate `type` for --predicate: slsaprovenance1, spdxjson, vuln, openvex, … or a URI")
	cmd.Flags().StringVar(&c.file, "predicate", "", "sign the JSON object in this `file` instead of an audit; with --type vuln also trivy's or grype's own report")
}

func (c *customPredicate) load() error {
	if c.file == "" && c.kind == "" {
		return nil
	}
	if c.file == "" || c.kind == "" {
		return usage(errors.New("--predicate and --type go together"), "--type spdxjson --predicate sbom.json")
	}
	uri, err := policy.PredicateURI(c.kind)
	if err != nil {
		return usage(err, "--type slsaprovenance1, or a URI")
	}
	if uri == attest.PredicateType {
		return usage(errors.New("a CIS audit is not given, it is made"), "leave out --type and --predicate")
	}
	text, err := wire.ReadFile(c.file, wire.MaxBundle)
	if err != nil {
		return usage(err, "")
	}
	if err := wire.Check(text); err != nil {
		return usage(fmt.Errorf("%s: %w", c.file, err), "")
	}
	if err := json.Unmarshal(text, &map[string]json.RawMessage{}); err != nil {
		return usage(fmt.Errorf("%s: a predicate is a JSON object", c.file), "")
	}
	named := c.kind
	c.kind, c.predicate = uri, text
	switch {
	case named == "vuln":
		return c.wrapScan()
	case uri == vuln.TypeCosignVuln, uri == vuln.TypeVulnsV01, uri == vuln.TypeVulnsV02:
		_, err = vuln.Parse(uri, text)
	case strings.HasPrefix(uri, "https://openvex.dev/ns"):
		_, err = vuln.ParseVEX(text)
	}
	if err != nil {
		return usage(fmt.Errorf("%s: %w", c.file, err), "no gate could read it; give it another --type, or have the tool write it again")
	}
	return nil
}

// wrapScan makes the predicate of a scanner's own report, so that what is
// signed is what a gate can read.
func (c *customPredicate) wrapScan() error {
	var err error
	if c.kind, c.predicate, err = vuln.Wrap(c.predicate); err != nil {
		return usage(fmt.Errorf("%s: %w", c.file, err), "trivy image --format json -o "+c.file+" IMAGE, or grype -o json IMAGE > "+c.file)
	}
	return nil
}

func (w writer) attestCustom(ctx context.Context, o attestOptions) error {
	want, err := platformFlag(o.audit.platform)
	if err != nil {
		return err
	}
	if err := w.notMoved(ctx); err != nil {
		return err
	}
	done := 0
	for _, p := range w.image.Platforms {
		if want != nil && !p.Platform.Matches(*want) {
			continue
		}
		s := statement{p.Manifest, p.Platform.String(), o.custom.kind, o.custom.predicate}
		if o.dryRun {
			err = w.print(s)
		} else {
			err = w.attach(ctx, s, o.outputFile)
		}
		if err != nil {
			return err
		}
		done++
	}
	if done == 0 {
		return usage(fmt.Errorf("%s has no platform %s", w.image.Asked, o.audit.platform), "pratique inspect "+w.image.Asked)
	}
	return nil
}
