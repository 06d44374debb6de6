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
		if part == "" || part != strings.ToLower(part) {
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
// without a variant accepts any.
func (p Platform) Matches(want Platform) bool {
	return p.OS == want.OS && p.Architecture == want.Architecture &&
		(want.Variant == "" || want.Variant == p.Variant)
}
