package settings

import "strings"

// AptOption judges one option of apt by its full name and value, as -o takes
// it.
func AptOption(name, value string) (Found, bool) {
	name = strings.ToLower(name)
	switch name {
	case "apt::get::allowunauthenticated", "aptitude::cmdline::ignore-trust-violations":
		return Found{Rule: "apt-allow-unauthenticated", Text: "APT::Get::AllowUnauthenticated"}, IsTrue(value)
	case "apt::get::force-yes":
		return Found{Rule: "apt-force-yes", Text: "APT::Get::Force-Yes"}, IsTrue(value)
	case "acquire::allowinsecurerepositories", "acquire::allowweakrepositories", "acquire::allowdowngradetoinsecurerepositories":
		return Found{Rule: "apt-insecure-repositories", Text: "Acquire::AllowInsecureRepositories"}, IsTrue(value)
	}
	if strings.HasPrefix(name, "acquire::https::") && strings.HasSuffix(name, "::verify-peer") {
		// Packages are signed beside: without this, only who serves them is
		// not known.
		return Found{Rule: "apt-verify-peer-off", Text: "Acquire::https::Verify-Peer", Doubtful: true}, IsFalse(value)
	}
	return Found{}, false
}

// readAptConf reads the two ways of writing apt's configuration, names with
// colons and blocks in braces.
func readAptConf(text string) []Found {
	var found []Found
	var scope, words []string
	flush := func() {
		if len(words) > 1 {
			name := strings.Join(append(append([]string{}, scope...), words[0]), "::")
			if f, ok := AptOption(name, words[len(words)-1]); ok {
				found = append(found, f)
			}
		}
		words = nil
	}
	for _, t := range aptTokens(text) {
		switch t {
		case "{":
			name := ""
			if len(words) > 0 {
				name = words[0]
			}
			if len(scope) < maxScope {
				scope = append(scope, name)
			}
			words = nil
		case "}":
			flush()
			scope = scope[:max(len(scope)-1, 0)]
		case ";":
			flush()
		default:
			words = append(words, t)
		}
	}
	flush()
	return found
}

// maxScope is how deep blocks nest before they mean nothing to apt either.
const maxScope = 16

// aptTokens splits configuration into words, quoted strings and the marks
// { } ;.
func aptTokens(text string) []string {
	var out []string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case c == '#' || strings.HasPrefix(text[i:], "//"):
			i = skipTo(text, i, "\n")
		case strings.HasPrefix(text[i:], "/*"):
			i = skipTo(text, i+2, "*/")
		case c == '{' || c == '}' || c == ';':
			out = append(out, text[i:i+1])
			i++
		case c == '"':
			end := skipTo(text, i+1, `"`)
			out = append(out, strings.TrimSuffix(text[i+1:end], `"`))
			i = end
		default:
			end := i + strings.IndexAny(text[i:]+" ", " \t\r\n{};\"")
			out = append(out, text[i:end])
			i = end
		}
	}
	return out
}

// skipTo is the place behind the next mark, or the end.
func skipTo(text string, from int, mark string) int {
	if i := strings.Index(text[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(text)
}

// AptLine judges one line of sources.list, or part of one: the options in
// brackets.
func AptLine(line string) []Found {
	var found []Found
	for {
		_, rest, ok := strings.Cut(line, "[")
		options, after, closed := strings.Cut(rest, "]")
		if !ok || !closed {
			return found
		}
		for _, o := range strings.Fields(options) {
			found = append(found, aptSource(o, "=", local(after))...)
		}
		line = after
	}
}

// local reports whether a source is on the machine itself, where whoever made
// it is known.
func local(source string) bool {
	source = strings.TrimLeft(source, " ")
	for _, scheme := range []string{"file:", "copy:", "cdrom:"} {
		if strings.HasPrefix(source, scheme) {
			return true
		}
	}
	return false
}

func aptSource(option, separator string, here bool) []Found {
	key, value := keyValue(option, separator)
	switch {
	case key == "trusted" && IsTrue(value):
		return []Found{{Rule: "apt-trusted", Text: "trusted=yes", Doubtful: here}}
	case strings.HasPrefix(key, "allow-insecure") && IsTrue(value), strings.HasPrefix(key, "allow-downgrade-to-insecure") && IsTrue(value):
		return []Found{{Rule: "apt-insecure-repositories", Text: "allow-insecure=yes", Doubtful: here}}
	}
	return nil
}

func readAptList(text string) []Found {
	var found []Found
	for _, l := range lines(text, "#") {
		l, _, _ = strings.Cut(l, " #")
		found = append(found, AptLine(l)...)
	}
	return found
}

// readAptSources reads stanzas apart by empty lines.
func readAptSources(text string) []Found {
	var found []Found
	for _, stanza := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		here, enabled := false, true
		for _, l := range lines(stanza, "#") {
			switch key, value := keyValue(l, ":"); key {
			case "uris":
				here = local(value)
			case "enabled":
				enabled = !IsFalse(value)
			}
		}
		for _, l := range lines(stanza, "#") {
			found = append(found, aptSource(l, ":", here || !enabled)...)
		}
	}
	return found
}
