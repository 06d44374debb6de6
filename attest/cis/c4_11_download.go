package cis

import (
	"path"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
	"github.com/pratique-dev/pratique/attest/switches/settings"
)

// download is what a command that fetches something does with it.
type download struct {
	// stdout says that it writes it there, files are the files it writes.
	stdout bool
	files  []string
}

// downloadOf reads the arguments of a program that downloads; ok is false for
// any other program.
func downloadOf(name string, args []shell.Word) (d download, ok bool) {
	switch name {
	case "curl":
		return curlDownload(args), true
	case "wget", "wget2":
		return wgetDownload(args), true
	case "aria2c", "axel":
		return namedDownload(args, "-o", "--out", "--output"), true
	case "fetch", "http", "https", "xh", "lwp-request":
		d := namedDownload(args, "-o", "--output")
		d.finish(false, "", nil)
		return d, true
	}
	return download{}, false
}

func curlDownload(args []shell.Word) download {
	var d download
	remote, dir := false, ""
	var urls []string
	for i := 0; i < len(args); i++ {
		a := args[i].Text
		next := ""
		if i+1 < len(args) {
			next = args[i+1].Text
		}
		switch {
		case a == "--output" || a == "--output-dir":
			if a == "--output" {
				d.files = append(d.files, next)
			} else {
				dir = next
			}
			i++
		case a == "--remote-name" || a == "--remote-name-all":
			remote = true
		case strings.HasPrefix(a, "--url="):
			urls = append(urls, a[len("--url="):])
		case strings.HasPrefix(a, "--output="):
			d.files = append(d.files, a[len("--output="):])
		case strings.HasPrefix(a, "--") || a == "-":
		case strings.HasPrefix(a, "-"):
			letters := curlLetters(a)
			remote = remote || strings.Contains(letters, "O")
			if i, ok := cutLetter(a, letters, 'o'); ok {
				if i == "" {
					i = next
				}
				d.files = append(d.files, i)
			}
			if curlValueNext(a) {
				i++
			}
		default:
			urls = append(urls, a)
		}
	}
	d.finish(remote, dir, urls)
	return d
}

// finish names the files that are called what their addresses end in.
func (d *download) finish(remote bool, dir string, urls []string) {
	if remote {
		for _, u := range urls {
			u, _, _ = strings.Cut(u, "?")
			d.files = append(d.files, path.Base(u))
		}
	}
	d.stdout = len(d.files) == 0
	var files []string
	for _, f := range d.files {
		if f == "-" || f == "/dev/stdout" {
			d.stdout = true
			continue
		}
		files = append(files, path.Join(dir, f))
	}
	d.files = files
}

// curlLetters are the letters of a word that are options, up to one that takes
// a value.
func curlLetters(word string) string {
	for i := 1; i < len(word); i++ {
		if settings.CurlTakes(word[i]) {
			return word[1 : i+1]
		}
	}
	return word[1:]
}

// cutLetter is what follows the last option letter of a word, if that is the
// one asked for.
func cutLetter(word, letters string, letter byte) (value string, ok bool) {
	if letters == "" || letters[len(letters)-1] != letter {
		return "", false
	}
	return word[1+len(letters):], true
}

func wgetDownload(args []shell.Word) download {
	var d download
	dir := ""
	var urls []string
	for i := 0; i < len(args); i++ {
		a := args[i].Text
		key, value, _ := strings.Cut(a, "=")
		switch {
		case key == "--output-document" || key == "--directory-prefix":
		case strings.HasPrefix(a, "--") || !strings.HasPrefix(a, "-"):
			if !strings.HasPrefix(a, "-") {
				urls = append(urls, a)
			}
			continue
		default:
			at := strings.IndexAny(a, "OPoaiUeTtwQ")
			if at < 0 {
				continue
			}
			key, value = a[at:at+1], a[at+1:]
		}
		if value == "" && i+1 < len(args) {
			i++
			value = args[i].Text
		}
		switch key {
		case "O", "--output-document":
			d.files = append(d.files, value)
		case "P", "--directory-prefix":
			dir = value
		}
	}
	d.finish(len(d.files) == 0, dir, urls)
	d.stdout = d.stdout && len(urls) > 0
	return d
}

func namedDownload(args []shell.Word, options ...string) download {
	var d download
	for i, a := range args {
		for _, o := range options {
			switch {
			case a.Text == o && i+1 < len(args):
				d.files = append(d.files, args[i+1].Text)
			case strings.HasPrefix(a.Text, o+"="):
				d.files = append(d.files, a.Text[len(o)+1:])
			}
		}
	}
	return d
}
