package cli

import (
	"slices"
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
		effect, exception := x.effect(f, one.asked != "", now)
		m.Controls = append(m.Controls, report.Control{
			ID: f.Control, Key: f.Key, IDs: c.IDs, Title: c.Title, Level: c.Level, Scored: c.Scored,
			Status: f.Status.String(), Effect: effect.String(), Exception: exception,
			Origin: string(f.Origin), Evidence: f.Evidence, Items: itemMessages(f, one.diffIDs), Remediation: c.Remediation,
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

// effect is what the profile makes of a finding, but for what inline
// exceptions of the Dockerfile take out of it (S6).
func (x *auditor) effect(f cis.Finding, image bool, now time.Time) (cis.Effect, string) {
	effect, used := x.profile.Effect(f.Control, f.Status), ""
	if !image && f.Status == cis.Unknown {
		// Nobody runs a Dockerfile: what only an image can answer denies nothing.
		effect = max(effect, cis.EffectWarn)
	}
	if effect == cis.EffectNone || len(x.exceptions) == 0 {
		return effect, ""
	}
	rest, ok := f.Of(func(i cis.Item) bool {
		e := slices.IndexFunc(x.exceptions, func(e dockerfile.Exception) bool { return excepts(e, f.Control, i, now) })
		if e >= 0 {
			used = x.exceptions[e].Reason
		}
		return e < 0
	})
	if used == "" {
		return effect, ""
	}
	if !ok {
		return cis.EffectNone, used
	}
	return x.profile.Effect(f.Control, rest.Status), used
}

// excepts reports whether an exception is about an item: one of its line, or,
// where it is for the whole file, any that is not the base's. It ends with its
// day, in UTC.
func excepts(e dockerfile.Exception, control string, i cis.Item, now time.Time) bool {
	if e.Control != control || now.UTC().Format(time.DateOnly) > e.Until {
		return false
	}
	if e.Covers == 0 {
		return i.Origin != cis.OriginBase
	}
	return i.At.Source == cis.SourceDockerfile && e.Covers == i.At.Line
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
		Created: f.Created, Kind: l.Traits.Kind, Distribution: l.Traits.Distribution,
		Size: l.Size, Compressed: l.Compressed, Layers: l.Count, Entries: l.Entries,
		Shells: l.Traits.Shells, PackageManagers: l.Traits.PackageManagers, PrivilegedPorts: f.Ports,
	}
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
