package cis

import (
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
	"github.com/pratique-dev/pratique/attest/switches/settings"
)

// writtenSwitches finds settings that a script writes to the files tools read
// them from: with echo, printf, cat, tee and sed. all is false where that is
// too much to read.
func writtenSwitches(s shell.Script) (found []settings.Found, all bool) {
	left := maxWritten
	write := func(file, text string) {
		file = settingsPath(file)
		if !settings.Wants(file) {
			return
		}
		if left -= len(text); left > 0 {
			found = append(found, settings.File(file, []byte(text))...)
		}
	}
	for i, c := range s.Commands {
		texts := shell.Printed(c)
		files := outputFiles(c)
		if len(c.Words) > 0 {
			files = append(files, teeFiles(c)...)
			editSwitches(c, write)
		}
		if len(texts) > 0 && len(files) == 0 {
			files = readersFiles(s, i)
		}
		for _, file := range files {
			for _, t := range texts {
				write(file, t.Text)
			}
		}
	}
	return found, left > 0
}

// maxWritten is how much text written to settings files is read for one RUN,
// in bytes.
const maxWritten = 4 << 20

// outputFiles are the files a command's output is redirected to.
func outputFiles(c shell.Command) []string {
	var out []string
	for _, r := range c.Redirects {
		switch r.Op {
		case ">", ">>", ">|", "&>", "&>>":
			if r.Target.Text != "/dev/null" {
				out = append(out, r.Target.Text)
			}
		}
	}
	return out
}

func teeFiles(c shell.Command) []string {
	if name, _ := programOf(c.Words[0]); name != "tee" && name != "sponge" {
		return nil
	}
	var out []string
	for _, w := range c.Words[1:] {
		if !strings.HasPrefix(w.Text, "-") {
			out = append(out, w.Text)
		}
	}
	return out
}

// readersFiles are the files that whatever reads a command's output through a
// pipe writes it to.
func readersFiles(s shell.Script, i int) []string {
	var out []string
	for _, c := range s.Commands[i+1:] {
		if c.Stdin.From > i || c.Stdin.To <= i || len(c.Words) == 0 {
			continue
		}
		out = append(append(out, teeFiles(c)...), outputFiles(c)...)
	}
	return out
}

// settingsPath is the path a file would have in an image, whatever folder of
// the build stands before it.
func settingsPath(file string) string {
	if i := strings.LastIndex(file, "/etc/"); i >= 0 {
		return file[i+1:]
	}
	return strings.TrimLeft(file, "/~$")
}

// editSwitches reads what sed puts into files. What it takes out does not
// matter.
func editSwitches(c shell.Command, write func(file, text string)) {
	if name, _ := programOf(c.Words[0]); name != "sed" {
		return
	}
	var scripts, files []string
	inPlace := false
	for i := 1; i < len(c.Words); i++ {
		a := c.Words[i].Text
		switch {
		case a == "-e" || a == "--expression":
			if i++; i < len(c.Words) {
				scripts = append(scripts, c.Words[i].Text)
			}
		case strings.HasPrefix(a, "--expression="):
			scripts = append(scripts, a[len("--expression="):])
		case strings.HasPrefix(a, "-"):
			inPlace = inPlace || strings.HasPrefix(a, "--in-place") || a[:min(2, len(a))] != "--" && strings.Contains(a, "i")
		default:
			files = append(files, a)
		}
	}
	if len(scripts) == 0 && len(files) > 0 {
		scripts, files = files[:1], files[1:]
	}
	if !inPlace {
		files = outputFiles(c)
	}
	for _, script := range scripts {
		for _, file := range files {
			write(file, strings.Join(sedTexts(script), "\n"))
		}
	}
}

// sedTexts are the texts a sed script puts in: the replacements of s, and the
// lines of a, i and c.
func sedTexts(script string) []string {
	var out []string
	for _, part := range strings.Split(script, "\n") {
		for part != "" {
			text, rest := sedText(strings.TrimLeft(part, " \t;{"))
			if text != "" {
				out = append(out, text)
			}
			if len(rest) >= len(part) {
				break
			}
			part = rest
		}
	}
	return out
}

// sedText reads one command; the address in front of it is skipped.
func sedText(s string) (text, rest string) {
	s = sedAddress(s)
	if s == "" {
		return "", ""
	}
	switch s[0] {
	case 's':
		if len(s) < 2 {
			return "", ""
		}
		_, after := sedPart(s[2:], s[1])
		text, after = sedPart(after, s[1])
		_, after, _ = strings.Cut(after, ";")
		return text, after
	case 'a', 'i', 'c':
		return strings.TrimLeft(s[1:], "\\ \t"), ""
	}
	_, after, _ := strings.Cut(s, ";")
	return "", after
}

// sedAddress skips line numbers, $ and /patterns/.
func sedAddress(s string) string {
	for s != "" {
		switch {
		case s[0] == '/':
			_, s = sedPart(s[1:], '/')
		case strings.IndexByte("0123456789$,!~+I \t", s[0]) >= 0:
			s = s[1:]
		default:
			return s
		}
	}
	return ""
}

// sedPart reads up to an unescaped delimiter.
func sedPart(s string, delimiter byte) (part, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case delimiter:
			return strings.ReplaceAll(s[:i], `\`+string(delimiter), string(delimiter)), s[i+1:]
		}
	}
	return s, ""
}
