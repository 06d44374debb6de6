package policy

import (
	"strings"
	"testing"
)

func mustPattern(t testing.TB, s string) Pattern {
	t.Helper()
	p, err := ParsePattern(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestThreat129_PatternsStayInTheirSegment: nothing but ** crosses a slash,
// and nothing crosses from the host into the path.
func TestThreat129_PatternsStayInTheirSegment(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"registry.example/acme/*", "registry.example/acme/app", true},
		{"registry.example/acme/*", "registry.example/acme/team/app", false},
		{"registry.example/acme/*", "registry.example/acme", false},
		{"registry.example/acme/*", "registry.example/acme-evil/app", false},
		{"registry.example/acme/**", "registry.example/acme/team/app", true},
		{"registry.example/acme/**", "registry.example/acme", false},
		{"registry.example/acme/**", "registry.example/acme-evil/app", false},
		{"registry.example/acme*", "registry.example/acme-evil", true},
		{"registry.example/acme*", "registry.example/acme/app", false},
		{"registry.example/acme", "registry.example/acme/app", false},
		{"registry.example/*/app", "registry.example/a/app", true},
		{"registry.example/*/app", "registry.example/a/b/app", false},
		{"registry.example/**/app", "registry.example/a/b/app", true},
		{"registry.example/**/app", "registry.example/app", false},
		{"registry.example/a*c", "registry.example/abbc", true},
		{"registry.example/a*c", "registry.example/ac", true},
		{"registry.example/a*b*c", "registry.example/axxbyyc", true},
		{"registry.example/a*b*c", "registry.example/axxcyyb", false},
		{"registry.example/**", "registry.example.evil/app", false},
		{"registry.example/**", "evil.registry.example/app", false},
		{"registry.example/**", "registry.example:5000/app", false},
		{"registry.example:5000/**", "registry.example:5000/app", true},
		{"*.example/**", "registry.example/app", true},
		{"*.example/**", "a.b.example/app", false},
		{"*.example/**", "example/app", false},
		{"*.example/**", "evil.com/x.example/app", false},
		{"*.example:5000/**", "a.example:5000/app", true},
		{"*.example:5000/**", "a.example:5001/app", false},
		{"*.example/**", "a.example:5000/app", false},
		{"registry.*/app", "registry.example/app", true},
		{"registry.*/app", "registry.example:5000/app", false},
		{"[::1]:5000/**", "[::1]:5000/app", true},
		{"**", "registry.example/app", true},
		{"**", "registry.example/a/b/c", true},
		{"**", "registry.example", false},
		{"**", "registry.example/a//b", false},
		{"**", "", false},
		{"docker.io/library/*", "docker.io/library/nginx", true},
		{"docker.io/library/*", "docker.io/acme/nginx", false},
		{"registry.example/app", "registry.example/*", false},
	} {
		if got := mustPattern(t, tt.pattern).Match(tt.name); got != tt.want {
			t.Errorf("%s on %s: %v, want %v", tt.pattern, tt.name, got, tt.want)
		}
	}
	if (Pattern{}).Match("registry.example/app") {
		t.Error("the zero pattern matches")
	}
}

