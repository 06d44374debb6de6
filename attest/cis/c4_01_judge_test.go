package cis

import (
	"strings"
	"testing"
)

func userFacts(user string, l *LayersFact) Facts {
	return Facts{ConfigDigest: "x", OS: "linux", User: &UserFact{Raw: user}, Layers: l}
}

// A name is what the image's own files make of it.
func TestUserByPasswd(t *testing.T) {
	unread := []Unread{{Control: "4.1", Why: "the file is a link out of the image"}}
	cases := map[string]struct {
		user string
		l    *LayersFact
		want Status
		says string
	}{
		"layers not read":     {"app", nil, Unknown, "layers were not read"},
		"not looked up":       {"app", &LayersFact{}, Unknown, "nobody looked it up"},
		"another was":         {"app", &LayersFact{Passwd: &PasswdFact{User: "bob", Found: true, UID: 7}}, Unknown, "nobody looked it up"},
		"unreadable":          {"app", &LayersFact{Unread: unread, Passwd: &PasswdFact{User: "app", Found: true, UID: 7}}, Unknown, "link out of the image"},
		"other unreadable":    {"app", &LayersFact{Unread: []Unread{{Control: "4.3"}}, Passwd: &PasswdFact{User: "app", Found: true, UID: 7}}, Pass, "uid 7"},
		"found":               {"app", &LayersFact{Passwd: &PasswdFact{User: "app", Found: true, UID: 7, GID: 8}}, Pass, "uid 7, gid 8"},
		"not found":           {"app", &LayersFact{Passwd: &PasswdFact{User: "app"}}, Fail, "cannot start"},
		"another name of 0":   {"toor", &LayersFact{Passwd: &PasswdFact{User: "toor", Found: true, GID: 1}}, Fail, "uid 0"},
		"out of range":        {"app", &LayersFact{Passwd: &PasswdFact{User: "app", Found: true, UID: 1 << 31}}, Fail, "cannot start"},
		"negative":            {"app", &LayersFact{Passwd: &PasswdFact{User: "app", Found: true, UID: -1}}, Fail, "cannot start"},
		"root group":          {"app:root", &LayersFact{Passwd: &PasswdFact{User: "app", Found: true, UID: 7}}, Pass, "uid 7"},
		"empty group":         {"app:", &LayersFact{Passwd: &PasswdFact{User: "app", Found: true, UID: 7}}, Pass, "uid 7"},
		"no such group":       {"app:x", &LayersFact{Passwd: &PasswdFact{User: "app", Found: true, UID: 7, GroupMissing: true}}, Fail, "/etc/group"},
		"number, no group":    {"7:x", &LayersFact{Passwd: &PasswdFact{User: "7", GroupMissing: true}}, Fail, "/etc/group"},
		"number, another's":   {"7:x", &LayersFact{Passwd: &PasswdFact{User: "8", GroupMissing: true}}, Pass, "uid 7"},
		"number wins":         {"1000", &LayersFact{Passwd: &PasswdFact{User: "1000", Found: true, UID: 0}}, Pass, "uid 1000"},
		"root, made harmless": {"root", &LayersFact{Passwd: &PasswdFact{User: "root", Found: true, UID: 1000}}, Fail, "root"},
		"redacted name":       {redacted, &LayersFact{Passwd: &PasswdFact{User: "hunter2", Found: true, UID: 7}}, Pass, "uid 7"},
		"hex":                 {"0x0", &LayersFact{Passwd: &PasswdFact{User: "0x0", Found: true, UID: 7}}, Fail, "cannot start"},
	}
	for name, c := range cases {
		f := Judge(userFacts(c.user, c.l), DefaultParameters())[0]
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.says) {
			t.Errorf("%s: %s %q, want %s saying %q", name, f.Status, f.Evidence, c.want, c.says)
		}
	}
}

func TestUserGroupOfPasswd(t *testing.T) {
	p := DefaultParameters()
	p.WarnRootGroup = true
	for _, c := range []struct {
		user string
		gid  int64
		want Status
	}{{"app", 0, Warn}, {"app", 8, Pass}, {"app:8", 0, Pass}, {"app:0", 8, Warn}, {"app:x", 8, Warn}, {"7", 8, Pass}, {"7", 0, Warn}} {
		name, _, _ := strings.Cut(c.user, ":")
		f := userFacts(c.user, &LayersFact{Passwd: &PasswdFact{User: name, Found: true, UID: 7, GID: c.gid}})
		if got := Judge(f, p)[0]; got.Status != c.want {
			t.Errorf("%q, gid %d: %s %q, want %s", c.user, c.gid, got.Status, got.Evidence, c.want)
		}
	}
}

// The user is the base's where the base's rows set it, and nobody did after.
func TestUserOrigin(t *testing.T) {
	known := &BaseFact{Ref: "a", How: BaseGiven, Layers: 1, Rows: 2}
	rows := func(users ...string) []HistoryRow {
		out := []HistoryRow{{Instruction: "ADD", Layer: 1}}
		for _, u := range users {
			out = append(out, HistoryRow{Instruction: "USER", Text: u, EmptyLayer: true})
		}
		return out
	}
	for name, c := range map[string]struct {
		base    *BaseFact
		rows    []HistoryRow
		unclear string
		want    Origin
	}{
		"no base":          {nil, rows("0"), "", OriginOwn},
		"base's":           {known, rows("0"), "", OriginBase},
		"own after it":     {known, rows("7", "0"), "", OriginOwn},
		"nobody's":         {known, rows(), "", OriginOwn},
		"another value":    {known, rows("7"), "", OriginOwn},
		"unclear history":  {known, rows("0"), "rows are missing", OriginOwn},
		"mismatching base": {&BaseFact{Ref: "a", How: BaseGiven, Mismatch: "x", Rows: 2}, rows("0"), "", OriginOwn},
	} {
		f := userFacts("0", nil)
		f.Base, f.History = c.base, &HistoryFact{Rows: c.rows, Unclear: c.unclear}
		if got := Judge(f, DefaultParameters())[0]; got.Origin != c.want || got.Status != Fail {
			t.Errorf("%s: %s %s", name, got.Status, got.Origin)
		}
	}
}

