package verify

import "testing"

func TestParsePlatform(t *testing.T) {
	for _, s := range []string{"linux/amd64", "linux/arm/v7", "windows/amd64", "unknown/unknown"} {
		if p, err := ParsePlatform(s); err != nil || p.String() != s {
			t.Errorf("%s: %q, %v", s, p, err)
		}
	}
	for _, s := range []string{
		"", "linux", "linux/", "/amd64", "linux/amd64/", "linux/arm/v7/x", "Linux/amd64", "linux/amd64 ",
		"linux/\x1b[31m", "linux/аmd64", "linux//v7",
	} {
		if p, err := ParsePlatform(s); err == nil || p != (Platform{}) {
			t.Errorf("accepted %q", s)
		}
	}
	if s := (Platform{}).String(); s != "" {
		t.Errorf("zero platform is %q", s)
	}
}

func TestThreat6_PlatformMatches(t *testing.T) {
	for _, tt := range []struct {
		is, want string
		matches  bool
	}{
		{"linux/amd64", "linux/amd64", true},
		{"linux/arm/v7", "linux/arm", true},
		{"linux/arm/v6", "linux/arm/v7", false},
		{"linux/arm64", "linux/arm64/v8", true},
		{"linux/arm64/v8", "linux/arm64", true},
		{"linux/arm64/v9", "linux/arm64/v8", false},
		{"linux/arm64", "linux/arm64/v9", false},
		{"linux/arm", "linux/arm/v7", true},
		{"linux/arm/7", "linux/arm/v7", true},
		{"linux/arm/6", "linux/arm/v6", true},
		{"linux/amd64", "linux/amd64/v1", true},
		{"linux/amd64/v3", "linux/amd64/v1", false},
		{"linux/arm64", "linux/amd64", false},
		{"windows/amd64", "linux/amd64", false},
		{"unknown/unknown", "linux/amd64", false},
	} {
		is, err := ParsePlatform(tt.is)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ParsePlatform(tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := is.Matches(want); got != tt.matches {
			t.Errorf("%s for %s: %v", is, want, got)
		}
	}
}
