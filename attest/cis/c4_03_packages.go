package cis

import (
	"slices"
	"strings"
)

func c0403() Control {
	return Control{
		ID: "4.3", Key: "image.packages", IDs: sameID("4.3"), Level: 1, Decidable: Assisted,
		Title:       "The image has no packages it does not need",
		Remediation: "Take a slimmer base or build in stages, install with --no-install-recommends, and remove tools in the RUN that used them.",
		Judge:       judgePackages,
	}
}

// judgePackages knows what is installed; what is needed is for the operator to
// say, or for a person to judge.
func judgePackages(f *Facts, p Parameters) Result {
	l := f.Layers
	if l == nil {
		return say(Unknown, OriginUnknown, "package databases are in layers, which were not read")
	}
	var r Result
	f.unread(&r, "4.3")
	if l.Packages == nil {
		f.noPackages(&r)
	} else {
		f.judgeInventory(&r, p)
	}
	if len(l.Traits.Shells) > 0 && p.ForbidShell {
		r.add(Fail, OriginUnknown, Place{Source: SourceLayer}, "there is a shell, %s", quoteName(l.Traits.Shells[0]))
	}
	return r
}

// noPackages: without a database nobody knows what is in the files, except
// where there is no distribution at all.
func (f *Facts) noPackages(r *Result) {
	scratch := f.Layers.Traits.Kind == KindScratch
	switch {
	case f.Base != nil && f.Base.Ref == Scratch && scratch:
		r.add(Pass, OriginOwn, Place{Source: SourceLayer}, "built from scratch, with no package database")
	case scratch:
		r.add(Manual, OriginOwn, Place{Source: SourceLayer},
			"no package database, shell or distribution: %s of the program's own", plural(f.Layers.Entries, "entry", "entries"))
	default:
		r.add(Unknown, OriginUnknown, Place{Source: SourceLayer}, "there is no package database to read")
	}
}

func (f *Facts) judgeInventory(r *Result, p Parameters) {
	inv := f.Layers.Packages
	judged := len(p.DeniedPackages) > 0 || p.MaxPackages > 0 || p.ForbidShell
	for _, pkg := range inv.List {
		if slices.Contains(p.DeniedPackages, pkg.Name) {
			at := Place{Source: SourceLayer, Layer: pkg.Layer}
			r.add(Fail, f.origin(at), at, "%s %s is installed (layer %d), which the operator denies", quoteName(pkg.Name), quoteName(pkg.Version), pkg.Layer)
		}
	}
	if more := f.Layers.More["packages"]; more > 0 && len(p.DeniedPackages) > 0 {
		r.add(Unknown, OriginUnknown, Place{Source: SourceLayer}, "%s not listed, which may be denied ones", plural(more, "more package is", "more packages are"))
	}
	if p.MaxPackages > 0 && inv.Count > p.MaxPackages {
		r.add(Fail, OriginUnknown, Place{Source: SourceLayer}, "%d packages are installed, the operator allows %d", inv.Count, p.MaxPackages)
	}
	count := plural(inv.Count, "package", "packages") + " (" + managers(inv.List) + "), list " + inv.Digest
	switch {
	case !judged:
		r.add(Manual, OriginOwn, Place{Source: SourceLayer}, "%s; whether all are needed is for a person to say, or for deniedPackages and maxPackages", count)
	case len(r.Items) == 0:
		r.add(Pass, OriginOwn, Place{Source: SourceLayer}, "%s, none of them denied", count)
	}
}

func managers(list []Package) string {
	var names []string
	for _, p := range list {
		if !slices.Contains(names, p.Manager) {
			names = append(names, p.Manager)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