// The image decides; a Dockerfile that says the same gives the line.
func TestUserLine(t *testing.T) {
	f := userFacts("0", nil)
	f.Dockerfile = &DockerfileFact{User: &SetFact{Value: "0", At: Place{Source: SourceDockerfile, Line: 4}}}
	if got := Judge(f, DefaultParameters())[0]; got.Status != Fail || got.Items[0].At.Line != 4 {
		t.Errorf("%+v", got)
	}
	f.Dockerfile.User.Value = "7"
	if got := Judge(f, DefaultParameters())[0]; got.Status != Fail || got.Items[0].At.Line != 0 {
		t.Errorf("with another user in the Dockerfile: %+v", got)
	}
}

// written is what the controls say of a Dockerfile alone.
func written(t *testing.T, d *Dockerfile, id string) Finding {
	t.Helper()
	return judged(t, Contents{Dockerfile: d}, id)
}

func file(base string, steps ...Step) *Dockerfile {
	for i := range steps {
		steps[i].At = Place{Source: SourceDockerfile, Line: i + 2}
	}
	return &Dockerfile{Steps: steps, Bases: []BaseRef{{Ref: base, Use: UseFrom, Target: true, Line: 1}}}
}

func TestWrittenUser(t *testing.T) {
	user := func(users ...string) (out []Step) {
		for _, u := range users {
			out = append(out, Step{Instruction: "USER", Text: u})
		}
		return out
	}
	cases := []struct {
		base  string
		users []string
		want  Status
		says  string
	}{
		{"debian", nil, Fail, "root unless"}, {"scratch", nil, Fail, "root"}, {"a/static:nonroot", nil, Unknown, "nonroot"},
		{"nginxinc/nginx-unprivileged", nil, Unknown, "unprivileged"}, {"docker:28-rootless", nil, Unknown, ""},
		{"a/static:nonroot", []string{"0"}, Fail, "uid 0"}, {"debian", []string{"app"}, Pass, "by name"}, {"debian", []string{"app", "root"}, Fail, "line 3"},
		{"debian", []string{"root", "app"}, Pass, "line 3"}, {"debian", []string{"root:app"}, Fail, ""}, {"debian", []string{"0:7"}, Fail, ""},
		{"debian", []string{"00"}, Fail, "uid 0"}, {"debian", []string{""}, Fail, "uid 0"}, {"debian", []string{"7"}, Pass, "uid 7"},
		{"debian", []string{"$APP_UID"}, Unknown, "variable"}, {"debian", []string{"app:${G}"}, Unknown, "variable"}, {"debian", []string{"0x0"}, Fail, "cannot start"},
		{"debian", []string{"root # for now"}, Unknown, "no name"}, {"mcr.microsoft.com/windows/nanoserver:ltsc2025", nil, NotApplicable, ""},
		{"example.com/windows/nanoserver", nil, Fail, ""}, {"a/golang:nanoserver", nil, Fail, ""}, {"localhost:5000/golang:nanoserver", nil, Fail, ""},
		{"nanoserver", nil, Fail, ""}, {"microsoft/dotnet:2.1-sdk", nil, Fail, ""}, {"mcr.microsoft.com/dotnet/sdk:8.0", nil, Fail, ""},
		{"microsoft/windowsservercore:1709", nil, NotApplicable, ""}, {"microsoft/dotnet:2.1-sdk-nanoserver-1709", nil, NotApplicable, ""},
		{"microsoft/iis", nil, NotApplicable, ""}, {"microsoft/dotnet-framework:4.7.2-sdk", nil, NotApplicable, ""},
		{"golang:1.26-windowsservercore-ltsc2022", nil, NotApplicable, ""}, {"docker.io/library/golang:1-nanoserver", nil, NotApplicable, ""},
		{"mcr.microsoft.com/dotnet/framework/aspnet:4.8", nil, NotApplicable, ""}, {"mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-1809", nil, NotApplicable, ""},
	}
	for _, c := range cases {
		f := written(t, file(c.base, user(c.users...)...), "4.1")
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.says) || f.Origin != OriginOwn {
			t.Errorf("FROM %s, USER %q: %s %q %s, want %s saying %q", c.base, c.users, f.Status, f.Evidence, f.Origin, c.want, c.says)
		}
	}
}

// What another frontend makes of a file nobody here can tell.
func TestWrittenByAnotherFrontend(t *testing.T) {
	d := file("debian", Step{Instruction: "USER", Text: "7"}, Step{Instruction: "HEALTHCHECK", Run: RunForm{Script: "check"}})
	d.Unclear = []Note{{At: Place{Source: SourceDockerfile}, Why: "another frontend reads this"}}
	for _, id := range []string{"4.1", "4.6", "4.9"} {
		if f := written(t, d, id); f.Status != Unknown {
			t.Errorf("%s: %s %q", id, f.Status, f.Evidence)
		}
	}
}
