package cis

import (
	"net/url"
	"path"
	"strings"
)

// readAdd tells what an ADD of a history adds and where. BuildKit keeps the
// sources, but not whether a checksum was given; the classic builder keeps a
// checksum of its own and drops the sources, and with flags the blank before
// it.
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
	order := []string{"", "archive", "unclear", "url", "git", "heredoc", "file"}
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
	case strings.HasPrefix(lower, "git://"), strings.HasPrefix(lower, "ssh://"), scpAddress(lower):
		return "git"
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		bare, _, _ := strings.Cut(lower, "#")
		bare, _, _ = strings.Cut(bare, "?")
		if strings.HasSuffix(bare, ".git") {
			return "git"
		}
		return "url"
	case archiveName(path.Base(lower)):
		return "archive"
	}
	return "file"
}

// scpAddress reports whether a source is user@host:path.
func scpAddress(w string) bool {
	user, rest, ok := strings.Cut(w, "@")
	host, _, colon := strings.Cut(rest, ":")
	return ok && colon && user != "" && host != "" && !strings.ContainsAny(user+host, "/$*")
}

// archiveName reports whether a file name, or a pattern of file names, is that
// of something ADD may unpack.
func archiveName(base string) bool {
	if i := strings.Index(base, ".tar"); i >= 0 && strings.ContainsAny(base[i:], "*?[") {
		return true
	}
	for _, end := range []string{".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".gz", ".bz2", ".xz", ".zst"} {
		if strings.HasSuffix(base, end) {
			return true
		}
	}
	return false
}

// openEnd reports whether a source ends in a variable without a value, so that
// its name does not tell what it is.
func openEnd(w string) bool {
	i := strings.LastIndexByte(w, '$')
	return i >= 0 && strings.Trim(w[i+1:], "{}_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// checked reports whether a build holds what it fetches against something
// fixed: --checksum, or for git a full commit. A checksum that is nothing but
// a variable without a value is none.
func checked(kind, source, checksum string) bool {
	switch kind {
	case "url":
		return checksum != "" && !strings.HasPrefix(checksum, "$")
	case "git":
		return fullCommit(checksum) || fullCommit(gitCommit(source))
	}
	return true
}

// gitCommit is what the address of a repository says to check out.
func gitCommit(source string) string {
	address, fragment, _ := strings.Cut(source, "#")
	ref, _, _ := strings.Cut(fragment, ":")
	_, query, ok := strings.Cut(address, "?")
	if !ok {
		return ref
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	for _, key := range []string{"checksum", "commit", "ref"} {
		if v := values.Get(key); v != "" {
			return v
		}
	}
	return ref
}

func fullCommit(ref string) bool {
	return (len(ref) == 40 || len(ref) == 64) && strings.Trim(ref, "0123456789abcdef") == ""
}
