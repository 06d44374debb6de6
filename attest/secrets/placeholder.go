package secrets

import "strings"

// Placeholder reports whether a value stands for a secret that is not there.
func Placeholder(value string) bool {
	v := strings.ToLower(strings.Trim(value, "\"'` \t\r\n"))
	switch v {
	case "", "none", "null", "nil", "undefined", "unset", "empty", "todo", "tbd", "fixme", "redacted",
		"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "required", "optional":
		return true
	}
	for _, mark := range []string{"${", "$(", "{{", "%(", "<%"} {
		if strings.Contains(v, mark) {
			return true
		}
	}
	angled := v[0] == '<' && (len(v) == 1 || v[len(v)-1] == '>') || v[0] == '{' && v[len(v)-1] == '}' || strings.HasPrefix(v, "&lt;")
	return angled || phrase(v) || yours(v) || masked(v) || shellVariable(v) || isPath(value)
}

// yours is your_ and a description in letters.
func yours(v string) bool {
	rest, ok := strings.CutPrefix(v, "your")
	return ok && rest != "" && nameBreak(rune(rest[0])) && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz-_. ") == ""
}

// phrase reports whether a value is made of nothing but words that say that
// something else belongs there: your-password-here, ChangeMe, example_key_1.
func phrase(v string) bool {
	telling := false
	for v = strings.Trim(v, "[](){}<>!"); v != ""; {
		rest := strings.TrimLeft(v, "-_. ")
		if rest == "" {
			break
		}
		word, tells := phraseWord(rest)
		if word == 0 {
			return false
		}
		telling = telling || tells
		v = rest[word:]
	}
	return telling
}

// phraseWord is the length of the word that v begins with, 0 where it is none
// of a placeholder's, and whether it alone tells one.
func phraseWord(v string) (n int, tells bool) {
	for _, w := range []string{
		"changeit", "change", "replace", "your", "insert", "example", "placeholder", "dummy", "sample", "here", "fill", "todo", "redacted",
	} {
		if strings.HasPrefix(v, w) {
			return len(w), true
		}
	}
	for _, w := range []string{
		"access", "admin", "api", "account", "auth", "client", "credentials", "database", "db", "with", "this", "that", "the", "own", "our", "me", "my", "it", "in", "goes",
		"id", "key", "password", "passwd", "pass", "root", "secret", "some", "string", "test", "token", "username", "user", "value", "a", "an", "to", "not", "real",
	} {
		if strings.HasPrefix(v, w) {
			return len(w), false
		}
	}
	digits := len(v) - len(strings.TrimLeft(v, "0123456789"))
	if digits <= 4 && digits == len(v) {
		return digits, false
	}
	return 0, false
}

// masked is a value of one repeated filler.
func masked(v string) bool {
	for _, fill := range []string{"*", "x", ".", "-", "_", "#", "•", "…"} {
		if strings.Trim(v, fill) == "" {
			return true
		}
	}
	return strings.HasPrefix(v, "__") && strings.HasSuffix(v, "__") || strings.HasPrefix(v, "%") && strings.HasSuffix(v, "%")
}

// shellVariable is $NAME or @NAME@.
func shellVariable(v string) bool {
	name, ok := strings.CutPrefix(v, "$")
	if !ok {
		name, ok = strings.CutPrefix(v, "@")
		name = strings.TrimSuffix(name, "@")
	}
	return ok && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// isPath is a path below a directory where programs look for secrets; a bare
// leading slash is not enough, since base64 has slashes too.
func isPath(v string) bool {
	for _, dir := range []string{"/run/", "/etc/", "/var/", "/usr/", "/opt/", "/root/", "/home/", "/tmp/", "/app/", "/secrets/", "/mnt/"} {
		if strings.HasPrefix(v, dir) && !strings.ContainsAny(v, " +=") {
			return true
		}
	}
	return false
}
