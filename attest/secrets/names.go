package secrets

import "strings"

// Name reports whether a name says that its value is a secret: one of its words
// is one of BuildKit's, and none marks it as public or as a place. Some
// programs take theirs under a name that no word of it tells.
func Name(name string) bool {
	if program(name) {
		return true
	}
	found := false
	for _, w := range strings.FieldsFunc(strings.ToLower(name), nameBreak) {
		switch w {
		case "public", "file", "version":
			return false
		case "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token", "tokens":
			found = true
		}
	}
	return found
}

// program is a variable that a program reads its password from.
func program(name string) bool {
	switch strings.ToUpper(name) {
	case "PGPASSWORD", "MYSQL_PWD", "SSHPASS", "REDISCLI_AUTH", "LDAPPASSWD":
		return true
	}
	return false
}

func nameBreak(r rune) bool { return r == '_' || r == '-' || r == '.' || r == '/' }

// OptionName reports whether an option of a command, without its dashes, takes
// a secret. The words are fewer than [Name]'s: sort --key takes a column.
func OptionName(name string) bool {
	if !Name(name) {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(name), nameBreak)
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	switch last {
	case "password", "passwd", "pword", "secret", "token", "apikey":
		return true
	case "key":
		return len(words) > 1 && (words[len(words)-2] == "api" || words[len(words)-2] == "secret" || words[len(words)-2] == "access")
	}
	return false
}
