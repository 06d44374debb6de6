package cis

import (
	"fmt"
	"strings"
)

// judgeWrittenUser is the user by the Dockerfile alone. A name is taken at its
// word: which uid it has is in the image.
func (f *Facts) judgeWrittenUser(p Parameters) Result {
	var r Result
	status, at, why := f.writtenUser(p)
	r.add(status, OriginOwn, at, "%s", why)
	if status != NotApplicable {
		f.unclearFile(&r)
	}
	return r
}

func (f *Facts) writtenUser(p Parameters) (Status, Place, string) {
	root := f.Dockerfile.root()
	at := Place{Source: SourceDockerfile, Line: root.Line}
	if windowsBase(root) {
		return NotApplicable, at, "Windows images have no uid"
	}
	set := f.Dockerfile.User
	switch {
	case set == nil && unprivileged(root):
		return Unknown, at, fmt.Sprintf("there is no USER, and the base %q says in its name that it has one", root.Ref)
	case set == nil && root.Ref == Scratch:
		return Fail, at, "there is no USER, so it is root"
	case set == nil:
		return Fail, at, "there is no USER: the base's user applies, which is root unless it says otherwise"
	}
	shown := fmt.Sprintf("%s: USER %q", set.At, set.Value)
	switch u := readUser(set.Value); {
	case strings.Contains(set.Value, "$"):
		return Unknown, set.At, shown + " has a variable without a value"
	case u.refused != "":
		return Fail, set.At, shown + ": a container cannot start: " + u.refused
	case u.name == "root":
		return Fail, set.At, shown + " is root"
	case u.name == "" && u.uid == 0:
		return Fail, set.At, shown + " is uid 0"
	case strings.ContainsAny(u.name, " \t#"):
		return Unknown, set.At, shown + " is no name an image has; a comment needs a line of its own"
	case u.name != "":
		return Pass, set.At, shown + " is not root by name; which uid that is, only the image tells"
	default:
		status, why := judgeGroup(fmt.Sprintf("uid %d", u.uid), u.gid, p)
		return status, set.At, shown + ": " + why
	}
}

// unprivileged reports whether a base's reference promises a user that is not
// root.
func unprivileged(b BaseRef) bool {
	ref, _, _ := strings.Cut(strings.ToLower(b.Ref), "@")
	for _, word := range []string{"nonroot", "non-root", "unprivileged", "rootless"} {
		if strings.Contains(ref, word) {
			return true
		}
	}
	return false
}

// windowsBase reports whether a base is one of those that Windows images are
// made of: Microsoft's own, or a tag of a Docker Official Image. Anybody else's
// can be called that.
func windowsBase(b BaseRef) bool {
	ref := strings.ToLower(b.Ref)
	if strings.HasPrefix(ref, "mcr.microsoft.com/windows") || strings.HasPrefix(ref, "mcr.microsoft.com/dotnet/framework/") {
		return true
	}
	ref = strings.TrimPrefix(ref, "docker.io/")
	name, tag, _ := strings.Cut(strings.TrimPrefix(ref, "library/"), ":")
	switch {
	case strings.HasPrefix(ref, "mcr.microsoft.com/"), strings.HasPrefix(ref, "microsoft/"):
		return windowsWord(ref) || name == "microsoft/iis" || name == "microsoft/dotnet-framework"
	case !strings.Contains(name, "/") && !strings.Contains(tag, "/"):
		return windowsWord(tag)
	}
	return false
}

func windowsWord(s string) bool {
	return strings.Contains(s, "nanoserver") || strings.Contains(s, "windowsservercore")
}
