package secrets

import (
	"regexp"
	"strings"
	"sync"
)

// Named is a value that a command is given as a secret. Text[Start:End] is the
// value.
type Named struct {
	Rule string
	// Name is that of the option or variable, "" where the command has none.
	Name       string
	Start, End int
}

// Commands finds what a shell script gives to commands as secrets: values of
// telling options and variables (mysql --password X, DB_PASSWORD=X ./run), and
// those that some commands take otherwise (sshpass -p X, curl -u me:X). What
// the value looks like is for the caller to weigh.
func Commands(text string) []Named {
	if !hinted(text) {
		return nil
	}
	p := commandPatterns()
	var out []Named
	for _, m := range p.option.FindAllStringSubmatchIndex(text, maxMatches) {
		out = keep(out, text, RuleOption, text[m[2]:m[3]], m[4], m[5])
	}
	for _, m := range p.variable.FindAllStringSubmatchIndex(text, maxMatches) {
		out = keep(out, text, RuleName, text[m[2]:m[3]], m[4], m[5])
	}
	for _, pattern := range p.others {
		for _, m := range pattern.FindAllStringSubmatchIndex(text, maxMatches) {
			out = keep(out, text, RulePassword, "", m[2], m[3])
		}
	}
	return out
}

// keep adds a value if it is one, without its quotes.
func keep(out []Named, text, rule, name string, start, end int) []Named {
	if name != "" && !OptionName(name) && !program(name) {
		return out
	}
	quote := byte(0)
	if v := text[start:end]; len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		quote, start, end = v[0], start+1, end-1
	}
	v := text[start:end]
	switch {
	case Placeholder(v), quote != '\'' && strings.ContainsAny(v, "$`"):
		return out
	case strings.HasPrefix(v, "-"), strings.HasPrefix(v, "./"), strings.HasPrefix(v, "@"), strings.Contains(v, "://"):
		return out
	}
	return append(out, Named{Rule: rule, Name: name, Start: start, End: end})
}

// hinted is a cheap look: without one of these the patterns find nothing.
func hinted(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"pass", "pword", "secret", "token", "key", "auth", "pwd", "mysql", "maria", "login", "curl", "redis"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

type commands struct {
	option, variable *regexp.Regexp
	others           []*regexp.Regexp
}

var commandPatterns = sync.OnceValue(func() commands {
	const (
		value = `("[^"]*"|'[^']*'|[^\s;&|"'<>(),\]]+)`
		rest  = `[^;&|\n]*?\s`
		user  = `["']?[^\s:"'$]+:([^\s"'@]+)`
	)
	c := commands{
		option:   regexp.MustCompile(`(?:^|[\s"'(,\[])--?([A-Za-z][A-Za-z0-9._-]*)["']?(?:\s*,\s*|\s+|=)` + value),
		variable: regexp.MustCompile(`(?:^|[\s;&|("'])([A-Za-z_][A-Za-z0-9_]*)=` + value),
	}
	for _, pattern := range []string{
		`\bsshpass\s+-p\s*` + value,
		`\b(?:mysql|mysqladmin|mysqldump|mariadb|mariadb-admin|mariadb-dump|mysqlsh)\s(?:` + rest + `)?-p` + value,
		`\b(?:docker|podman|buildah|skopeo|crane|helm|oras|nerdctl)\s+(?:registry\s+|auth\s+)?login\s(?:` + rest + `)?-p[ =]?` + value,
		`\bcurl\s(?:` + rest + `)?(?:-u|--user|-U|--proxy-user)[ =]?` + user,
		`\bhtpasswd\s+-[A-Za-z]*b[A-Za-z]*\s+(?:\S+\s+)?\S+\s+` + value,
		`["'\s][A-Za-z_][A-Za-z0-9_-]*:([^\s"'|$:]+)["']?\s*\|\s*(?:sudo\s+)?(?:/usr/sbin/)?chpasswd`,
		`\bredis-cli\s(?:` + rest + `)?-a\s+` + value,
	} {
		c.others = append(c.others, regexp.MustCompile(pattern))
	}
	return c
})
