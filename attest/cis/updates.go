package cis

import (
	"path"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
)

// verdict is what one RUN says about control 4.7.
type verdict struct {
	// hits are refreshes that nothing in the same RUN installs from, cached
	// those of an index that a cache mount keeps out of the image.
	hits, cached []event
	// unclear says why the RUN could not be followed, "" if it could.
	unclear string
}

// judgeRun looks for a package index refreshed without an install after it.
func judgeRun(r RunForm) verdict {
	if !mentionsRefresh(r.text()) {
		return verdict{}
	}
	s, unclear := readRun(r)
	if unclear != "" {
		return verdict{unclear: unclear}
	}
	v := pair(eventsOf(s), s.Loops)
	for _, text := range s.Unread {
		if mentionsRefresh(text) {
			v.unclear = "a script inside the script cannot be parsed"
		}
	}
	return v.withCaches(r.Caches)
}

// eventsOf picks the package manager commands out of a script.
func eventsOf(s shell.Script) []event {
	var out []event
	for i, c := range s.Commands {
		if len(c.Words) == 0 {
			continue
		}
		if e, ok := eventOf(c.Words[0], c.Words[1:]); ok {
			e.at, e.uncalled = i, c.Uncalled
			out = append(out, e)
		}
	}
	return out
}

func eventOf(program shell.Word, args []shell.Word) (event, bool) {
	name, known := programOf(program)
	if !known {
		return looseEvent(args)
	}
	if family, ok := managerOf(name); ok {
		verb, a := judgeVerb(family, args)
		return event{family: family, command: strings.TrimSpace(name + " " + verb), act: a}, true
	}
	if family, ok := frontEnd(name, args); ok {
		return event{family: family, command: name, act: actInstall}, true
	}
	return event{}, false
}

// looseEvent is a command whose program is a variable: it may be a manager.
func looseEvent(args []shell.Word) (event, bool) {
	if len(args) == 0 {
		return event{command: "$", act: actInstall, loose: true}, true
	}
	for _, family := range []string{"apt", "yum", "apk", "zypper"} {
		if verb, a := judgeVerb(family, args); a != actOther {
			return event{family: family, command: "$ " + verb, act: a, loose: true}, true
		}
	}
	return event{}, false
}

// pair finds the refreshes that no later install of the same family uses.
func pair(events []event, loops []shell.Span) verdict {
	var v verdict
	for i, e := range events {
		if e.act != actRefresh {
			continue
		}
		switch used, maybe := uses(events, i, loops); {
		case used:
		case e.uncalled:
			v.unclear = "a function refreshes a package index, and nothing is seen to call it"
		case maybe || e.loose:
			v.unclear = "a package manager is called through a variable"
		default:
			v.hits = append(v.hits, e)
		}
	}
	return v
}

// uses reports whether a command after refresh i installs from its index, or
// maybe does. In a loop, what comes before also comes after.
func uses(events []event, i int, loops []shell.Span) (used, maybe bool) {
	e := events[i]
	for j, other := range events {
		if other.act != actInstall && other.act != actBoth || j < i && !sameLoop(loops, e.at, other.at) {
			continue
		}
		certain := !other.loose && (!other.uncalled || e.uncalled)
		used = used || certain && other.family == e.family
		maybe = maybe || !certain && (other.loose || other.family == e.family)
	}
	return used, maybe
}

func sameLoop(loops []shell.Span, a, b int) bool {
	for _, l := range loops {
		if l.From <= a && a < l.To && l.From <= b && b < l.To {
			return true
		}
	}
	return false
}

// withCaches moves the refreshes of indexes that live in a cache mount: no
// layer keeps them, so none of them can be stale.
func (v verdict) withCaches(caches []string) verdict {
	var hits []event
	for _, e := range v.hits {
		if cached(e.family, caches) {
			v.cached = append(v.cached, e)
			continue
		}
		hits = append(hits, e)
	}
	v.hits = hits
	return v
}

func cached(family string, caches []string) bool {
	for _, c := range caches {
		c = path.Clean("/" + c)
		for _, dir := range indexDirs(family) {
			if c == dir || strings.HasPrefix(dir, c+"/") && strings.Count(c, "/") > 1 {
				return true
			}
		}
	}
	return false
}

// indexDirs is where a family of managers keeps what a refresh fetches.
func indexDirs(family string) []string {
	switch family {
	case "apt":
		return []string{"/var/lib/apt/lists", "/var/cache/apt"}
	case "apk":
		return []string{"/var/cache/apk", "/etc/apk/cache"}
	case "yum":
		return []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/tdnf", "/var/cache/microdnf"}
	case "zypper":
		return []string{"/var/cache/zypp"}
	}
	return []string{"/var/cache/pacman", "/var/lib/pacman/sync"}
}
