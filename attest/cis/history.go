package cis

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/pratique-dev/pratique/attest/shell"
)

// Builder says who wrote a history row.
type Builder string

// The builders. BuilderOther is any whose text we do not know how to read.
const (
	BuilderBuildKit Builder = "buildkit"
	BuilderClassic  Builder = "classic"
	BuilderImport   Builder = "import"
	BuilderOther    Builder = "other"
)

// patterns are compiled once, on first use: most runs of the program never
// read a history.
type patterns struct {
	// buildArgs is the count both builders put before build arguments.
	buildArgs *regexp.Regexp
	argName   *regexp.Regexp
	// shell is a POSIX shell up to its script.
	shell *regexp.Regexp
	// interpreter is anything else that takes a script on its command line.
	interpreter *regexp.Regexp
}

var historyPatterns = sync.OnceValue(func() patterns {
	const shells = `(?:\S*/)?(?:busybox +)?(?:sh|bash|ash|dash|zsh|ksh|mksh)`
	return patterns{
		buildArgs:   regexp.MustCompile(`^\|(\d{1,4}) `),
		argName:     regexp.MustCompile(`(?:^| )[A-Za-z_][A-Za-z0-9_.-]*=`),
		shell:       regexp.MustCompile(`^(?:\S*/env +)?` + shells + `(?: +[-+][A-Za-z]\S*| +pipefail)*? +-[A-Za-z]*c(?: +--)? +`),
		interpreter: regexp.MustCompile(`(?i)^(?:\S*[/\\])?(?:python[\d.]*|perl|ruby|node|php|pwsh|powershell|cmd)(?:\.exe)? `),
	}
})

// instructions are those a history row can begin with.
func isInstruction(word string) bool {
	switch word {
	case "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
		"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
		return true
	}
	return false
}

// normalise reads every row of a history.
func normalise(c Contents) []Step {
	out := make([]Step, 0, len(c.History))
	command := strings.Join(append(append([]string{}, c.Entrypoint...), c.Cmd...), " ")
	for i, e := range c.History {
		s := normaliseRow(e, command)
		s.At = Place{Source: SourceHistory, Row: i + 1}
		s.Run.read = new(runReading)
		out = append(out, s)
	}
	numberLayers(c, out)
	return out
}

// numberLayers says of each row which layer it made, unless the history tells
// of another number of layers than there are.
func numberLayers(c Contents, steps []Step) {
	n := 0
	for _, e := range c.History {
		if !e.EmptyLayer {
			n++
		}
	}
	if n != len(c.DiffIDs) {
		return
	}
	n = 0
	for i, e := range c.History {
		if !e.EmptyLayer {
			n++
			steps[i].At.Layer = n
		}
	}
}

// normaliseRow reads one row; command is what a container of the image runs,
// which is all that docker commit leaves in a history.
func normaliseRow(e HistoryEntry, command string) Step {
	by := strings.TrimSpace(e.CreatedBy)
	if by == "" {
		return Step{Builder: BuilderImport, Text: e.Comment}
	}
	if s, ok := buildkitRow(e, by); ok {
		return s
	}
	if s, ok := nopRow(e, by); ok {
		return s
	}
	if s, ok := classicRun(by, command); ok {
		return s
	}
	word, rest, _ := strings.Cut(by, " ")
	if !isInstruction(word) {
		return Step{Builder: BuilderOther, Text: by}
	}
	return instructionRow(BuilderOther, word, rest)
}

