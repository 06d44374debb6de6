package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// wrapper says how a program that starts another is called.
type wrapper struct {
	// takes are the options that take the next word for their value.
	takes []string
	// operands is how many words stand before the command.
	operands int
	// assigns says that NAME=value may stand before the command.
	assigns bool
	// shell says that without a command it starts a shell.
	shell bool
	// more says that it adds arguments of its own.
	more bool
}

func wrapperOf(name string) (wrapper, bool) {
	switch name {
	case "sudo":
		return wrapper{takes: strings.Fields("-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --chroot"), assigns: true, shell: true}, true
	case "doas":
		return wrapper{takes: strings.Fields("-u -C -a"), assigns: true, shell: true}, true
	case "env":
		return wrapper{takes: strings.Fields("-u -C --unset --chdir"), assigns: true}, true
	case "xargs", "parallel":
		return wrapper{takes: strings.Fields("-a -d -E -I -L -n -P -s -j --arg-file --delimiter --max-args --max-procs --max-lines --jobs --replace"), more: true}, true
	case "chroot", "arch-chroot", "gosu", "su-exec", "setpriv", "setarch":
		return chrootLike(name), true
	}
	return plainWrapper(name)
}

func chrootLike(name string) wrapper {
	switch name {
	case "chroot", "arch-chroot":
		return wrapper{takes: strings.Fields("-u"), operands: 1, shell: true}
	case "setpriv":
		return wrapper{takes: strings.Fields("--reuid --regid --groups --inh-caps --ambient-caps --bounding-set")}
	}
	return wrapper{operands: 1}
}

// plainWrapper are the wrappers whose options are few.
func plainWrapper(name string) (wrapper, bool) {
	switch name {
	case "timeout":
		return wrapper{takes: strings.Fields("-s -k --signal --kill-after"), operands: 1}, true
	case "nice":
		return wrapper{takes: strings.Fields("-n --adjustment")}, true
	case "ionice":
		return wrapper{takes: strings.Fields("-c -n --class --classdata")}, true
	case "stdbuf":
		return wrapper{takes: strings.Fields("-i -o -e --input --output --error")}, true
	case "time":
		return wrapper{takes: strings.Fields("-f -o --format --output")}, true
	case "exec":
		return wrapper{takes: strings.Fields("-a")}, true
	case "faketime":
		return wrapper{takes: strings.Fields("-f"), operands: 1}, true
	case "proxychains", "proxychains4":
		return wrapper{takes: strings.Fields("-f")}, true
	case "xvfb-run":
		return wrapper{takes: strings.Fields("-e -f -n -p -s -w")}, true
	case "builtin", "nohup", "eatmydata", "linux32", "linux64", "unshare", "busybox", "toybox", "fakeroot", "chronic", "setsid",
		"torsocks", "tsocks", "unbuffer", "dbus-run-session", "tini", "dumb-init", "catchsegv", "then", "do", "else", "command":
		return wrapper{}, true
	}
	return wrapper{}, false
}

// wrapped goes through a wrapper to the command it starts; anything else is
// listed.
func (w *walker) wrapped(c Command) error {
	name := path.Base(c.Words[0].Text)
	spec, ok := wrapperOf(name)
	switch {
	case !ok && strings.Contains(strings.ToLower(name), "retry") && !c.Words[0].Loose:
		return w.retried(c)
	case !ok:
		return w.emit(c)
	}
	args := c.Words[1:]
	rest, started := spec.skip(args)
	if !started || name == "command" && (hasFlag(args, "-v") || hasFlag(args, "-V")) {
		return w.emit(c)
	}
	if name == "env" && len(args) > 1 && (args[0].Text == "-S" || args[0].Text == "--split-string") {
		return w.inner(joinWords(args[1:]))
	}
	for spec.assigns && len(rest) > 0 {
		key, value, ok := strings.Cut(rest[0].Text, "=")
		if !ok || !syntax.ValidName(key) {
			break
		}
		c.Assigns = append(c.Assigns, Assign{key, Word{Text: value, Loose: rest[0].Loose, Output: rest[0].Output}})
		rest = rest[1:]
	}
	if len(rest) == 0 && spec.shell {
		rest = []Word{{Text: "sh"}}
	}
	if len(rest) > 0 && spec.more {
		rest = append(append([]Word{}, rest...), unknown(nil))
	}
	return w.run(Command{Words: rest, Assigns: c.Assigns, Redirects: c.Redirects})
}

