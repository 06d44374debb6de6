package cis

import (
	"slices"
	"strings"
)

// withManagers tells the script of each RUN which variables of earlier ENV and
// ARG steps name a package manager, where it uses them: $PM update is a refresh
// if PM is apt-get.
func withManagers(steps []Step) []Step {
	out := slices.Clone(steps)
	var known []string
	for i, s := range out {
		switch {
		case s.Instruction == "ENV" || s.Instruction == "ARG":
			known = append(known, managerPairs(s.pairs())...)
		case s.Instruction == "RUN" && s.Run.Argv == nil && !s.Run.Foreign:
			for _, assignment := range slices.Backward(slices.Concat(managerPairs(s.Args), known)) {
				if name, _, _ := strings.Cut(assignment, "="); usesVariable(s.Run.Script, name) {
					out[i].Run.Script, out[i].Run.read = assignment+"\n"+out[i].Run.Script, nil
				}
			}
		}
	}
	return out
}

// managerPairs are the K=V whose value is the name of a package manager, in a
// form that a shell takes for an assignment.
func managerPairs(pairs []string) []string {
	var out []string
	for _, kv := range pairs {
		name, value, _ := strings.Cut(kv, "=")
		value = strings.Trim(value, `"'`)
		if _, ok := managerOf(value); ok && name != "" && strings.Trim(name, variableLetters) == "" && strings.Trim(value, variableLetters+"-/") == "" {
			out = append(out, name+"="+value)
		}
	}
	return out
}

const variableLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

func usesVariable(script, name string) bool {
	return strings.Contains(script, "$"+name) || strings.Contains(script, "${"+name)
}
