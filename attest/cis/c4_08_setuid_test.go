package cis

import (
	"strings"
	"testing"
)

func TestSetUID(t *testing.T) {
	zero := int64(0)
	shadow := int64(42)
	su := SetUIDFile{At: Place{Source: SourceLayer, Layer: 1, Path: "usr/bin/su"}, Mode: "4755", Size: 71912, SHA256: strings.Repeat("a", 64)}
	chage := SetUIDFile{At: Place{Source: SourceLayer, Layer: 1, Path: "usr/bin/chage"}, Mode: "2755", GID: 42, Size: 1}
	hidden := su
	hidden.Hidden = true
	ping := SetUIDFile{At: Place{Source: SourceLayer, Layer: 2, Path: "usr/bin/ping"}, Mode: "0755", Capability: true}
	both := ping
	both.Mode = "4755"
	cases := map[string]struct {
		files []SetUIDFile
		allow []SetUIDRule
		want  Status
		says  string
	}{
		"none":                  {nil, nil, Pass, "no file is"},
		"set-uid":               {[]SetUIDFile{su}, nil, Fail, `"/usr/bin/su": mode "4755", owner 0:0`},
		"set-gid":               {[]SetUIDFile{chage}, nil, Fail, "0:42"},
		"hidden later":          {[]SetUIDFile{hidden}, nil, Pass, "1 file in lower layers"},
		"capabilities":          {[]SetUIDFile{ping}, nil, Warn, "file capabilities"},
		"capabilities and bit":  {[]SetUIDFile{both}, nil, Fail, ""},
		"allowed by path":       {[]SetUIDFile{su}, []SetUIDRule{{Path: "/usr/bin/su"}}, Pass, "1 file is set-uid or set-gid, and allowed"},
		"path is exact":         {[]SetUIDFile{su}, []SetUIDRule{{Path: "/usr/bin/s"}, {Path: "/usr/bin/sudo"}}, Fail, ""},
		"another mode":          {[]SetUIDFile{su}, []SetUIDRule{{Path: "/usr/bin/su", Mode: "2755"}}, Fail, ""},
		"another owner":         {[]SetUIDFile{su}, []SetUIDRule{{Path: "/usr/bin/su", UID: &shadow}}, Fail, ""},
		"another group":         {[]SetUIDFile{chage}, []SetUIDRule{{Path: "/usr/bin/chage", GID: &zero}}, Fail, ""},
		"another content":       {[]SetUIDFile{su}, []SetUIDRule{{Path: "/usr/bin/su", SHA256: strings.Repeat("b", 64)}}, Fail, ""},
		"allowed in all":        {[]SetUIDFile{su}, []SetUIDRule{{"/usr/bin/su", "4755", &zero, &zero, strings.Repeat("a", 64)}}, Pass, ""},
		"one of two":            {[]SetUIDFile{su, chage}, []SetUIDRule{{Path: "/usr/bin/su"}}, Fail, "chage"},
		"capabilities, allowed": {[]SetUIDFile{ping}, []SetUIDRule{{Path: "/usr/bin/ping"}}, Pass, ""},
	}
	for name, c := range cases {
		p := DefaultParameters()
		p.AllowedSetUID = c.allow
		f := finding(t, Facts{Layers: &LayersFact{SetUID: c.files}}, p, "4.8")
		if f.Status != c.want || !strings.Contains(strings.Join(f.Evidence, "\n"), c.says) {
			t.Errorf("%s: %s %q, want %s and %q", name, f.Status, f.Evidence, c.want, c.says)
		}
	}
}

// What the facts do not show is not a pass: rows beyond those kept, layers that
// were not read, and files that could not be.
func TestSetUIDNotSeenIsNoPass(t *testing.T) {
	for name, c := range map[string]struct {
		facts Facts
		want  Status
	}{
		"layers not read": {Facts{}, Unknown},
		"unreadable":      {Facts{Layers: &LayersFact{Unread: []Unread{{Control: "4.8", Why: "too large"}}}}, Unknown},
		"more":            {Facts{Layers: &LayersFact{More: map[string]int{"setuid": 1}}}, Fail},
		"other control":   {Facts{Layers: &LayersFact{Unread: []Unread{{Control: "4.3", Why: "too large"}}}}, Pass},
	} {
		if f := finding(t, c.facts, DefaultParameters(), "4.8"); f.Status != c.want {
			t.Errorf("%s: %s %q, want %s", name, f.Status, f.Evidence, c.want)
		}
	}
}

// Each row is the base's or one's own by its layer, and can be judged apart.
func TestS16_SetUIDByOrigin(t *testing.T) {
	rows := []SetUIDFile{
		{At: Place{Source: SourceLayer, Layer: 1, Path: "bin/su"}, Mode: "4755"},
		{At: Place{Source: SourceLayer, Layer: 2, Path: "app/helper"}, Mode: "0755", Capability: true},
	}
	f := finding(t, Facts{Base: &BaseFact{Ref: "x", How: BaseGiven, Layers: 1}, Layers: &LayersFact{SetUID: rows}}, DefaultParameters(), "4.8")
	if f.Status != Fail || f.Origin != OriginBase {
		t.Errorf("%s %s", f.Status, f.Origin)
	}
	own, ok := f.Of(func(i Item) bool { return i.Origin != OriginBase })
	if !ok || own.Status != Warn || own.Origin != OriginOwn || len(own.Evidence) != 1 {
		t.Errorf("own part: %+v", own)
	}
	if _, ok := f.Of(func(i Item) bool { return i.Status == Pass }); ok {
		t.Error("a part without items")
	}
}
