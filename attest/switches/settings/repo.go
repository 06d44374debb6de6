package settings

import "strings"

// RepoOption judges one key of a repository or of yum's main configuration.
// repo_gpgcheck and localpkg_gpgcheck are off unless someone asks for them, and
// packages are verified all the same.
func RepoOption(key, value string) (Found, bool) {
	switch strings.ToLower(key) {
	case "gpgcheck", "pkg_gpgcheck":
		return Found{Rule: "yum-gpgcheck-off", Text: "gpgcheck=0"}, IsFalse(value)
	case "sslverify":
		return Found{Rule: "yum-sslverify-off", Text: "sslverify=0"}, IsFalse(value)
	}
	return Found{}, false
}

// zyppOption is the same for zypper, whose keys mean something else: there,
// packages of a repository whose index was verified need no signature.
func zyppOption(key, value string) (Found, bool) {
	switch key {
	case "gpgcheck", "repo_gpgcheck", "pkg_gpgcheck":
		return Found{Rule: "zypper-no-gpg-checks", Text: key + "=off"}, IsFalse(value)
	}
	return Found{}, false
}

// readRepo reads sections; what is in one that is not enabled does no harm
// until someone enables it.
func readRepo(text string, zypp bool) []Found {
	var found, section []Found
	enabled := true
	flush := func() {
		for _, f := range section {
			f.Doubtful = f.Doubtful || !enabled
			found = append(found, f)
		}
		section, enabled = nil, true
	}
	judge := RepoOption
	if zypp {
		judge = zyppOption
	}
	for _, l := range lines(text, "#;") {
		if l[0] == '[' {
			flush()
			continue
		}
		key, value := keyValue(l, "=:")
		if key == "enabled" {
			enabled = !IsFalse(value)
		}
		if f, ok := judge(key, value); ok {
			section = once(append(section, f))
		}
	}
	flush()
	return found
}
