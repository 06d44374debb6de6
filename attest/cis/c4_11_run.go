package cis

import (
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
	"github.com/pratique-dev/pratique/attest/switches/settings"
)

// runSwitches finds what a RUN turns off. before are the files that earlier
// steps downloaded without a check, after those that later ones may run.
func runSwitches(r RunForm, before []tracked) (found []settings.Found, after []tracked, unclear string) {
	if len(before) == 0 && !mentionsSwitch(r.text()) {
		return nil, nil, ""
	}
	s, unclear := readRun(r)
	if unclear != "" && !mentionsSwitch(r.text()) {
		return nil, before, "" // it may run them, as it may do anything
	}
	if unclear != "" {
		return nil, before, unclear
	}
	for _, c := range s.Commands {
		hits := commandSwitches(c)
		for i := range hits {
			hits[i].Doubtful = hits[i].Doubtful || c.Uncalled
		}
		found = append(found, hits...)
	}
	written, all := writtenSwitches(s)
	flow := flowOf(s)
	executed, after := flow.downloadsExecuted(before)
	found = slices.Concat(found, written, flow.pipedToShell(), executed)
	if !all {
		unclear = "it writes more text to settings files than is read"
	}
	if slices.ContainsFunc(s.Unread, mentionsSwitch) {
		unclear = "a script inside the script cannot be parsed"
	}
	return found, after, unclear
}