func buildkitRow(e HistoryEntry, by string) (Step, bool) {
	text, marked := strings.CutSuffix(by, "# buildkit")
	if !marked && !strings.HasPrefix(e.Comment, "buildkit.dockerfile.") {
		return Step{}, false
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if !isInstruction(word) {
		return Step{Builder: BuilderOther, Text: by}, true
	}
	return instructionRow(BuilderBuildKit, word, rest), true
}

func instructionRow(b Builder, instruction, rest string) Step {
	s := Step{Builder: b, Instruction: instruction, Text: strings.TrimSpace(rest)}
	if instruction == "RUN" {
		command := ""
		s.Args, command = splitBuildArgs(s.Text)
		s.Run = runOf(command)
		// Other builders copy the line of the Dockerfile, which is a script.
		if b == BuilderOther && s.Run.Argv != nil && !strings.HasPrefix(command, "[") {
			s.Run = RunForm{Script: command}
		}
	}
	return s
}

// nopRow reads a row of the classic builder that is no RUN. A script can hold
// the same mark in a comment: there a command flag comes before the words in
// front of the mark, and instructions that make no layer would have made one.
//
// What stands before the mark follows SHELL, so it is not always /bin/sh -c.
func nopRow(e HistoryEntry, by string) (Step, bool) {
	shell, rest, ok := strings.Cut(by, " #(nop) ")
	word, text, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if !ok || word == "RUN" || !isInstruction(word) || !shellPrefix(shell) {
		return Step{}, false
	}
	if !e.EmptyLayer && word != "ADD" && word != "COPY" && word != "WORKDIR" {
		return Step{}, false
	}
	return Step{Builder: BuilderClassic, Instruction: word, Text: strings.TrimSpace(text)}, true
}

// shellPrefix reports whether text is a SHELL and nothing behind it.
func shellPrefix(text string) bool {
	words := strings.Fields(text)
	if len(words) == 0 || strings.ContainsAny(text, "\n|") {
		return false
	}
	if historyPatterns().interpreter.MatchString(text + " ") {
		return true
	}
	for _, w := range words[:len(words)-1] {
		if commandFlag(w) || strings.ContainsAny(w, ";&<>`'\"") {
			return false
		}
	}
	return len(words) == 1 || strings.HasPrefix(words[len(words)-1], "-")
}

// commandFlag reports whether a shell takes the next word for its script.
func commandFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-' && strings.HasSuffix(word, "c")
}

// classicRun reads a RUN of the classic builder, which writes no keyword.
func classicRun(by, command string) (Step, bool) {
	args, rest := splitBuildArgs(by)
	form := runOf(rest)
	s := Step{Builder: BuilderClassic, Instruction: "RUN", Text: by, Args: args, Run: form}
	// A row that repeats the image's own command is the container that docker
	// commit saved, of which nobody knows what was done in it.
	if len(args) == 0 && rest == command {
		return Step{}, false
	}
	if form.Argv == nil || len(args) > 0 {
		return s, true
	}
	if loneShell(form.Argv) {
		return Step{}, false
	}
	_, manager := managerOf(form.Argv[0])
	return s, manager || strings.HasPrefix(form.Argv[0], "/")
}

func loneShell(argv []string) bool {
	for _, w := range argv {
		if !shell.IsShell(path.Base(w)) && path.Base(w) != "busybox" && !strings.HasPrefix(w, "-") {
			return false
		}
	}
	return true
}

func runOf(text string) RunForm {
	p := historyPatterns()
	if at := p.shell.FindStringIndex(text); at != nil {
		return RunForm{Script: text[at[1]:]}
	}
	if p.interpreter.MatchString(text) {
		return RunForm{Script: text, Foreign: true}
	}
	return RunForm{Argv: strings.Fields(text)}
}

// splitBuildArgs takes the build arguments off a RUN. Values may hold blanks,
// so the last one ends where a shell begins, or at the next blank. Where that
// is a wrong guess, the command gets longer, never shorter.
func splitBuildArgs(text string) (args []string, command string) {
	p := historyPatterns()
	m := p.buildArgs.FindStringSubmatch(text)
	if m == nil {
		return nil, text
	}
	n, _ := strconv.Atoi(m[1])
	rest := text[len(m[0]):]
	starts := p.argName.FindAllStringIndex(rest, n)
	if n == 0 || len(starts) < n {
		return nil, rest
	}
	for i, at := range starts[:n-1] {
		args = append(args, strings.TrimSpace(rest[at[0]:starts[i+1][0]]))
	}
	last := strings.TrimLeft(rest[starts[n-1][0]:], " ")
	end := commandStart(last)
	return append(args, last[:end]), strings.TrimSpace(last[end:])
}

// commandStart finds where the command begins behind the last build argument:
// at a shell, else at another interpreter, else at the first blank. Words that
// are a command of their own are never taken for part of the value.
func commandStart(text string) int {
	first, other := -1, -1
	for i := 0; i < len(text); i++ {
		if text[i] != ' ' {
			continue
		}
		if first < 0 {
			first = i
		}
		if historyPatterns().shell.MatchString(text[i+1:]) {
			return i
		}
		if other < 0 && historyPatterns().interpreter.MatchString(text[i+1:]) {
			other = i
		}
		if i-first > 4096 {
			break
		}
	}
	switch {
	case first < 0:
		return len(text)
	case other >= 0 && !looksRun(text[first+1:]):
		return other
	}
	return first
}

// looksRun reports whether text begins with a program that can be told: a
// package manager, or a path.
func looksRun(text string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(text, " "), " ")
	_, manager := managerOf(word)
	return manager || strings.HasPrefix(word, "/")
}
