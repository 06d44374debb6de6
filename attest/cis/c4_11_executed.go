package cis

import (
	"path"
	"slices"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
	"github.com/pratique-dev/pratique/attest/switches/settings"
)

// downloadsExecuted finds files that a script, or one before it, downloads and
// then runs, makes executable, or puts where programs are found, in a script
// that checks no digest and no signature. Where they are packages, or may have
// come out of an archive, whatever takes them may check them, so this is a
// doubt.
//
// before are files that earlier steps downloaded, after those that later steps
// may run: none where something was checked.
func (f flow) downloadsExecuted(before []tracked) (found []settings.Found, after []tracked) {
	s := f.script
	t := tracker{flow: f, files: slices.Clone(before)}
	if t.verifies() {
		return nil, nil
	}
	for i, c := range s.Commands {
		if len(c.Words) == 0 {
			continue
		}
		name, known := programOf(c.Words[0])
		if from := t.executes(c, name, known); from != "" {
			found = append(found, settings.Found{Rule: "download-executed", Text: from + ", then " + how(name), Doubtful: c.Uncalled || !runnable(how(name))})
		}
		t.follow(i, name)
	}
	if len(found) > 0 {
		return found, before // what was found need not be found again
	}
	return nil, t.files
}

// added are the files that an ADD of a Dockerfile downloads, and checks no
// digest of.
func (a *AddForm) added() []tracked {
	if a == nil || a.Checksum != "" {
		return nil
	}
	var out []tracked
	for _, source := range a.Sources {
		if kindOfSource(source) != "url" {
			continue
		}
		name, _, _ := strings.Cut(path.Base(source), "?")
		out = append(out, tracked{path.Join(a.Dest, name), "ADD"}, tracked{a.Dest, "ADD"})
	}
	return out[:min(len(out), maxTracked)]
}

// how says in known words how a download is run: a program that was downloaded
// has a name of someone's choice.
func how(name string) string {
	if interprets(name) || archive(name) || managed(name) || slices.Contains([]string{"chmod", "install", "mv", "cp", "ln", "dpkg", "java"}, name) {
		return name
	}
	return "run"
}

// runnable reports whether a download that meets a command, as named by how, is
// run by it or made ready to be run as it came.
func runnable(how string) bool {
	return how == "run" || how == "chmod" || how == "install" || interprets(how)
}

// tracker follows downloaded files through a script.
type tracker struct {
	flow flow
	// files are those downloaded so far, and by what.
	files []tracked
	// unpacked is what downloaded the last archive that was unpacked.
	unpacked string
}

type tracked struct{ file, by string }

// maxTracked is how many files of one script are followed.
const maxTracked = 64

// follow notes what command i downloads, copies or unpacks.
func (t *tracker) follow(i int, name string) {
	c := t.flow.script.Commands[i]
	args := c.Words[1:]
	d, downloads := downloadOf(name, args)
	if downloads {
		t.note(name, d.files...)
	}
	if by := t.flow.prints[i]; by != "" {
		t.note(by, outputFiles(c)...)
		t.note(by, teeFiles(c)...)
	}
	if archive(name) {
		if from := t.reads(c); from != "" {
			t.unpacked = from
		}
	}
	if words := operands(args); (name == "mv" || name == "cp") && len(words) > 1 {
		if from := t.any(words[:len(words)-1]); from != "" {
			dest := words[len(words)-1].Text
			t.note(from, dest)
			for _, w := range words[:len(words)-1] {
				t.note(from, path.Join(dest, path.Base(w.Text)))
			}
		}
	}
}

func (t *tracker) note(by string, files ...string) {
	for _, f := range files {
		if len(t.files) < maxTracked && f != "" && f != "." && f != "/dev/null" {
			t.files = append(t.files, tracked{f, by})
		}
	}
}

// any names what downloaded one of the words, "" if nothing did.
func (t *tracker) any(words []shell.Word) string {
	for _, w := range words {
		for _, f := range t.files {
			if sameFile(w.Text, f.file) {
				return f.by
			}
		}
	}
	return ""
}

// sameFile compares paths, of which one may be relative to a folder that is
// not known, or a pattern.
func sameFile(a, b string) bool {
	if path.Clean(a) == path.Clean(b) {
		return true
	}
	if strings.HasPrefix(a, "/") && strings.HasPrefix(b, "/") && !strings.ContainsAny(a, "*?") {
		return false
	}
	x, y := path.Base(a), path.Base(b)
	if x == "$" || x == "." || x == "/" || x == "*" {
		return false
	}
	ok, err := path.Match(x, y)
	return x == y || err == nil && ok
}