// TestThreat130_OneNameForDockerHub: every spelling but the canonical one is
// refused with what to write.
func TestThreat130_OneNameForDockerHub(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"nginx", "docker.io/library/nginx"},
		{"library/nginx", "docker.io/library/nginx"},
		{"acme/*", "docker.io/acme/*"},
		{"index.docker.io/library/nginx", "write docker.io"},
		{"registry-1.docker.io/library/nginx", "write docker.io"},
		{"docker.io/nginx", "docker.io/library/nginx"},
		{"docker.io/*", "docker.io/library/*"},
		{"Registry.example/app", "lower-case"},
		{"registry.example/App", "lower-case"},
		{"registry.example/app:1", "without tags"},
		{"registry.example/app@sha256:aa", "without tags"},
		{"registry.example/", "empty segment"},
		{"registry.example//app", "empty segment"},
		{"registry.example/../app", "not canonical"},
		{"registry.example/a**", "whole segment"},
		{"registry.example/***", "whole segment"},
		{"regis*.example/app", "labels"},
		{"registry.example./app", "labels"},
		{"registry.example:443/app", "default port"},
		{"registry.example:/app", "port"},
		{"registry.example:05/app", "port"},
		{"r\u0435gistry.example/app", "labels"},
		{"[::1/app", "IPv6"},
		{"registry.example/" + strings.Repeat("a", maxPattern), "longer"},
		{"registry.example/" + strings.Repeat("a/", maxSegments) + "a", "segments"},
		{"", "names no registry"},
		{"*", "names no registry"},
		{"*/app", "names no registry"},
	} {
		_, err := ParsePattern(tt.pattern)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.pattern, err, tt.want)
		}
	}
}

// TestThreat131_MostSpecificWins: host first, then literal segments, then *
// before ** (S3), whatever the order in the file.
func TestThreat131_MostSpecificWins(t *testing.T) {
	order := []string{
		"**", "*.example/**", "*.example/a/b/c/d", "registry.example/**", "registry.example/*",
		"registry.example/a*", "registry.example/apps/**", "registry.example/apps/*", "registry.example/apps/web",
	}
	for i, p := range order {
		for _, q := range order[:i] {
			if mustPattern(t, p).compare(mustPattern(t, q)) <= 0 || mustPattern(t, q).compare(mustPattern(t, p)) >= 0 {
				t.Errorf("%s is not more specific than %s", p, q)
			}
		}
	}
}

// TestThreat131_EqualPatternsMayNotMeet: two rules for one name at one rank
// are refused.
func TestThreat131_EqualPatternsMayNotMeet(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		bad  bool
	}{
		{"registry.example/apps/**", "registry.example/apps/**", true},
		{"registry.example/a*", "registry.example/*b", true},
		{"registry.example/a*", "registry.example/b*", false},
		{"registry.example/*/web", "registry.example/apps/*", true},
		{"registry.example/*/web", "registry.example/*/db", false},
		{"registry.example/**/web", "registry.example/apps/**", true},
		{"a.*.example/**", "*.b.example/**", true},
		{"a.*.example/**", "b.*.example/**", false},
		{"registry.example/apps/**", "registry.example/apps/*", false},
		{"registry.example/**/x", "registry.example/y/**", true},
		{"**", "registry.example/**", false},
		{"registry.example/a*c/**", "registry.example/ab*/**", true},
	} {
		w := newWorld(t, "release")
		_, err := w.parse("rules:\n- {name: one, images: [\"" + tt.a + "\"], signatures: {anyOf: [release]}}\n" +
			"- {name: two, images: [\"" + tt.b + "\"], signatures: {anyOf: [release]}}\n")
		if (err != nil) != tt.bad {
			t.Errorf("%s and %s: %v", tt.a, tt.b, err)
		}
	}
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"**", "registry.example/apps/**", "*.example:5000/a*b/**/c", "docker.io/library/*", "[::1]:5000/a", "a.b/**/**/**/**"} {
		f.Add(s, "registry.example/apps/web", "registry.example/*/web")
	}
	f.Fuzz(func(t *testing.T, s, name, other string) {
		p, err := ParsePattern(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Fatalf("%q became %q", s, p)
		}
		host, _, _ := strings.Cut(name, "/")
		if p.Match(name) && p.host != nil && !strings.Contains(s, "*") && (name != s || host == "") {
			t.Fatalf("%q matches %q", s, name)
		}
		q, err := ParsePattern(other)
		if err != nil {
			return
		}
		if p.meets(q) != q.meets(p) || p.compare(q) != -q.compare(p) {
			t.Fatalf("%q and %q are not symmetric", s, other)
		}
		if p.Match(name) && q.Match(name) && !p.meets(q) {
			t.Fatalf("%q and %q both match %q and do not meet", s, other, name)
		}
	})
}
