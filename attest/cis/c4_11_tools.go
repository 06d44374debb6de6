package cis

import (
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
	"github.com/pratique-dev/pratique/attest/switches/settings"
)

func curlRules(args []shell.Word) []hit {
	for i := 0; i < len(args); i++ {
		a := args[i].Text
		switch {
		case a == "--insecure":
			return []hit{{"curl-insecure", "--insecure"}}
		case !strings.HasPrefix(a, "-") || strings.HasPrefix(a, "--"):
		case settings.CurlInsecure(a):
			return []hit{{"curl-insecure", "-k"}}
		case curlValueNext(a):
			i++
		}
	}
	return nil
}

// curlValueNext reports whether the last letter of a word takes the next word
// for its value.
func curlValueNext(word string) bool {
	for i := 1; i < len(word); i++ {
		if settings.CurlTakes(word[i]) {
			return i == len(word)-1
		}
	}
	return false
}

func gitRules(args []shell.Word) []hit {
	for i, a := range args {
		key, value, ok := strings.Cut(strings.ToLower(a.Text), "=")
		if !strings.HasPrefix(key, "http.") || !strings.HasSuffix(key, ".sslverify") {
			continue
		}
		if !ok && i+1 < len(args) {
			value = args[i+1].Text
		}
		if settings.IsFalse(value) {
			return []hit{{"git-ssl-no-verify", "http.sslVerify=false"}}
		}
	}
	return nil
}

func pipRules(args []shell.Word) []hit {
	out := flags(args, hit{"pip-trusted-host", "--trusted-host"}, hit{"pip-trusted-host", "--allow-insecure-host"})
	if len(args) > 2 && args[0].Text == "config" && slices.ContainsFunc(args, func(w shell.Word) bool { return w.Text == "set" }) {
		for _, a := range args {
			if strings.HasSuffix(a.Text, ".trusted-host") {
				out = append(out, hit{"pip-trusted-host", "config set trusted-host"})
			}
		}
	}
	return out
}

func npmRules(args []shell.Word) []hit {
	for i, a := range args {
		key, value, ok := strings.Cut(strings.ToLower(strings.TrimLeft(a.Text, "-")), "=")
		switch {
		case a.Text == "--no-strict-ssl":
			return []hit{{"npm-strict-ssl-off", "--no-strict-ssl"}}
		case key != "strict-ssl" && key != "enablestrictssl":
			continue
		case !ok && i+1 < len(args):
			value = args[i+1].Text
		}
		if settings.IsFalse(value) {
			return []hit{{"npm-strict-ssl-off", "strict-ssl=false"}}
		}
	}
	return nil
}

func condaRules(args []shell.Word) []hit {
	for i, a := range args {
		if a.Text == "--insecure" || a.Text == "-k" {
			return []hit{{"conda-ssl-verify-off", "--insecure"}}
		}
		if a.Text == "ssl_verify" && i+1 < len(args) && settings.IsFalse(args[i+1].Text) {
			return []hit{{"conda-ssl-verify-off", "ssl_verify false"}}
		}
	}
	return nil
}
