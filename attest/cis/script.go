package cis

import (
	"path"
	"strings"

	"github.com/pratique-dev/pratique/attest/shell"
)

// foreignScript is why a script for PowerShell, say, is unclear.
const foreignScript = "the script is not for a POSIX shell"

// runReading keeps what readRun returned, since more than one control asks.
type runReading struct {
	done    bool
	script  shell.Script
	unclear string
}

// readRun lists the commands of a RUN; unclear says why it could not be
// followed, "" if it could.
func readRun(r RunForm) (s shell.Script, unclear string) {
	m := r.read
	if m == nil {
		m = new(runReading)
	}
	if !m.done {
		m.done = true
		m.script, m.unclear = parseRun(r)
	}
	return m.script, m.unclear
}

func parseRun(r RunForm) (s shell.Script, unclear string) {
	if r.Foreign {
		return shell.Script{}, foreignScript
	}
	var err error
	if r.Argv != nil {
		s, err = shell.Argv(r.Argv)
	} else {
		s, err = shell.Parse(r.Script)
	}
	if err != nil {
		return shell.Script{}, err.Error()
	}
	return s, ""
}

// text is all that a RUN says.
func (r RunForm) text() string {
	if r.Argv != nil {
		return strings.Join(r.Argv, " ")
	}
	return r.Script
}

// programOf is the name of the program a word runs. known is false where it is
// decided at run time; of $DIR/name, the name is known.
func programOf(w shell.Word) (name string, known bool) {
	name = path.Base(w.Text)
	return name, w.Text != "" && (!w.Loose || !strings.Contains(name, "$"))
}
