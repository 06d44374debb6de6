package layers

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/attest/cis"
	"github.com/pratique-dev/pratique/verify"
)

// maxLine is the longest line that engines read of these files; they start no
// container with a longer one before the line that is looked for.
const maxLine = 64 << 10

// passwd looks config.User up as engines do (moby/sys/user, GetExecUser): what
// stands before the first colon is a uid if it is a number and else a name, and
// the first line of /etc/passwd that has it counts. A group behind the colon is
// a gid or a name of /etc/group.
func (m *merger) passwd(user string) {
	name, group, _ := strings.Cut(user, ":")
	group, _, _ = strings.Cut(group, ":")
	fact := &cis.PasswdFact{User: name}
	if name == "" {
		name = "0"
	}
	_, err := strconv.Atoi(name)
	file, layer, why := m.read("etc/passwd")
	if why != "" {
		// A number decides without the file, which would only tell its group.
		if err != nil {
			m.unread("4.1", at(layer-1, "etc/passwd"), why)
		}
		return
	}
	if layer > 0 {
		fact.Digest = string(verify.DigestOf(file))
	}
	if a := findAccount(file, name); a != nil {
		fact.Found, fact.UID, fact.GID, fact.Layer = true, a.id, a.gid, layer
	}
	if group != "" && !m.group(fact, group) {
		return
	}
	m.fact.Passwd = fact
}

// group looks the group part up; false means that it could not be read.
func (m *merger) group(fact *cis.PasswdFact, name string) bool {
	if n, err := strconv.Atoi(name); err == nil {
		fact.GID = int64(n)
		return true
	}
	file, layer, why := m.read("etc/group")
	if why != "" {
		m.unread("4.1", at(layer-1, "etc/group"), why)
		return false
	}
	g := findAccount(file, name)
	fact.GroupMissing = g == nil
	if g != nil {
		fact.GID = g.id
	}
	return true
}

// read is the content of a file of the merged image and the layer that has it,
// from 1; 0 where there is none. why says why that is not known.
func (m *merger) read(p string) (content []byte, layer int, why string) {
	found, why := m.lookup(p)
	if why == "" && found.kind != 0 {
		content, why = m.content(found)
	}
	return content, found.layer + 1, why
}

// content is what a layer kept of a file, or why it did not.
func (m *merger) content(found place) (content []byte, why string) {
	if found.kind&isFile == 0 {
		return nil, "not a regular file"
	}
	p := found.path
	for range maxLinks {
		f := m.layers[found.layer].facts.kept(p)
		switch {
		case f == nil:
			return nil, "not kept: no regular file, or more of them than expected"
		case f.Problem != "":
			return nil, f.Problem
		case f.Link == "":
			return f.Content, ""
		}
		p = f.Link
	}
	return nil, "too many hard links"
}

func (f *facts) kept(p string) *keptFile {
	for i := range f.Kept {
		if f.Kept[i].Path == p {
			return &f.Kept[i]
		}
	}
	return nil
}

// account is a line of passwd or group.
type account struct {
	name    string
	id, gid int64
}

// findAccount is the first line for a name, or for an id where the name is a
// number: a number is never a name. Engines leave blanks around a line out, and
// take a field that is no number for 0.
func findAccount(file []byte, name string) *account {
	id, err := strconv.Atoi(name)
	for len(file) > 0 {
		line, rest, _ := bytes.Cut(file, []byte("\n"))
		if len(line) > maxLine {
			return nil
		}
		file = rest
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		a := parseAccount(string(line))
		if err == nil && a.id == int64(id) || err != nil && a.name == name {
			return &a
		}
	}
	return nil
}

func parseAccount(line string) account {
	f := strings.SplitN(line, ":", 5)
	number := func(i int) int64 {
		if i >= len(f) {
			return 0
		}
		n, _ := strconv.Atoi(f[i])
		return int64(n)
	}
	return account{name: f[0], id: number(2), gid: number(3)}
}
