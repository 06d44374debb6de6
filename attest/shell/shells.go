package shell

import (
	"path"
	"slices"
	"strings"
)

// IsShell reports whether a program of that name reads a shell script.
func IsShell(name string) bool {
	switch name {
	case "sh", "bash", "ash", "dash", "zsh", "ksh", "mksh", "rbash":
		return true
	}
	return false
}

// shell lists a shell and runs the script it is given: behind -c, or on its
// standard input.
func (w *walker) shell(c Command) error {
	script, file, ok := ShellArgs(c.Words[1:])
	if err := w.emit(c); err != nil {
		return err
	}
	switch {
	case ok:
		return w.apart(func() error {
			w.params, w.known = nil, false
			return w.inner(script)
		})
	case file:
		return nil
	}
	return w.piped(c)
}

// ShellArgs reads a shell's arguments. It returns the script behind -c, if ok;
// file says that the script is in a file the arguments name.
func ShellArgs(args []Word) (script Word, file, ok bool) {
	wants, stdin := false, false
	for i := 0; i < len(args); i++ {
		switch a := args[i].Text; {
		case a == "-" || a == "--":
		case strings.HasPrefix(a, "--"):
			if a == "--rcfile" || a == "--init-file" {
				i++
			}
		case strings.HasPrefix(a, "-") || strings.HasPrefix(a, "+"):
			wants = wants || strings.Contains(a, "c") && a[0] == '-'
			stdin = stdin || strings.Contains(a, "s") && a[0] == '-'
			if strings.HasSuffix(a, "o") || strings.HasSuffix(a, "O") {
				i++
			}
		case wants:
			return args[i], false, true
		default:
			return Word{}, !stdin && a != "/dev/stdin" && a != "/proc/self/fd/0", false
		}
	}
	return Word{}, false, false
}

// piped runs what a shell reads from its standard input, as far as that is
// text of the script.
func (w *walker) piped(c Command) error {
	var texts []Word
	for _, r := range append(append([]Redirect{}, c.Redirects...), w.around...) {
		if strings.HasPrefix(r.Op, "<<") {
			texts = append(texts, r.Target)
		}
	}
	if len(texts) == 0 {
		for _, from := range w.out.Commands[w.stdin.From:w.stdin.To] {
			texts = append(texts, Printed(from)...)
		}
	}
	around := w.around
	defer func() { w.around = around }()
	// The here document is read up: a shell in the script does not read it again.
	w.around = slices.DeleteFunc(slices.Clone(around), func(r Redirect) bool { return strings.HasPrefix(r.Op, "<<") })
	for _, t := range texts {
		if err := w.apart(func() error { return w.inner(t) }); err != nil {
			return err
		}
	}
	return nil
}

// Printed is the text a command is known to write to its standard output: that
// of echo and printf, and the here documents others are given.
func Printed(c Command) []Word {
	var out []Word
	for _, r := range c.Redirects {
		if strings.HasPrefix(r.Op, "<<") {
			out = append(out, r.Target)
		}
	}
	if len(c.Words) == 0 {
		return out
	}
	args := c.Words[1:]
	switch path.Base(c.Words[0].Text) {
	case "echo":
		for len(args) > 0 && len(args[0].Text) > 1 && strings.Trim(args[0].Text, "-neE") == "" {
			args = args[1:]
		}
		out = append(out, escapes(joinWords(args)))
	case "printf":
		out = append(out, printf(args)...)
	}
	return out
}

// printf puts one argument after the other into the format, as often as there
// are any.
func printf(args []Word) []Word {
	args = afterDashes(args)
	if len(args) == 0 {
		return nil
	}
	format := escapes(args[0])
	if !strings.Contains(format.Text, "%") {
		return []Word{format}
	}
	rest := joinWords(args[1:])
	var b strings.Builder
	args = args[1:]
	for first := true; first || len(args) > 0; first = false {
		n := len(args)
		args = fill(&b, format.Text, args)
		if len(args) == n || b.Len() > MaxScript {
			break
		}
	}
	return []Word{{Text: b.String(), Loose: format.Loose || rest.Loose, Output: merge(format.Output, rest.Output)}}
}

func fill(b *strings.Builder, format string, args []Word) []Word {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		for i++; i < len(format) && strings.IndexByte("-+ #0123456789.", format[i]) >= 0; i++ {
		}
		switch {
		case i >= len(format):
		case format[i] == '%':
			b.WriteByte('%')
		case len(args) > 0:
			text := args[0]
			if format[i] == 'b' {
				text = escapes(text)
			}
			b.WriteString(text.Text)
			args = args[1:]
		}
	}
	return args
}

// escapes reads the backslashes that echo and printf read.
func escapes(word Word) Word {
	if strings.Contains(word.Text, `\`) {
		word.Text = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`, `\"`, `"`).Replace(word.Text)
	}
	return word
}