// skip passes over a wrapper's options and operands. started is false where
// they are not all there.
func (s wrapper) skip(args []Word) (rest []Word, started bool) {
	i := 0
	for ; i < len(args); i++ {
		a := args[i].Text
		if a == "--" {
			i++
			break
		}
		if !strings.HasPrefix(a, "-") || a == "-" {
			break
		}
		for _, t := range s.takes {
			if a == t {
				i++
				break
			}
		}
	}
	i += s.operands
	if i > len(args) {
		return nil, false
	}
	if s.operands > 0 && i < len(args) && args[i].Text == "--" {
		i++
	}
	return args[i:], i < len(args) || s.shell
}

func hasFlag(args []Word, flag string) bool {
	return len(args) > 0 && args[0].Text == flag
}

// retried is a script of someone's own that repeats a command: its options and
// numbers come first.
func (w *walker) retried(c Command) error {
	args := c.Words[1:]
	for len(args) > 0 && (strings.HasPrefix(args[0].Text, "-") || strings.Trim(args[0].Text, "0123456789.smh") == "") {
		args = args[1:]
	}
	if len(args) == 0 {
		return w.emit(c)
	}
	return w.run(Command{Words: args, Assigns: c.Assigns, Redirects: c.Redirects})
}

// withScript is a program that takes a script behind -c, and perhaps a command
// without it.
func (w *walker) withScript(c Command) error {
	args := c.Words[1:]
	for i, a := range args {
		script := Word{}
		long, value, ok := strings.Cut(a.Text, "=")
		switch {
		case ok && (long == "--command" || long == "--session-command"):
			script = Word{Text: value, Loose: a.Loose, Output: a.Output}
		case i+1 < len(args) && (a.Text == "--command" || takesScript(a.Text)):
			script = args[i+1]
		default:
			continue
		}
		if err := w.emit(c); err != nil {
			return err
		}
		return w.apart(func() error { return w.inner(script) })
	}
	return w.withCommand(c)
}

func takesScript(a string) bool {
	return len(a) > 1 && a[0] == '-' && a[1] != '-' && strings.HasSuffix(a, "c")
}

// withCommand is the same program with a command instead of a script.
func (w *walker) withCommand(c Command) error {
	spec := wrapper{}
	switch path.Base(c.Words[0].Text) {
	case "runuser":
		spec.takes = []string{"-u", "--user", "-g", "-G", "-w"}
	case "flock":
		spec.takes, spec.operands = []string{"-w", "-E", "--timeout"}, 1
	case "watch":
		spec.takes = []string{"-n", "--interval"}
	case "scl":
		return w.scl(c)
	case "su":
		if err := w.emit(c); err != nil {
			return err
		}
		return w.piped(c)
	default:
		return w.emit(c)
	}
	rest, ok := spec.skip(c.Words[1:])
	if !ok || len(rest) == 0 {
		return w.emit(c)
	}
	return w.run(Command{Words: rest, Assigns: c.Assigns, Redirects: c.Redirects})
}

// scl enable NAME… 'script' or -- command.
func (w *walker) scl(c Command) error {
	if len(c.Words) < 4 {
		return w.emit(c)
	}
	for i, a := range c.Words {
		if a.Text == "--" {
			return w.run(Command{Words: c.Words[i+1:], Assigns: c.Assigns, Redirects: c.Redirects})
		}
	}
	return w.apart(func() error { return w.inner(c.Words[len(c.Words)-1]) })
}
