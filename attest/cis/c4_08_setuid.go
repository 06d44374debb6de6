package cis

import "fmt"

func c0408() Control {
	return Control{
		ID: "4.8", Key: "image.setuid", IDs: sameID("4.8"), Level: 2, Decidable: Assisted,
		Title:       "No file in the image is set-uid or set-gid",
		Remediation: "Near the end, RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} + and keep a list of those that are needed.",
		Judge:       judgeSetUID,
	}
}

// judgeSetUID looks at the merged image: what a later layer hides no process
// can start. File capabilities are our own addition to the benchmark.
func judgeSetUID(f *Facts, p Parameters) Result {
	l := f.Layers
	if l == nil {
		return say(Unknown, OriginUnknown, "file modes are in layers, which were not read")
	}
	var r Result
	f.unread(&r, "4.8")
	allowed, hidden := 0, 0
	for _, file := range l.SetUID {
		switch {
		case file.Hidden:
			hidden++
		case p.allowsSetUID(file):
			allowed++
		case file.Capability && !file.setID():
			r.add(Warn, f.origin(file.At), file.At, "%s", file)
		default:
			r.add(Fail, f.origin(file.At), file.At, "%s", file)
		}
	}
	if more := l.More["setuid"]; more > 0 {
		r.add(Fail, OriginUnknown, Place{Source: SourceLayer}, "%s", plural(more, "more file", "more files"))
	}
	if len(r.Items) > 0 {
		return r
	}
	line := "no file is set-uid or set-gid"
	if allowed > 0 {
		line = plural(allowed, "file is", "files are") + " set-uid or set-gid, and allowed"
	}
	if hidden > 0 {
		line += "; " + plural(hidden, "file", "files") + " in lower layers, replaced or deleted later"
	}
	r.add(Pass, OriginOwn, Place{Source: SourceLayer}, "%s", line)
	return r
}

// setID reports whether a set-uid or set-gid bit is set.
func (s SetUIDFile) setID() bool { return len(s.Mode) == 4 && s.Mode[0] >= '2' && s.Mode[0] != '8' }

// String is the file as a person would look for it.
func (s SetUIDFile) String() string {
	out := fmt.Sprintf("%s: mode %s, owner %d:%d, %s", s.At, quoteName(s.Mode), s.UID, s.GID, plural(int(s.Size), "byte", "bytes"))
	if s.Capability {
		out += ", with file capabilities"
	}
	return out
}

func (p Parameters) allowsSetUID(s SetUIDFile) bool {
	for _, r := range p.AllowedSetUID {
		if r.Path == "/"+s.At.Path && (r.Mode == "" || r.Mode == s.Mode) && (r.UID == nil || *r.UID == s.UID) &&
			(r.GID == nil || *r.GID == s.GID) && (r.SHA256 == "" || r.SHA256 == s.SHA256) {
			return true
		}
	}
	return false
}
