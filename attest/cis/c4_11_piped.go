package cis

import (
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
	"github.com/pratique-dev/pratique/attest/switches/settings"
)

// pipedToShell finds what is run as it is downloaded: through a pipe, a
// substitution, or a file that is one.
func (f flow) pipedToShell() []settings.Found {
	var found []settings.Found
	for _, c := range f.script.Commands {
		if len(c.Words) == 0 {
			continue
		}
		if from := f.runs(c); from != "" {
			name, known := programOf(c.Words[0])
			if !known {
				name = "sh"
			}
			found = append(found, settings.Found{Rule: "pipe-to-shell", Text: from + " | " + name, Doubtful: c.Uncalled})
		}
	}
	return found
}

// runs names the download that a command runs, "" if it runs none.
func (f flow) runs(c shell.Command) string {
	program, args := c.Words[0], c.Words[1:]
	if program.Text == "$" {
		return f.word(program)
	}
	name, _ := programOf(program)
	if !interprets(name) {
		return ""
	}
	script, stdin := scriptOf(name, args)
	switch {
	case script != nil && (script.File || script.Text == "$" && handsText(name)):
		return f.word(*script)
	case stdin:
		return f.span(c.Stdin)
	}
	return ""
}

// handsText is false for the programs whose argument is a file's name, whatever
// it is made of.
func handsText(name string) bool { return name != "." && name != "source" }

// flow knows which commands of a script print what they, or commands whose
// output they read, download.
type flow struct {
	script shell.Script
	// prints is the program that downloads what a command prints, "" for none;
	// last is the last command up to this one that prints a download, -1 for
	// none.
	prints []string
	last   []int
}

func flowOf(s shell.Script) flow {
	f := flow{script: s}
	for i, c := range s.Commands {
		prints, last := "", -1
		if len(c.Words) > 0 {
			name, _ := programOf(c.Words[0])
			if d, ok := downloadOf(name, c.Words[1:]); ok && d.stdout {
				prints = name
			} else if !checks(name) {
				prints = f.span(c.Stdin)
			}
		}
		if i > 0 {
			last = f.last[i-1]
		}
		if prints != "" {
			last = i
		}
		f.prints, f.last = append(f.prints, prints), append(f.last, last)
	}
	return f
}

// span names the download that some commands print.
func (f flow) span(s shell.Span) string {
	if s.Empty() || f.last[s.To-1] < s.From {
		return ""
	}
	return f.prints[f.last[s.To-1]]
}

// word names the download that is in a word.
func (f flow) word(w shell.Word) string {
	for _, s := range w.Output {
		if from := f.span(s); from != "" {
			return from
		}
	}
	return ""
}

// checks are the filters after which a download is no longer what came: keys
// are unpacked by them, and digests made.
func checks(name string) bool {
	return slices.Contains([]string{"gpg", "gpg2", "gpgv", "apt-key", "wc", "openssl"}, name) || isSum(name)
}

// interprets reports whether a program runs a script it is given.
func interprets(name string) bool {
	if shell.IsShell(name) || name == "." || name == "source" {
		return true
	}
	name = strings.TrimRight(name, "0123456789.")
	return slices.Contains([]string{"python", "perl", "ruby", "node", "nodejs", "php", "lua", "tclsh", "pwsh", "Rscript", "pypy", "deno", "bun"}, name)
}

// scriptOf is the script an interpreter's arguments hold or name, nil where
// there is none; stdin says that it reads the script from there.
func scriptOf(name string, args []shell.Word) (script *shell.Word, stdin bool) {
	if shell.IsShell(name) {
		text, file, ok := shell.ShellArgs(args)
		switch {
		case ok:
			return &text, false
		case file:
			return firstFile(args), false
		}
		return nil, true
	}
	for i, a := range args {
		switch t := a.Text; {
		case t == "-" || t == "--" || t == "/dev/stdin" || t == "/proc/self/fd/0":
			return nil, true
		case givesScript(name, t):
			if i+1 < len(args) {
				return &args[i+1], false
			}
			return nil, false
		case !strings.HasPrefix(t, "-"):
			return &args[i], false
		}
	}
	return nil, name != "." && name != "source"
}

// firstFile is the first word that is no option.
func firstFile(args []shell.Word) *shell.Word {
	for i := range args {
		if !strings.HasPrefix(args[i].Text, "-") && !strings.HasPrefix(args[i].Text, "+") {
			return &args[i]
		}
	}
	return nil
}

// givesScript reports whether an option brings the script or names a module, so
// that standard input is only data.
func givesScript(name, option string) bool {
	if strings.HasPrefix(option, "--") {
		return slices.Contains([]string{"--eval", "--print", "--run", "--execute", "--version", "--help"}, option)
	}
	letters := "ce"
	switch strings.TrimRight(name, "0123456789.") {
	case "python", "pypy":
		letters = "cmV"
	case "perl", "ruby":
		letters = "eEnpv"
	case "node", "nodejs", "bun", "deno":
		letters = "epv"
	case "php":
		letters = "rBRFfivm"
	}
	return len(option) > 1 && option[0] == '-' && strings.ContainsAny(option[1:], letters)
}
