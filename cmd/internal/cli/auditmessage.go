package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/attest/dockerfile"
	"github.com/pratique-dev/pratique/cmd/internal/report"
)

// message is an audit as reports show it.
func (one audited) message(now time.Time) report.Audit {
	audit, x := one.audit, one.inputs
	m := report.Audit{
		Source: "image", Image: one.asked, Digest: audit.Manifest, Platform: audit.Platform, Time: stamp(audit.AuditedAt),
		Benchmark: audit.Benchmark, Profile: audit.Profile,
		Base: baseMessage(audit.Facts.Base), Facts: factsMessage(audit.Facts),
	}
	if one.asked == "" {
		m.Source = cis.SourceDockerfile
	}
	if x.file != nil {
		m.Dockerfile, m.Target = x.flags.dockerfile.file, x.file.Target
	}
	controls := map[string]cis.Control{}
	for _, c := range cis.Section4() {
		controls[c.ID] = c
	}
	for _, f := range audit.Findings {
		c := controls[f.Control]
		reasons := x.excepted(f, now)
		effect, exception := x.effect(f, reasons, one.asked != "")
		m.Controls = append(m.Controls, report.Control{
			ID: f.Control, Key: f.Key, IDs: c.IDs, Title: c.Title, Level: c.Level, Scored: c.Scored,
			Status: f.Status.String(), Effect: effect.String(), Exception: exception,
			Origin: string(f.Origin), Evidence: f.Evidence, Items: marked(itemMessages(f, one.diffIDs), reasons), Remediation: c.Remediation,
		})
		count(&m.Summary, f.Status)
	}
	return m
}

// itemMessages are the pieces of a finding; diffIDs are the image's layers,
// lowest first, as far as they are known.
func itemMessages(f cis.Finding, diffIDs []string) []report.Item {
	out := []report.Item{}
	for _, i := range f.Items {
		m := report.Item{
			Status: i.Status.String(), Origin: string(i.Origin), Text: i.Text, Source: i.At.Source,
			Row: i.At.Row, Layer: i.At.Layer, Path: i.At.Path, Line: i.At.Line,
		}
		if i.At.Layer > 0 && i.At.Layer <= len(diffIDs) {
			m.DiffID = diffIDs[i.At.Layer-1]
		}
		out = append(out, m)
	}
	return out
}

// marked are the items with the exceptions that cover them.
func marked(items []report.Item, reasons []string) []report.Item {
	for n, why := range reasons {
		if why != "" {
			items[n].Effect, items[n].Exception = cis.EffectNone.String(), why
		}
	}
	return items
}

// excepted is, for each item of a finding that is not in order, the reason of
// the inline exception that covers it; "" without one (S6).
func (x *auditor) excepted(f cis.Finding, now time.Time) []string {
	reasons := make([]string, len(f.Items))
	for n, i := range f.Items {
		if settled(i.Status) {
			continue
		}
		if e := slices.IndexFunc(x.exceptions, func(e dockerfile.Exception) bool { return excepts(e, f.Control, i, now) }); e >= 0 {
			reasons[n] = x.exceptions[e].Reason
		}
	}
	return reasons
}

// effect is what the profile makes of a finding, but for the items that have a
// reason; where nothing else is wrong, that is nothing, and why.
func (x *auditor) effect(f cis.Finding, reasons []string, image bool) (cis.Effect, string) {
	status := f.Status
	if why := distinct(reasons); len(why) > 0 {
		n := -1
		rest, ok := f.Of(func(cis.Item) bool { n++; return reasons[n] == "" })
		if !ok || settled(rest.Status) {
			return cis.EffectNone, strings.Join(why, "; ")
		}
		status = rest.Status
	}
	effect := x.profile.Effect(f.Control, status)
	if !image && status == cis.Unknown {
		// Nobody runs a Dockerfile: what only an image can answer denies nothing.
		effect = max(effect, cis.EffectWarn)
	}
	return effect, ""
}

func settled(s cis.Status) bool { return s == cis.Pass || s == cis.NotApplicable }

// distinct leaves out what is empty, or there already.
func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// excepts reports whether an exception is about an item: one of its line, or,
// where it is for the whole file, any that is not the base's.
func excepts(e dockerfile.Exception, control string, i cis.Item, now time.Time) bool {
	if e.Control != control || ended(e, now) {
		return false
	}
	if e.Covers == 0 {
		return i.Origin != cis.OriginBase
	}
	return i.At.Source == cis.SourceDockerfile && e.Covers == i.At.Line
}

// ended reports whether an exception's last day is over, in UTC.
func ended(e dockerfile.Exception, now time.Time) bool {
	return now.UTC().Format(time.DateOnly) > e.Until
}

func baseMessage(b *cis.BaseFact) *report.Base {
	if b == nil {
		return nil
	}
	return &report.Base{Ref: b.Ref, Digest: b.Digest, How: b.How, Layers: b.Layers, Mismatch: b.Mismatch, Created: b.Created}
}

func factsMessage(f cis.Facts) *report.Facts {
	if f.Layers == nil {
		return nil
	}
	l := f.Layers
	return &report.Facts{
		Created: builtAt(f.Created), Kind: l.Traits.Kind, Distribution: l.Traits.Distribution,
		Size: l.Size, Compressed: l.Compressed, Layers: l.Count, Entries: l.Entries,
		Shells: l.Traits.Shells, PackageManagers: l.Traits.PackageManagers, PrivilegedPorts: f.Ports,
	}
}

// builtAt is a config's creation time, "" for the dates that builders write for
// the sake of reproducible bytes, as for control 4.4.
func builtAt(created string) string {
	if t, err := time.Parse(time.RFC3339Nano, created); err != nil || t.Year() < 2013 {
		return ""
	}
	return created
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