// reads names the download that a command reads from its standard input or
// from a file it is given.
func (t *tracker) reads(c shell.Command) string {
	if by := t.flow.span(c.Stdin); by != "" {
		return by
	}
	return t.any(c.Words[1:])
}

// executes names what downloaded the file that a command runs or makes ready
// to be run, "" if it does neither.
func (t *tracker) executes(c shell.Command, name string, known bool) string {
	args := c.Words[1:]
	words := operands(args)
	switch {
	case name == "chmod":
		if len(words) > 1 && makesExecutable(words[0].Text) {
			return t.any(words[1:])
		}
		return ""
	case name == "install" || name == "mv" || name == "cp" || name == "ln":
		return t.installs(name, words)
	case archive(name) && unpacksIntoPath(c):
		return t.reads(c)
	case name == "dpkg" && has(args, "-i", "--install") || managed(name) && has(args, "install"):
		return t.any(localPackages(args))
	case name == "java" && has(args, "-jar"), interprets(name):
		return t.any(words[:min(1, len(words))])
	}
	if strings.Contains(c.Words[0].Text, "/") || !known {
		return t.any(c.Words[:1])
	}
	return ""
}

// installs judges a copy: into a folder where programs are found, or with
// install, which makes what it copies executable.
func (t *tracker) installs(name string, words []shell.Word) string {
	if len(words) < 2 {
		return ""
	}
	from, dest := words[:len(words)-1], words[len(words)-1].Text
	into := inPath(dest) || inPath(path.Dir(dest))
	if by := t.any(from); by != "" && (into || name == "install") {
		return by
	}
	if into && t.unpacked != "" && slices.ContainsFunc(from, unpackedName) {
		return t.unpacked
	}
	return ""
}

// unpackedName reports whether a file can come out of an archive that was
// unpacked here: one by a relative name, or in a folder for such things.
func unpackedName(w shell.Word) bool {
	return !strings.HasPrefix(w.Text, "/") || strings.HasPrefix(w.Text, "/tmp/") || strings.HasPrefix(w.Text, "/var/tmp/")
}

func managed(name string) bool {
	_, ok := managerOf(name)
	return ok
}

// localPackages are the words that name files rather than packages.
func localPackages(args []shell.Word) []shell.Word {
	var out []shell.Word
	for _, a := range args {
		if strings.HasSuffix(a.Text, ".deb") || strings.HasSuffix(a.Text, ".rpm") || strings.HasSuffix(a.Text, ".apk") {
			out = append(out, a)
		}
	}
	return out
}

func has(args []shell.Word, options ...string) bool {
	return slices.ContainsFunc(args, func(w shell.Word) bool { return slices.Contains(options, w.Text) })
}

// operands are the words that are no options.
func operands(args []shell.Word) []shell.Word {
	var out []shell.Word
	for i := 0; i < len(args); i++ {
		switch a := args[i].Text; {
		case a == "-m" || a == "-o" || a == "-g" || a == "-t":
			i++
		case !strings.HasPrefix(a, "-"):
			out = append(out, args[i])
		}
	}
	return out
}

// makesExecutable reads a mode of chmod.
func makesExecutable(mode string) bool {
	if strings.Trim(mode, "01234567") == "" {
		return strings.ContainsAny(mode[max(0, len(mode)-3):], "1357")
	}
	for _, m := range strings.Split(mode, ",") {
		if i := strings.IndexAny(m, "+="); i >= 0 && strings.ContainsAny(m[i:], "xXs") {
			return true
		}
	}
	return false
}

// inPath reports whether programs are found in a folder.
func inPath(dir string) bool {
	base := path.Base(path.Clean(dir))
	return base == "bin" || base == "sbin"
}

func archive(name string) bool {
	return slices.Contains([]string{"tar", "bsdtar", "gtar", "unzip", "7z", "7za", "cpio"}, name)
}

// unpacksIntoPath reports whether an archive is unpacked where programs are
// found, or above.
func unpacksIntoPath(c shell.Command) bool {
	args := c.Words[1:]
	for i, a := range args {
		dir := ""
		switch {
		case i+1 < len(args) && (a.Text == "--directory" || a.Text == "-d" || strings.HasPrefix(a.Text, "-") && strings.HasSuffix(a.Text, "C") && !strings.HasPrefix(a.Text, "--")):
			dir = args[i+1].Text
		case strings.HasPrefix(a.Text, "--directory="):
			dir = a.Text[len("--directory="):]
		case strings.HasPrefix(a.Text, "-C") || strings.HasPrefix(a.Text, "-d/"):
			dir = a.Text[2:]
		}
		if dir = path.Clean(dir); inPath(dir) || dir == "/" || dir == "/usr" || dir == "/usr/local" {
			return true
		}
	}
	return false
}
