package cis

import (
	"path"
	"slices"
	"strings"
)

// act is what a command of a package manager does, as far as control 4.7 asks.
type act uint8

const (
	actOther act = iota
	actRefresh
	actInstall
	// actBoth refreshes the index and installs from it in one command.
	actBoth
)

// event is one package manager command. Loose says that the manager is only
// known when the script runs.
type event struct {
	family  string
	command string
	act     act
	loose   bool
}

// managerOf names the family of managers that share an index.
func managerOf(name string) (family string, ok bool) {
	switch base := path.Base(name); base {
	case "apt", "apt-get", "aptitude":
		return "apt", true
	case "yum", "dnf", "dnf5", "microdnf", "tdnf":
		return "yum", true
	case "apk", "zypper", "pacman":
		return base, true
	}
	return "", false
}

// judgeVerb reads the first word of a manager's arguments that is a command of
// it; words that are not are values of options.
func judgeVerb(family string, args []word) (verb string, a act) {
	if family == "pacman" {
		return pacmanVerb(args)
	}
	for i, w := range args {
		switch {
		case strings.HasPrefix(w.text, "-"):
		case slices.Contains(refreshVerbs(family), w.text):
			if family == "yum" && w.text == "update" && hasTarget(args[i+1:]) {
				return w.text, actBoth
			}
			return w.text, actRefresh
		case slices.Contains(installVerbs(family), w.text):
			return w.text, actInstall
		case slices.Contains(otherVerbs(), w.text):
			return w.text, actOther
		}
	}
	return "", actOther
}

func refreshVerbs(family string) []string {
	switch family {
	case "zypper":
		return []string{"ref", "refresh"}
	case "yum":
		return []string{"makecache", "check-update", "update"}
	}
	return []string{"update"}
}

func installVerbs(family string) []string {
	switch family {
	case "apt":
		return []string{"install", "reinstall", "upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade", "build-dep", "satisfy"}
	case "apk":
		return []string{"add", "upgrade", "fix"}
	case "zypper":
		return []string{"in", "install", "up", "update", "dup", "dist-upgrade", "patch", "si", "source-install"}
	}
	return []string{
		"install", "localinstall", "groupinstall", "group", "groups", "reinstall", "upgrade", "distro-sync", "swap", "builddep", "module",
	}
}

// otherVerbs are commands after which a later word is no command any more.
func otherVerbs() []string {
	return []string{
		"remove", "rm", "purge", "erase", "del", "autoremove", "autoclean", "clean", "search", "se", "list", "show", "info",
		"policy", "source", "download", "changelog", "mark", "markauto", "hold", "cache", "fetch", "repolist", "config-manager",
		"addrepo", "ar", "removerepo", "rr", "lr", "repos", "provides", "repoquery", "check", "key", "edit-sources",
	}
}

func hasTarget(args []word) bool {
	return slices.ContainsFunc(args, func(w word) bool { return !strings.HasPrefix(w.text, "-") })
}

func pacmanVerb(args []word) (string, act) {
	sync, refresh := false, false
	for _, w := range args {
		switch {
		case w.text == "--sync":
			sync = true
		case w.text == "--refresh":
			refresh = true
		case strings.HasPrefix(w.text, "-") && !strings.HasPrefix(w.text, "--"):
			sync = sync || strings.Contains(w.text, "S")
			refresh = refresh || strings.Contains(w.text, "y")
		}
	}
	switch {
	case !sync:
		return "", actOther
	case refresh && hasTarget(args):
		return "-Sy", actBoth
	case refresh:
		return "-Sy", actRefresh
	}
	return "-S", actInstall
}

// mentionsRefresh is a cheap look at a text: without a manager's name and a
// refreshing word no reading of it could be a refresh.
func mentionsRefresh(text string) bool {
	for _, pair := range [][2]string{
		{"apt", "update"}, {"apk", "update"}, {"zypper", "ref"}, {"pacman", "S"},
		{"yum", "update"}, {"dnf", "update"}, {"yum", "makecache"}, {"dnf", "makecache"},
	} {
		if i := strings.Index(text, pair[0]); i >= 0 && strings.Contains(text[i:], pair[1]) {
			return true
		}
	}
	return false
}
