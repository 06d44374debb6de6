package dockerfile

import (
	"fmt"
	"strings"
)

// platformArgs are the arguments a build knows without being told. The build
// platform is taken for the target's.
func platformArgs(o Options) (map[string]string, error) {
	os, arch, variant, err := splitPlatform(o.Platform)
	if err != nil {
		return nil, err
	}
	platform := os + "/" + arch
	if variant != "" {
		platform += "/" + variant
	}
	args := map[string]string{}
	for _, side := range []string{"BUILD", "TARGET"} {
		args[side+"PLATFORM"] = platform
		args[side+"OS"] = os
		args[side+"OSVERSION"] = ""
		args[side+"ARCH"] = arch
		args[side+"VARIANT"] = variant
	}
	for name := range args {
		if v, ok := o.Args[name]; ok {
			args[name] = v
		}
	}
	return args, nil
}

// splitPlatform normalises as engines do: 64-bit ARM has no variant but later
// ones than v8, 32-bit ARM has v7 unless it says otherwise.
func splitPlatform(platform string) (os, arch, variant string, err error) {
	if platform == "" {
		platform = "linux/amd64"
	}
	parts := strings.Split(platform, "/")
	if len(parts) != 2 && len(parts) != 3 {
		return "", "", "", fmt.Errorf("platform %q: not os/architecture[/variant]", platform)
	}
	for _, p := range parts {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
			return "", "", "", fmt.Errorf("platform %q: not os/architecture[/variant]", platform)
		}
	}
	os, arch = parts[0], parts[1]
	if len(parts) == 3 {
		variant = parts[2]
	}
	switch {
	case arch == "arm64" && variant == "v8":
		variant = ""
	case arch == "arm" && variant == "":
		variant = "v7"
	}
	return os, arch, variant, nil
}