// mentionsSwitch is a cheap look at a text: without one of these, no rule
// could match.
func mentionsSwitch(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{
		"curl", "wget", "http", "ftp", "aria2", "axel", "fetch", "lwp", "trust", "unauthenticated", "force-yes", "gpg", "ssl", "insecure",
		"nosignature", "nodigest", "noverify", "verify", "reject", "certificate", "conda", "mamba", "weakrepo",
	} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// commandSwitches judges one command by its options and variables.
func commandSwitches(c shell.Command) []settings.Found {
	var found []settings.Found
	for _, a := range c.Assigns {
		if f, ok := settings.Variable(a.Name, a.Value.Text); ok {
			found = append(found, f)
		}
	}
	if len(c.Words) == 0 {
		return found
	}
	name, known := programOf(c.Words[0])
	if !known {
		return found
	}
	for _, rule := range optionRules(name, c.Words[1:]) {
		found = append(found, settings.Found{Rule: rule.id, Text: name + " " + rule.text})
	}
	return found
}

// hit is a rule that matched, and the option it matched on.
type hit struct{ id, text string }

func optionRules(name string, args []shell.Word) []hit {
	if family, ok := managerOf(name); ok {
		return managerRules(family, args)
	}
	switch {
	case name == "curl":
		return curlRules(args)
	case name == "wget" || name == "wget2":
		return flags(args, hit{"wget-no-check-certificate", "--no-check-certificate"})
	case name == "git":
		return gitRules(args)
	case strings.HasPrefix(name, "pip"), name == "uv", name == "easy_install":
		return pipRules(args)
	case strings.HasPrefix(name, "python"):
		if len(args) > 2 && args[0].Text == "-m" && args[1].Text == "pip" {
			return pipRules(args[2:])
		}
	case name == "npm", name == "yarn", name == "pnpm", name == "npx", name == "cnpm":
		return npmRules(args)
	case name == "conda", name == "mamba", name == "micromamba":
		return condaRules(args)
	}
	return systemRules(name, args)
}

// systemRules are those of the tools beside the package managers.
func systemRules(name string, args []shell.Word) []hit {
	switch name {
	case "rpm":
		if !rpmInstalls(args) {
			return nil
		}
		return flags(args, hit{"rpm-nosignature", "--nosignature"}, hit{"rpm-nosignature", "--nodigest"}, hit{"rpm-nosignature", "--noverify"})
	case "yum-config-manager", "yum-builddep", "dnf-builddep", "repoquery", "reposync", "yumdownloader":
		return managerRules("yum", args)
	case "debootstrap", "mmdebstrap", "cdebootstrap":
		return flags(args, hit{"apt-allow-unauthenticated", "--no-check-gpg"}, hit{"apt-allow-unauthenticated", "--allow-unauthenticated"})
	case "add-apt-repository", "apt-add-repository":
		for _, a := range args {
			for _, f := range settings.AptLine(a.Text) {
				return []hit{{f.Rule, f.Text}}
			}
		}
	}
	return nil
}

// flags are the options among args, with a value behind = or without one; one
// that is set to false is none.
func flags(args []shell.Word, options ...hit) []hit {
	var out []hit
	for _, a := range args {
		name, value, _ := strings.Cut(a.Text, "=")
		for _, o := range options {
			if name == o.text && !settings.IsFalse(value) && !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

func managerRules(family string, args []shell.Word) []hit {
	switch family {
	case "apt":
		return aptRules(args)
	case "apk":
		return flags(args, hit{"apk-allow-untrusted", "--allow-untrusted"})
	case "zypper":
		out := flags(args,
			hit{"zypper-no-gpg-checks", "--no-gpg-checks"}, hit{"zypper-no-gpg-checks", "--no-gpgcheck"},
			hit{"zypper-no-gpg-checks", "--allow-unsigned-rpm"}, hit{"zypper-no-gpg-checks", "--gpgcheck-allow-unsigned"})
		if addsRepository(args) {
			out = append(out, flags(args, hit{"zypper-no-gpg-checks", "-G"})...)
		}
		return out
	case "yum":
		return append(flags(args,
			hit{"yum-nogpgcheck", "--nogpgcheck"}, hit{"yum-nogpgcheck", "--no-gpgcheck"}, hit{"yum-nogpgcheck", "--no-gpgchecks"}), repoOptions(args)...)
	}
	return nil
}

func addsRepository(args []shell.Word) bool {
	return slices.ContainsFunc(args, func(w shell.Word) bool { return w.Text == "ar" || w.Text == "addrepo" })
}

func aptRules(args []shell.Word) []hit {
	out := flags(args,
		hit{"apt-allow-unauthenticated", "--allow-unauthenticated"}, hit{"apt-allow-unauthenticated", "--allow-untrusted"},
		hit{"apt-force-yes", "--force-yes"}, hit{"apt-insecure-repositories", "--allow-insecure-repositories"})
	for i, a := range args {
		option := ""
		switch {
		case (a.Text == "-o" || a.Text == "--option") && i+1 < len(args):
			option = args[i+1].Text
		case strings.HasPrefix(a.Text, "--option="):
			option = a.Text[len("--option="):]
		case strings.HasPrefix(a.Text, "-o"):
			option = a.Text[2:]
		}
		key, value, _ := strings.Cut(option, "=")
		if f, ok := settings.AptOption(key, value); ok {
			out = append(out, hit{f.Rule, "-o " + f.Text})
		}
	}
	return out
}

// repoOptions are the settings that yum and its kin take on the command line,
// behind --setopt and as words of config-manager, for one repository or all.
func repoOptions(args []shell.Word) []hit {
	var out []hit
	for _, a := range args {
		key, value, ok := strings.Cut(strings.TrimPrefix(a.Text, "--setopt="), "=")
		if f, bad := settings.RepoOption(key[strings.LastIndexByte(key, '.')+1:], value); ok && bad {
			out = append(out, hit{f.Rule, f.Text})
		}
	}
	return out
}

// rpmInstalls reports whether rpm is called to install something; querying and
// removing need no signature.
func rpmInstalls(args []shell.Word) bool {
	for _, a := range args {
		switch {
		case a.Text == "--install" || a.Text == "--upgrade" || a.Text == "--freshen" || a.Text == "--reinstall" || a.Loose && a.Text == "$":
			return true
		case strings.HasPrefix(a.Text, "-q") || strings.HasPrefix(a.Text, "-e") || strings.HasPrefix(a.Text, "-V"):
			return false
		case strings.HasPrefix(a.Text, "-") && !strings.HasPrefix(a.Text, "--") && strings.ContainsAny(a.Text, "iUF"):
			return true
		}
	}
	return false
}
