package cis

import (
	"strings"
	"testing"
)

func TestUser(t *testing.T) {
	cases := []struct {
		user string
		want Status
		says string
	}{
		{"", Fail, "empty"}, {"0", Fail, "uid 0"}, {"00", Fail, "uid 0"}, {"+0", Fail, "uid 0"}, {"-0", Fail, "uid 0"},
		{"root", Fail, "root"}, {":0", Fail, "uid 0"}, {"0:10001", Fail, "uid 0"}, {"root:app", Fail, "root"},
		{"0:0", Fail, "uid 0"}, {"root:root", Fail, "root"}, {":app", Fail, "uid 0"},
		{"1000", Pass, "uid 1000"}, {"10001:10001", Pass, ""}, {"+7", Pass, "uid 7"}, {"1000:0", Pass, ""}, {"1000:app", Pass, ""},
		{"app:", Unknown, "/etc/passwd"}, {"app:root", Unknown, ""}, {"toor", Unknown, ""}, {"app", Unknown, ""}, {"Root", Unknown, ""},
		{"app:0:0", Unknown, ""}, {"root ", Unknown, ""},
		{"0x0", Fail, "cannot start"}, {" 0", Fail, "cannot start"}, {"2147483648", Fail, "cannot start"}, {"2147483647", Pass, ""},
		{"-1", Fail, "cannot start"}, {"99999999999999999999", Fail, "cannot start"}, {"1000:2147483648", Fail, "cannot start"},
		{"1_0", Fail, "cannot start"}, {"\t0", Fail, "cannot start"}, {"1000:-1", Fail, "cannot start"}, {"0b0:1", Fail, "cannot start"},
	}
	for _, c := range cases {
		f := judged(t, doc{run: map[string]any{"User": c.user}}.contents(t), "4.1")
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.says) {
			t.Errorf("user %q: %s %q, want %s saying %q", c.user, f.Status, f.Evidence, c.want, c.says)
		}
		if f.Origin != OriginOwn {
			t.Errorf("user %q: origin %s", c.user, f.Origin)
		}
	}
}

func TestUserWindows(t *testing.T) {
	f := judged(t, doc{os: "windows"}.contents(t), "4.1")
	if f.Status != NotApplicable {
		t.Errorf("windows: %s", f.Status)
	}
}

// The ids beside Raw are for people: attested ones must not decide.
func TestUserAttestedIDsDoNotDecide(t *testing.T) {
	uid := int64(10001)
	for raw, want := range map[string]Status{"0": Fail, "app": Unknown, "": Fail} {
		f := Judge(Facts{OS: "linux", User: &UserFact{Raw: raw, UID: &uid}}, DefaultParameters())[0]
		if f.Status != want {
			t.Errorf("raw %q with uid 10001 attested: %s, want %s", raw, f.Status, want)
		}
	}
}

func TestUserRootGroupWarnsOnlyOnRequest(t *testing.T) {
	p := DefaultParameters()
	p.WarnRootGroup = true
	for user, want := range map[string]Status{"1001": Warn, "1001:0": Warn, "1001:1001": Pass, "0": Fail} {
		facts := Collect(doc{run: map[string]any{"User": user}}.contents(t))
		if got := Judge(facts, p)[0].Status; got != want {
			t.Errorf("%q: %s, want %s", user, got, want)
		}
	}
}

func TestUserFact(t *testing.T) {
	f := Collect(doc{run: map[string]any{"User": "10001:20002"}}.contents(t)).User
	if f == nil || f.UID == nil || *f.UID != 10001 || f.GID == nil || *f.GID != 20002 || f.Unresolved != "" {
		t.Errorf("fact: %+v", f)
	}
	f = Collect(doc{run: map[string]any{"User": "app"}}.contents(t)).User
	if f == nil || f.UID != nil || f.Unresolved == "" {
		t.Errorf("fact of a name: %+v", f)
	}
}
