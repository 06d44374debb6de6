package cis

import (
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
)

// verifies reports whether a script checks a digest or a signature of
// anything.
func (t *tracker) verifies() bool {
	used := usedOutputs(t.flow.script)
	for i, c := range t.flow.script.Commands {
		if len(c.Words) == 0 || c.Uncalled {
			continue
		}
		name, _ := programOf(c.Words[0])
		if isSum(name) && (used[i] || sumChecks(c.Words[1:])) || verifier(name, c.Words[1:]) {
			return true
		}
	}
	return false
}

// isSum reports whether a program makes digests.
func isSum(name string) bool {
	return slices.Contains([]string{
		"sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "md5sum", "b2sum", "b3sum", "rhash", "sha256", "sha512",
	}, name)
}

func sumChecks(args []shell.Word) bool {
	return slices.ContainsFunc(args, func(w shell.Word) bool {
		return w.Text == "--check" || strings.HasPrefix(w.Text, "-") && !strings.HasPrefix(w.Text, "--") && strings.Contains(w.Text, "c")
	})
}

// verifier reports whether a command checks a signature.
func verifier(name string, args []shell.Word) bool {
	switch name {
	case "gpgv", "gpgv2", "sqv", "minisign", "signify", "signify-openbsd", "slsa-verifier", "debsig-verify", "dpkg-sig", "rpmkeys":
		return true
	case "gpg", "gpg2":
		return has(args, "--verify", "--decrypt", "-d", "--verify-files")
	case "cosign", "notation":
		return slices.ContainsFunc(args, func(w shell.Word) bool { return strings.HasPrefix(w.Text, "verify") })
	case "openssl":
		return has(args, "dgst", "sha256", "smime", "cms") || has(args, "-verify")
	case "gh":
		return has(args, "attestation")
	case "rpm":
		return has(args, "-K", "--checksig")
	case "apk":
		return has(args, "verify")
	}
	return false
}

// usedOutputs says of each command whether another one reads what it prints.
func usedOutputs(s shell.Script) []bool {
	starts := make([]int, len(s.Commands)+1)
	mark := func(span shell.Span) {
		starts[span.From]++
		starts[span.To]--
	}
	for _, c := range s.Commands {
		mark(c.Stdin)
		words := slices.Clip(c.Words)
		for _, a := range c.Assigns {
			words = append(words, a.Value)
		}
		for _, w := range words {
			for _, span := range w.Output {
				mark(span)
			}
		}
	}
	used, open := make([]bool, len(s.Commands)), 0
	for i := range used {
		open += starts[i]
		used[i] = open > 0
	}
	return used
}
