package cis

import "strings"

func c0402() Control {
	return Control{
		ID: "4.2", Key: "image.base", IDs: sameID("4.2"), Level: 1, Decidable: Assisted,
		Title:       "The image is built on a base the operator trusts",
		Remediation: "Take the base from the approved list, pin it by digest, and sign the images on the list.",
		Judge:       judgeBase,
	}
}

// judgeBase says of every image this one is made of whether the operator
// allows it. Without a list that is for a person to say; a base nobody names
// is a doubt, since it has one.
func judgeBase(f *Facts, p Parameters) Result {
	var r Result
	if f.Base != nil {
		f.judgeNamed(&r, p, *f.Base)
	}
	f.judgeWritten(&r, p)
	switch {
	case len(r.Items) > 0:
		return r
	case f.Layers == nil:
		return say(Unknown, OriginUnknown, "the base image is not known from config and history")
	}
	return say(Warn, OriginOwn, "no annotation, Dockerfile or --base names the image it is built on")
}

// judgeNamed is the base as it was held against the layers.
func (f *Facts) judgeNamed(r *Result, p Parameters, b BaseFact) {
	at, shown := Place{Source: SourceConfig}, b.describe()
	switch {
	case b.Ref == Scratch:
		f.judgeScratch(r, at, shown, b.How == BaseAnnotation)
	case b.Mismatch != "":
		r.add(Warn, OriginOwn, at, "%s, but %s", shown, b.Mismatch)
	case len(p.AllowedBases) == 0:
		r.add(Manual, OriginOwn, at, "%s; without a list of allowed bases a person decides", shown)
	case !allowedBase(p.AllowedBases, b.Ref, b.Digest):
		r.add(Fail, OriginOwn, at, "%s, which is not on the list of allowed bases", shown)
	case b.Layers < 1:
		r.add(Warn, OriginOwn, at, "%s, which is allowed, but its layers were not held against the image's", shown)
	default:
		r.add(Pass, OriginOwn, at, "%s, which is on the list of allowed bases", shown)
	}
}

// judgeScratch doubts that there is no base where files of one are there, or
// where nobody looked.
func (f *Facts) judgeScratch(r *Result, at Place, shown string, claimed bool) {
	switch {
	case f.Layers == nil && !f.fileOnly():
		r.add(Unknown, OriginOwn, at, "%s, whoever audited it says, and no layer was read", shown)
	case f.Layers != nil && f.Layers.Traits.Kind != KindScratch:
		r.add(Warn, OriginOwn, at, "%s, whoever audited it says, and there are files of a distribution in it", shown)
	case claimed:
		r.add(Warn, OriginOwn, at, "%s, as an annotation claims", shown)
	default:
		r.add(Pass, OriginOwn, at, "%s", shown)
	}
}

// judgeWritten is what a Dockerfile names: FROM, COPY --from and RUN --mount
// alike.
func (f *Facts) judgeWritten(r *Result, p Parameters) {
	if f.Dockerfile == nil {
		return
	}
	for _, b := range f.Dockerfile.Bases {
		at, shown := Place{Source: SourceDockerfile, Line: b.Line}, b.describe()
		switch {
		case b.Ref == Scratch && b.Target:
			f.judgeScratch(r, at, shown, false)
		case b.Ref == Scratch:
			r.add(Pass, OriginOwn, at, "%s", shown)
		case len(p.AllowedBases) == 0:
			r.add(Manual, OriginOwn, at, "%s; without a list of allowed bases a person decides", shown)
		case !allowedBase(p.AllowedBases, b.Ref, b.Digest):
			r.add(Fail, OriginOwn, at, "%s, which is not on the list of allowed bases", shown)
		case f.Base == nil || f.Base.Layers < 1:
			r.add(Warn, OriginOwn, at, "%s, which is allowed, but nothing shows that the image was built on it", shown)
		}
	}
}

func (b BaseFact) describe() string {
	if b.Ref == Scratch {
		return "the image is built from scratch"
	}
	name := b.Ref
	if name == "" {
		name = "an image without a name"
	}
	s := "the base is " + quoteName(name)
	if b.Digest != "" && !strings.Contains(b.Ref, "@") {
		s += " (" + quoteName(b.Digest) + ")"
	}
	switch {
	case b.Layers > 0:
		s += ", found in the image's lowest " + strings.TrimPrefix(plural(b.Layers, "layer", "layers"), "1 ")
	case b.How == BaseAnnotation:
		s += ", as an annotation claims"
	case b.How == BaseDockerfile:
		s += ", as the Dockerfile says"
	}
	return s
}

func (b BaseRef) describe() string {
	word := map[string]string{UseFrom: "FROM", UseCopy: "COPY --from", UseMount: "RUN --mount from"}[b.Use]
	s := Place{Line: b.Line}.String() + ": " + word + " " + quoteName(b.Ref)
	switch {
	case b.Ref == Scratch, b.Digest != "":
	case b.Tag == "" || b.Tag == "latest":
		s += ", neither pinned nor with a version"
	default:
		s += ", not pinned by digest"
	}
	return s
}

// allowedBase reports whether a reference is on a list of repositories,
// prefixes with /* or /**, and repository@digest. A digest on the list has to
// be the one the reference was resolved to, or has itself.
func allowedBase(list []string, ref, digest string) bool {
	repo := baseRepository(ref)
	for _, want := range list {
		name, pinned, isPinned := strings.Cut(want, "@")
		if isPinned && (digest == "" || pinned != digest) {
			continue
		}
		if matchesName(name, repo) {
			return true
		}
	}
	return false
}

func matchesName(pattern, repo string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/**"); ok {
		return strings.HasPrefix(repo, prefix+"/")
	}
	if prefix, ok := strings.CutSuffix(pattern, "/*"); ok {
		rest, below := strings.CutPrefix(repo, prefix+"/")
		return below && !strings.Contains(rest, "/")
	}
	return pattern == repo
}

// baseRepository is the repository of a reference in its full form: what a
// Dockerfile calls debian:12 is docker.io/library/debian.
func baseRepository(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		ref = ref[:i]
	}
	host, rest, ok := strings.Cut(ref, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, rest = "docker.io", ref
	}
	if host == "index.docker.io" {
		host = "docker.io"
	}
	if host == "docker.io" && !strings.Contains(rest, "/") {
		rest = "library/" + rest
	}
	return host + "/" + rest
}
