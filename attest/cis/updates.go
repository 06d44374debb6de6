package cis

import (
	"path"
	"regexp"
	"strings"
	"sync"
)

// verdict is what one RUN says about control 4.7.
type verdict struct {
	// hits are refreshes that nothing in the same RUN installs from.
	hits []event
	// unclear says why the RUN could not be followed, "" if it could.
	unclear string
}

// judgeRun looks for a package index refreshed without an install after it.
func judgeRun(r RunForm) verdict {
	text := r.Script
	if r.Argv != nil {
		text = strings.Join(r.Argv, " ")
	}
	if !mentionsRefresh(text) {
		return verdict{}
	}
	if r.Foreign {
		return verdict{unclear: "the script is not for a POSIX shell"}
	}
	events, functions, err := eventsOf(r)
	if err != nil {
		return verdict{unclear: err.Error()}
	}
	v := pair(events)
	if functions && len(v.hits) > 0 {
		return verdict{unclear: "the script defines functions, so its order is not known"}
	}
	return v
}

func eventsOf(r RunForm) (events []event, functions bool, err error) {
	if r.Argv != nil {
		words := make([]word, len(r.Argv))
		for i, w := range r.Argv {
			words[i].text = w
		}
		events, err = commandEvents(words, 0)
		return events, false, err
	}
	return scriptEvents(r.Script, 0)
}

func scriptEvents(src string, depth int) (events []event, functions bool, err error) {
	if depth > maxScriptDepth {
		return nil, false, errScriptNesting
	}
	s, err := splitScript(src)
	if err != nil {
		return nil, false, err
	}
	for _, words := range s.commands {
		more, err := commandEvents(words, depth)
		if err != nil {
			return nil, false, err
		}
		events = append(events, more...)
	}
	return events, s.functions, nil
}

// commandEvents reads one simple command: through keywords, assignments and
// wrappers to the program, and into a script handed to a shell.
func commandEvents(words []word, depth int) ([]event, error) {
	words = program(words)
	if len(words) == 0 {
		return nil, nil
	}
	name, args := words[0], words[1:]
	base := path.Base(name.text)
	if base == "eval" || isShell(base) {
		return shellEvents(base, args, depth)
	}
	if family, ok := managerOf(name.text); ok && !name.loose {
		verb, a := judgeVerb(family, args)
		return []event{{family: family, command: base + " " + verb, act: a}}, nil
	}
	if name.loose && len(args) > 0 {
		return looseEvent(args), nil
	}
	return nil, nil
}

// looseEvent is a command whose program is a variable: it may be a manager.
func looseEvent(args []word) []event {
	for _, family := range []string{"apt", "yum", "apk", "zypper"} {
		if verb, a := judgeVerb(family, args); a != actOther {
			return []event{{family: family, command: "$ " + verb, act: a, loose: true}}
		}
	}
	return nil
}

// shellEvents reads the script in sh -c '…' or eval '…'.
func shellEvents(base string, args []word, depth int) ([]event, error) {
	src := ""
	if base == "eval" {
		parts := make([]string, len(args))
		for i, w := range args {
			parts[i] = w.text
		}
		src = strings.Join(parts, " ")
	}
	for i, w := range args {
		if base != "eval" && commandFlag(w.text) && i+1 < len(args) {
			src = args[i+1].text
			break
		}
	}
	if !mentionsRefresh(src) {
		return nil, nil
	}
	events, _, err := scriptEvents(src, depth+1)
	return events, err
}

var assignment = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(?:\[[^]]*\])?\+?=`)
})

// program drops what stands before a command's program.
func program(words []word) []word {
	for len(words) > 0 {
		switch w := words[0]; {
		case isKeyword(w.text), assignment().MatchString(w.text):
			words = words[1:]
		case isWrapper(path.Base(w.text)):
			words = wrapped(words[1:])
		default:
			return words
		}
	}
	return nil
}

func isWrapper(name string) bool {
	switch name {
	case "sudo", "doas", "env", "xargs", "exec", "command", "builtin", "nice", "ionice", "nohup", "timeout", "eatmydata",
		"chroot", "gosu", "setarch", "linux32", "linux64", "unshare", "stdbuf", "faketime", "retry", "busybox":
		return true
	}
	return false
}

// wrapped finds the program a wrapper starts: the first word that is one we
// look for. What comes before it are the wrapper's own options.
func wrapped(words []word) []word {
	for i, w := range words {
		base := path.Base(w.text)
		if _, ok := managerOf(base); ok || isShell(base) || isWrapper(base) {
			return words[i:]
		}
	}
	return nil
}

// pair finds the refreshes that no later install of the same family uses.
func pair(events []event) verdict {
	var v verdict
	for i, e := range events {
		if e.act != actRefresh {
			continue
		}
		used, maybe := false, false
		for _, later := range events[i+1:] {
			if later.act == actInstall || later.act == actBoth {
				used = used || !later.loose && later.family == e.family
				maybe = maybe || later.loose
			}
		}
		switch {
		case used:
		case maybe || e.loose:
			v.unclear = "a package manager is called through a variable"
		default:
			v.hits = append(v.hits, e)
		}
	}
	return v
}
