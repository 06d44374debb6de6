package cis

import (
	"fmt"
	"strconv"
	"strings"
)

// maxID is the highest uid and gid an engine accepts.
const maxID = 1<<31 - 1

// maxNumbers is the length up to which numbers are kept as they are: they
// decide, even where a weak password happens to be the same number.
const maxNumbers = 32

// UserFact is the user a container of the image starts as.
type UserFact struct {
	// Raw is config.User as stored.
	Raw string `json:"raw"`
	// UID and GID are the ids where the number is in Raw; nil where a name has
	// to be looked up in the image's own files.
	UID *int64 `json:"uid,omitempty"`
	GID *int64 `json:"gid,omitempty"`
	// Unresolved says why UID is nil.
	Unresolved string `json:"unresolved,omitempty"`
}

func c0401() Control {
	return Control{
		ID: "4.1", Key: "image.user", IDs: sameID("4.1"), Level: 1, Scored: true, Decidable: Auto,
		Title: "The image runs as a user other than root",
		Remediation: "Create a system user and end the final stage with its number, as in USER 10001:10001; " +
			"give it what the program writes with chown.",
		Collect: collectUser,
		Judge:   judgeUser,
	}
}

func collectUser(c Contents, f *Facts) {
	u := readUser(c.User)
	fact := &UserFact{Raw: keepUser(c.reading().redactor, c.User)}
	switch {
	case u.refused != "":
		fact.Unresolved = "a container cannot start: " + u.refused
	case u.name != "":
		fact.Unresolved = "a name, and the files of the image were not read"
	default:
		uid := u.uid
		fact.UID = &uid
		fact.GID = u.gid
	}
	f.User = fact
}

// keepUser redacts a user. Numbers and root decide, so they stay.
func keepUser(r redactor, raw string) string {
	if u := readUser(raw); u.name != "" && u.name != "root" || len(raw) > maxNumbers {
		raw, _ = r.keep(raw, maxRowText)
	}
	return raw
}

// userSpec is config.User as the engine takes it.
type userSpec struct {
	uid  int64
	gid  *int64
	name string
	// group is the group part, "" where there is none.
	group string
	// refused says why the engine would not start a container.
	refused string
}

// readUser follows moby/sys/user GetExecUser: what stands before the first
// colon is a number if Atoi takes it, and else a name of the image's own
// /etc/passwd. A number wins over a user of that name. Empty is uid 0.
func readUser(raw string) userSpec {
	user, group, _ := strings.Cut(raw, ":")
	group, _, _ = strings.Cut(group, ":")
	gid, why := readGroup(group)
	if why != "" {
		return userSpec{refused: why}
	}
	if user == "" {
		return userSpec{gid: gid, group: group}
	}
	if n, err := strconv.Atoi(user); err == nil {
		if n < 0 || n > maxID {
			return userSpec{refused: fmt.Sprintf("uid %d is out of range", n)}
		}
		return userSpec{uid: int64(n), gid: gid, group: group}
	}
	if why := notAName(user); why != "" {
		return userSpec{refused: why}
	}
	return userSpec{name: user, gid: gid, group: group}
}

// readGroup reads a numeric group; a name stays nil.
func readGroup(group string) (gid *int64, refused string) {
	n, err := strconv.Atoi(group)
	if err != nil {
		return nil, ""
	}
	if n < 0 || n > maxID {
		return nil, fmt.Sprintf("gid %d is out of range", n)
	}
	id := int64(n)
	return &id, ""
}

// notAName says why a user is neither a number nor a name that a line of
// /etc/passwd could hold: numbers in other notations are names to the engine.
func notAName(user string) string {
	if user != strings.TrimLeft(user, " \t\r\n\v\f") {
		return "the name begins with a blank"
	}
	if _, err := strconv.ParseInt(user, 0, 64); err == nil {
		return "the number is not decimal, so it is taken for a name"
	}
	if strings.Trim(strings.TrimLeft(user, "+-"), "0123456789") == "" {
		return "the number is out of range"
	}
	return ""
}

// uncollected is the result for a fact that is absent.
func uncollected(what string) Result {
	return say(Unknown, OriginUnknown, "the facts do not tell "+what)
}
