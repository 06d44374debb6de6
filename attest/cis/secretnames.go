package cis

import (
	"math"
	"strings"
)

// secretName reports whether a name says that its value is a secret: one of
// its words is one of BuildKit's, and none marks it as public or as a place.
func secretName(name string) bool {
	found := false
	for _, w := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r == '_' || r == '-' || r == '.' || r == '/'
	}) {
		switch w {
		case "public", "file", "version":
			return false
		case "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token":
			found = true
		}
	}
	return found
}

// placeholder reports whether a value stands for a secret that is not there.
func placeholder(value string) bool {
	v := strings.ToLower(strings.Trim(value, `"' `))
	switch v {
	case "", "changeme", "change-me", "change_me", "changeit", "change-it", "replaceme", "replace-me", "replace_me",
		"none", "null", "nil", "undefined", "unset", "empty", "todo", "tbd", "fixme", "placeholder", "redacted", "dummy",
		"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "required", "optional":
		return true
	}
	for _, mark := range []string{"${", "$(", "{{", "%(", "<%", "example"} {
		if strings.Contains(v, mark) {
			return true
		}
	}
	for _, start := range []string{"your-", "your_", "my-secret-here", "insert-", "insert_", "<"} {
		if strings.HasPrefix(v, start) {
			return true
		}
	}
	return masked(v) || shellVariable(v) || isPath(value)
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

// entropy is a value's Shannon entropy in hundredths of a bit per byte.
func entropy(value string) int {
	var count [256]int
	for i := range len(value) {
		count[value[i]]++
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return int(math.Round(bits * 100))
}
