package cis

import (
	"fmt"
	"strings"
)

// judgeUser rests on Raw alone where Raw decides, so that ids attested beside
// it cannot talk it up. A name is what the image's own files make of it.
func judgeUser(f *Facts, p Parameters) Result {
	switch {
	case f.OS == "windows":
		return say(NotApplicable, OriginOwn, "Windows images have no uid")
	case f.User == nil && f.fileOnly():
		return f.judgeWrittenUser(p)
	case f.User == nil:
		return uncollected("the user")
	}
	shown := fmt.Sprintf("config.User is %q", f.User.Raw)
	if f.User.Raw == "" {
		shown = "config.User is empty"
	}
	at, origin := f.userSet()
	status, why := f.startsAs(readUser(f.User.Raw), p)
	var r Result
	r.add(status, origin, at, "%s: %s", shown, why)
	return r
}

// userSet is where the user was set: the line of the Dockerfile, if that says
// the same, else the row of the history.
func (f *Facts) userSet() (Place, Origin) {
	at, origin := f.setBy("USER", func(row HistoryRow) bool { return row.Text == f.User.Raw })
	if d := f.Dockerfile; d != nil && d.User != nil && d.User.Value == f.User.Raw && origin == OriginOwn {
		at = d.User.At
	}
	return at, origin
}

// startsAs says as whom a container starts.
func (f *Facts) startsAs(u userSpec, p Parameters) (Status, string) {
	passwd, unread := f.passwdOf(u)
	switch {
	case u.refused != "":
		return Fail, "a container cannot start: " + u.refused
	case u.name == "root":
		return Fail, "that is root"
	case u.name == "" && u.uid == 0:
		return Fail, "that is uid 0"
	case passwd != nil && passwd.GroupMissing:
		return Fail, "a container cannot start: the image's /etc/group does not have the group"
	case u.name != "" && passwd == nil:
		return Unknown, "a name is looked up in the image's /etc/passwd, " + unread
	case u.name != "" && !passwd.Found:
		return Fail, "a container cannot start: the image's /etc/passwd does not have the name"
	case u.name != "" && passwd.UID == 0:
		return Fail, "the image's /etc/passwd makes that uid 0"
	case u.name != "" && (passwd.UID < 0 || passwd.UID > maxID):
		return Fail, fmt.Sprintf("a container cannot start: uid %d is out of range", passwd.UID)
	}
	said := fmt.Sprintf("uid %d", u.uid)
	if u.name != "" {
		said = fmt.Sprintf("the image's /etc/passwd makes that uid %d", passwd.UID)
	}
	return judgeGroup(said, groupOf(u, passwd), p)
}

// groupOf is the gid a container starts with, nil where that is not known.
func groupOf(u userSpec, passwd *PasswdFact) *int64 {
	if u.group == "" && passwd != nil && passwd.Found {
		return &passwd.GID
	}
	return u.gid
}

// judgeGroup looks at the group of somebody who is not root.
func judgeGroup(said string, gid *int64, p Parameters) (Status, string) {
	switch {
	case p.WarnRootGroup && gid == nil:
		return Warn, said + "; the group may be gid 0"
	case p.WarnRootGroup && *gid == 0:
		return Warn, said + "; the group is gid 0"
	case gid != nil:
		return Pass, fmt.Sprintf("%s, gid %d", said, *gid)
	}
	return Pass, said
}

// passwdOf is the line of /etc/passwd for a user, or why there is none to go
// by.
func (f *Facts) passwdOf(u userSpec) (passwd *PasswdFact, unread string) {
	if f.Layers == nil {
		return nil, "and layers were not read"
	}
	for _, n := range f.Layers.Unread {
		if n.Control == "4.1" {
			return nil, "and that could not be read: " + n.Why
		}
	}
	found := f.Layers.Passwd
	// What was redacted cannot be compared.
	if found == nil || u.name != "" && found.User != u.name && !strings.Contains(u.name, redacted) {
		return nil, "and nobody looked it up"
	}
	if u.name == "" && found.User != f.userPart() {
		return nil, ""
	}
	return found, ""
}

func (f *Facts) userPart() string {
	user, _, _ := strings.Cut(f.User.Raw, ":")
	return user
}
