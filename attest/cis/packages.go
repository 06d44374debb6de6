package cis

import (
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
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

// event is one package manager command.
type event struct {
	family  string
	command string
	act     act
	// loose says that the manager is only known when the script runs.
	loose bool
	// at is the command's number in the script; uncalled says that it is in a
	// function that nothing calls.
	at       int
	uncalled bool
}

// managerOf names the family of managers that share an index.
func managerOf(name string) (family string, ok bool) {
	switch base := path.Base(name); base {
	case "apt", "apt-get", "aptitude", "apt-fast", "nala":
		return "apt", true
	case "yum", "dnf", "dnf4", "dnf5", "dnf-3", "microdnf", "tdnf":
		return "yum", true
	case "apk", "zypper", "pacman":
		return base, true
	}
	return "", false
}

// frontEnd knows programs that call a manager to install.
func frontEnd(name string, args []shell.Word) (family string, ok bool) {
	has := func(texts ...string) bool {
		return slices.ContainsFunc(args, func(w shell.Word) bool { return slices.Contains(texts, w.Text) })
	}
	switch name {
	case "install_packages", "install-packages", "apt-install", "gdebi", "gdebi-gtk", "tasksel", "unattended-upgrade", "unattended-upgrades":
		return "apt", true
	case "rosdep":
		return "apt", has("install")
	case "mk-build-deps":
		return "apt", has("-i", "--install", "-ir", "-ri")
	case "playwright", "npx", "python", "python3", "pnpm", "yarn":
		return "apt", has("playwright") && has("install-deps", "--with-deps") || name == "playwright" && has("install-deps", "--with-deps")
	case "yum-builddep", "debuginfo-install", "amazon-linux-extras":
		return "yum", true
	}
	return "", false
}

// judgeVerb reads the first word of a manager's arguments that is a command of
// it; words that are not are values of options.
func judgeVerb(family string, args []shell.Word) (verb string, a act) {
	if family == "pacman" {
		return pacmanVerb(args)
	}
	for i, w := range args {
		switch {
		case strings.HasPrefix(w.Text, "-"):
		case slices.Contains(refreshVerbs(family), w.Text):
			if family == "yum" && w.Text == "update" && hasTarget(args[i+1:], yumValues()) {
				return w.Text, actBoth
			}
			return w.Text, actRefresh
		case slices.Contains(installVerbs(family), w.Text):
			return w.Text, actInstall
		case family == "yum" && slices.Contains(groupVerbs(), w.Text):
			return judgeVerb(family, args[i+1:])
		case slices.Contains(otherVerbs(), w.Text):
			return w.Text, actOther
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
		return []string{
			"install", "reinstall", "upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade", "dselect-upgrade", "build-dep", "satisfy",
			"source", "download",
		}
	case "apk":
		return []string{"add", "upgrade", "fix", "fetch"}
	case "zypper":
		return []string{"in", "install", "up", "update", "dup", "dist-upgrade", "patch", "si", "source-install", "inr"}
	}
	return []string{
		"install", "install-n", "install-na", "install-nevra", "localinstall", "groupinstall", "groupupdate", "reinstall",
		"upgrade", "upgrade-minimal", "update-minimal", "distro-sync", "distribution-synchronization", "swap", "builddep", "download",
	}
}

// groupVerbs stand in front of yum's verbs.
func groupVerbs() []string { return []string{"group", "groups", "module", "environment"} }

// otherVerbs are commands after which a later word is no command any more.
func otherVerbs() []string {
	return []string{
		"remove", "rm", "purge", "erase", "del", "autoremove", "autoclean", "clean", "search", "se", "list", "show", "info",
		"policy", "changelog", "mark", "markauto", "hold", "cache", "repolist", "config-manager", "enable", "disable", "reset",
		"addrepo", "ar", "removerepo", "rr", "lr", "repos", "provides", "repoquery", "check", "key", "edit-sources", "copr",
		"addlock", "al", "versionlock",
	}
}

// hasTarget reports whether a word is neither an option nor the value of one
// of values.
func hasTarget(args []shell.Word, values []string) bool {
	for i := 0; i < len(args); i++ {
		switch {
		case slices.Contains(values, args[i].Text):
			i++
		case !strings.HasPrefix(args[i].Text, "-"):
			return true
		}
	}
	return false
}

// yumValues are the options whose value is a word of its own.
func yumValues() []string {
	return []string{
		"-c", "-x", "-d", "-e", "-R", "--config", "--exclude", "--excludepkgs", "--enablerepo", "--disablerepo", "--repo", "--repoid",
		"--setopt", "--releasever", "--installroot", "--forcearch", "--enableplugin", "--disableplugin", "--disableexcludes",
		"--disableexcludepkgs", "--advisory", "--cve", "--sec-severity", "--comment", "--color", "--randomwait", "--debuglevel",
	}
}

// pacmanVerb reads the letters of -S and what goes with them; those that only
// look something up, or clean, install nothing.
func pacmanVerb(args []shell.Word) (string, act) {
	letters := ""
	for _, w := range args {
		switch {
		case w.Text == "--sync":
			letters += "S"
		case w.Text == "--refresh":
			letters += "y"
		case w.Text == "--sysupgrade":
			letters += "u"
		case strings.HasPrefix(w.Text, "-") && !strings.HasPrefix(w.Text, "--"):
			letters += w.Text[1:]
		}
	}
	target := hasTarget(args, []string{
		"-r", "-b", "--root", "--dbpath", "--config", "--cachedir", "--arch", "--ignore", "--ignoregroup", "--overwrite", "--assume-installed",
	})
	has := func(set string) bool { return strings.ContainsAny(letters, set) }
	switch {
	case !has("S"):
		return "", actOther
	case has("y") && target && !has("csiglp"):
		return "-Sy", actBoth
	case has("y"):
		return "-Sy", actRefresh
	case has("csiglp") || !target && !has("u"):
		return "", actOther
	}
	return "-S", actInstall
}

// mentionsRefresh is a cheap look at a text: without a manager's name and a
// refreshing word no reading of it could be a refresh.
func mentionsRefresh(text string) bool {
	for _, pair := range [][2]string{
		{"apt", "update"}, {"nala", "update"}, {"apk", "update"}, {"zypper", "ref"}, {"pacman", "S"}, {"pacman", "sync"},
		{"yum", "update"}, {"dnf", "update"}, {"yum", "makecache"}, {"dnf", "makecache"},
	} {
		if strings.Contains(text, pair[0]) && strings.Contains(text, pair[1]) {
			return true
		}
	}
	return false
}
