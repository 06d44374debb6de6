package cis

import (
	"path"
	"strings"
)

// AddFact is what the history says about ADD.
type AddFact struct {
	Hits []AddHit `json:"hits"`
}

// AddHit is one ADD.
type AddHit struct {
	At Place `json:"at"`
	// Source is what is added: file, archive, url, git, heredoc, or unclear
	// where the builder keeps only a checksum.
	Source string `json:"source"`
	// RootFS marks the ADD to / that makes the lowest layer: the root file
	// system of a base image, for which there is no other instruction.
	RootFS bool `json:"rootfs,omitempty"`
}

func c0409() Control {
	return Control{
		ID: "4.9", Key: "image.add", IDs: sameID("4.9"), Level: 1, Decidable: Auto,
		Title: "Files are brought in with COPY, not with ADD",
		Remediation: "Use COPY; for a URL use ADD --checksum, or download and verify in one RUN. " +
			"The root file system archive of a base image needs ADD.",
		Collect: collectAdds,
		Judge:   judgeAdds,
	}
}

func collectAdds(c Contents, f *Facts) {
	fact := &AddFact{Hits: []AddHit{}}
	lowest := true
	for i, s := range c.reading().steps {
		if s.Instruction == "ADD" && len(fact.Hits) < maxHits {
			source, dst := readAdd(s)
			fact.Hits = append(fact.Hits, AddHit{At: s.At, Source: source, RootFS: lowest && dst == "/"})
		}
		lowest = lowest && c.History[i].EmptyLayer
	}
	f.Adds = fact
}

// readAdd tells what an ADD adds and where. BuildKit keeps the sources, but
// not whether a checksum was given; the classic builder keeps a checksum of
// its own and drops the sources, and with flags the blank before it.
func readAdd(s Step) (source, dst string) {
	if s.Builder == BuilderClassic {
		_, dst, _ = strings.Cut(s.Text, " in ")
		return "unclear", strings.TrimSpace(dst)
	}
	words := strings.Fields(s.Text)
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		words = words[1:]
	}
	if len(words) < 2 {
		return "unclear", ""
	}
	dst = words[len(words)-1]
	for _, w := range words[:len(words)-1] {
		source = worse(source, kindOfSource(w))
	}
	return source, dst
}

// worse keeps the kind of source that weighs more.
func worse(a, b string) string {
	order := []string{"", "archive", "url", "git", "heredoc", "file"}
	for i := len(order) - 1; i > 0; i-- {
		if a == order[i] || b == order[i] {
			return order[i]
		}
	}
	return b
}

func kindOfSource(w string) string {
	lower := strings.ToLower(w)
	switch {
	case strings.HasPrefix(w, "<<"):
		return "heredoc"
	case strings.HasPrefix(lower, "git@"), strings.HasPrefix(lower, "git://"), strings.HasPrefix(lower, "ssh://"):
		return "git"
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		bare, _, _ := strings.Cut(lower, "#")
		if strings.HasSuffix(bare, ".git") {
			return "git"
		}
		return "url"
	}
	base := path.Base(lower)
	for _, end := range []string{".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".gz", ".bz2", ".xz", ".zst"} {
		if strings.HasSuffix(base, end) {
			return "archive"
		}
	}
	return "file"
}

func judgeAdds(f *Facts, _ Parameters) Result {
	if f.History == nil || f.Adds == nil {
		return uncollected("what was added")
	}
	var r Result
	for _, h := range f.Adds.Hits {
		if h.RootFS && archived(h.Source) {
			continue
		}
		status, what := judgeSource(h.Source)
		r.add(status, f.origin(h.At), h.At, "%s: ADD of %s", h.At, what)
	}
	if f.History.Unclear != "" {
		r.add(Unknown, OriginUnknown, Place{Source: SourceHistory}, "%s", f.History.Unclear)
	}
	if len(r.Items) == 0 {
		return say(Pass, OriginOwn, "the history has no ADD, but for the root file system of a base")
	}
	return r
}

// archived reports whether a source can be a root file system: an archive, or
// what the classic builder does not name. Files and directories can be copied.
func archived(source string) bool { return source == "archive" || source == "unclear" }

func judgeSource(source string) (Status, string) {
	switch source {
	case "file":
		return Fail, "a local file or directory, which COPY does"
	case "heredoc":
		return Fail, "a here document, which COPY does"
	case "archive":
		return Warn, "a local archive"
	case "url", "git":
		return Warn, "a " + source + " source; whether it had a checksum is not in the history"
	}
	return Warn, "something the history does not name"
}
