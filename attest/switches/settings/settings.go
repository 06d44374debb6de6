// Package settings knows the configuration files of package managers and
// download tools, and the settings in them that turn the verification of what
// is installed off.
//
// The same rules read a file of a layer, and the text that a build step writes
// to such a file. What is found is named in our own words: a file of settings
// can hold credentials, and nothing of it is repeated.
package settings

import (
	"path"
	"slices"
	"strings"
)

// MaxFile is how much of a file is read, in bytes. A longer one is no settings
// file that a person wrote, and whoever reads it must not call it clean.
const MaxFile = 1 << 20

// Found is one setting. At most one is reported for each rule of a file.
type Found struct {
	// Rule is the rule's id, such as "yum-gpgcheck-off".
	Rule string
	// Text is the setting as it is usually written.
	Text string
	// Doubtful says that it may do no harm.
	Doubtful bool
}

// kind is a file format.
type kind uint8

const (
	none kind = iota
	aptConf
	aptList
	aptSources
	yumRepo
	zyppRepo
	pipConf
	npmrc
	yarnrc
	curlrc
	wgetrc
	gitconfig
	condarc
)

// Wants reports whether a file can hold such settings, by its path without a
// leading slash.
func Wants(file string) bool { return kindOf(file) != none }

// File reads a file's content, of which no more than MaxFile bytes.
func File(file string, content []byte) []Found {
	text := string(content[:min(len(content), MaxFile)])
	var found []Found
	switch k := kindOf(file); k {
	case aptConf:
		found = readAptConf(text)
	case aptList:
		found = readAptList(text)
	case aptSources:
		found = readAptSources(text)
	case yumRepo, zyppRepo:
		found = readRepo(text, k == zyppRepo)
	default:
		found = readTool(k, text)
	}
	return once(found)
}

func kindOf(file string) kind {
	if ignored(file) {
		return none
	}
	dir, base := path.Split(path.Clean(file))
	if k := systemKind(strings.TrimSuffix(dir, "/"), base); k != none {
		return k
	}
	switch base {
	case "pip.conf":
		return pipConf
	case ".npmrc", "npmrc":
		return npmrc
	case ".yarnrc", ".yarnrc.yml", "yarnrc":
		return yarnrc
	case ".curlrc", "_curlrc", "curlrc":
		return curlrc
	case ".wgetrc", "wgetrc":
		return wgetrc
	case ".gitconfig", "gitconfig":
		return gitconfig
	case ".condarc", "condarc":
		return condarc
	case "config":
		if strings.HasSuffix(dir, ".config/git/") {
			return gitconfig
		}
	}
	return none
}

// systemKind knows the files of distributions' own managers, which are in
// fixed places.
func systemKind(dir, base string) kind {
	ext := path.Ext(base)
	switch {
	case dir == "etc/apt" && base == "apt.conf", dir == "etc/apt/apt.conf.d":
		return aptConf
	case dir == "etc/apt" && base == "sources.list", dir == "etc/apt/sources.list.d" && ext == ".list":
		return aptList
	case dir == "etc/apt/sources.list.d" && ext == ".sources":
		return aptSources
	case dir == "etc/zypp" && base == "zypp.conf", dir == "etc/zypp/repos.d" && ext == ".repo":
		return zyppRepo
	case slices.Contains([]string{"etc/yum.conf", "etc/yum/yum.conf", "etc/dnf/dnf.conf", "etc/tdnf/tdnf.conf"}, dir+"/"+base):
		return yumRepo
	case ext == ".repo" && (dir == "etc/yum.repos.d" || dir == "etc/yum/repos.d" || dir == "etc/distro.repos.d"):
		return yumRepo
	}
	return none
}

// ignored are files that no tool reads: those that packages and documentation
// bring along.
func ignored(file string) bool {
	return strings.Contains("/"+file, "/node_modules/") || strings.HasPrefix(file, "usr/share/")
}

// once keeps one of each rule, a certain one before a doubtful one.
func once(found []Found) []Found {
	var out []Found
	for _, f := range found {
		i := slices.IndexFunc(out, func(o Found) bool { return o.Rule == f.Rule })
		switch {
		case i < 0:
			out = append(out, f)
		case out[i].Doubtful && !f.Doubtful:
			out[i] = f
		}
	}
	return out
}

// IsFalse reports whether a value switches something off, in any of the ways
// these tools know.
func IsFalse(value string) bool {
	switch strings.ToLower(strings.Trim(value, "\"' \t;")) {
	case "0", "no", "false", "off", "disable", "disabled", "without", "never", "n", "f":
		return true
	}
	return false
}

// IsTrue reports whether a value switches something on.
func IsTrue(value string) bool {
	switch strings.ToLower(strings.Trim(value, "\"' \t;")) {
	case "1", "yes", "true", "on", "enable", "enabled", "with", "always", "y", "t":
		return true
	}
	return false
}

// lines are the lines of a text without comments and blanks around.
func lines(text, comments string) []string {
	var out []string
	for _, l := range strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n") {
		l = strings.TrimSpace(l)
		if l != "" && strings.IndexByte(comments, l[0]) < 0 {
			out = append(out, l)
		}
	}
	return out
}

// keyValue splits a line at the first of separators.
func keyValue(line, separators string) (key, value string) {
	i := strings.IndexAny(line, separators)
	if i < 0 {
		return strings.ToLower(line), ""
	}
	return strings.ToLower(strings.TrimSpace(line[:i])), strings.TrimSpace(line[i+1:])
}
