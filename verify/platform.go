package verify

import (
	"fmt"
	"strings"
)

// Platform is what a manifest runs on, as in the OCI image index.
type Platform struct {
	OS, Architecture, Variant string
}

// String is os/arch or os/arch/variant, and "" for the zero Platform.
func (p Platform) String() string {
	if p.OS == "" && p.Architecture == "" {
		return ""
	}
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// ParsePlatform reads os/arch[/variant].
func ParsePlatform(s string) (Platform, error) {
	f := strings.Split(s, "/")
	if len(f) < 2 || len(f) > 3 {
		return Platform{}, fmt.Errorf("platform %q: want os/arch or os/arch/variant", s)
	}
	for _, part := range f {
		if part == "" || !platformPart(part) {
			return Platform{}, fmt.Errorf("platform %q: want lower-case os/arch or os/arch/variant", s)
		}
	}
	p := Platform{OS: f[0], Architecture: f[1]}
	if len(f) == 3 {
		p.Variant = f[2]
	}
	return p, nil
}

// Matches reports whether p satisfies the wanted platform. A wanted platform
// without a variant accepts any; variants that engines take for one another
// are equal.
func (p Platform) Matches(want Platform) bool {
	return p.OS == want.OS && p.Architecture == want.Architecture &&
		(want.Variant == "" || want.variant() == p.variant())
}

// variant is the variant as containerd normalises it: an engine reports
// linux/arm64/v8 for what indexes list as linux/arm64.
func (p Platform) variant() string {
	switch p.Architecture + "/" + p.Variant {
	case "arm64/v8", "arm64/8", "amd64/v1":
		return ""
	case "arm/", "arm/7":
		return "v7"
	case "arm/5", "arm/6", "arm/8":
		return "v" + p.Variant
	}
	return p.Variant
}

// platformPart keeps slashes out of the parts, so that no two platforms share
// their String.
func platformPart(s string) bool {
	const most = 64
	return len(s) <= most && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}
