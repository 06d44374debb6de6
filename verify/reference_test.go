package verify

import (
	"strings"
	"testing"
)

func TestParseReference(t *testing.T) {
	at := "@" + string(digestA)
	for s, want := range map[string]Reference{
		"h.io/app":                       {Host: "h.io", Path: "app", Tag: "latest"},
		"h.io/app:v1.2_3-x":              {Host: "h.io", Path: "app", Tag: "v1.2_3-x"},
		"h.io/a/b/c:Upper":               {Host: "h.io", Path: "a/b/c", Tag: "Upper"},
		"h.io/app" + at:                  {Host: "h.io", Path: "app", Digest: digestA},
		"h.io:5000/app":                  {Host: "h.io:5000", Path: "app", Tag: "latest"},
		"localhost/app":                  {Host: "localhost", Path: "app", Tag: "latest"},
		"localhost:5000/app:1":           {Host: "localhost:5000", Path: "app", Tag: "1"},
		"registry:65535/app:1":           {Host: "registry:65535", Path: "app", Tag: "1"},
		"127.0.0.1:5000/app:1" + at:      {Host: "127.0.0.1:5000", Path: "app", Tag: "1", Digest: digestA},
		"[::1]:5000/app:1":               {Host: "[::1]:5000", Path: "app", Tag: "1"},
		"[2001:db8::1]/app":              {Host: "[2001:db8::1]", Path: "app", Tag: "latest"},
		"h.io/a__b/c.d/e--f":             {Host: "h.io", Path: "a__b/c.d/e--f", Tag: "latest"},
		"3.example.x7/app":               {Host: "3.example.x7", Path: "app", Tag: "latest"},
		"h.io/" + hexA[:12]:              {Host: "h.io", Path: hexA[:12], Tag: "latest"},
		"docker.io/library/facade":       {Host: "docker.io", Path: "library/facade", Tag: "latest"},
		"facade:1":                       {Host: "docker.io", Path: "library/facade", Tag: "1"},
		"facade" + at:                    {Host: "docker.io", Path: "library/facade", Digest: digestA},
		"cafe":                           {Host: "docker.io", Path: "library/cafe", Tag: "latest"},
		"library/group/app":              {Host: "docker.io", Path: "library/group/app", Tag: "latest"},
		"docker.io/group/app:1":          {Host: "docker.io", Path: "group/app", Tag: "1"},
		"index.docker.io/group/app" + at: {Host: "docker.io", Path: "group/app", Digest: digestA},
	} {
		want.Asked = s
		if got, err := ParseReference(s); err != nil || got != want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", s, got, err, want)
		}
	}
}

func TestThreat130_HubHasOneName(t *testing.T) {
	for _, tail := range []string{"", ":1", "@" + string(digestA), ":1@" + string(digestA)} {
		want, err := ParseReference("docker.io/library/nginx" + tail)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{
			"nginx", "library/nginx", "docker.io/nginx", "index.docker.io/nginx", "index.docker.io/library/nginx",
			"registry-1.docker.io/nginx", "registry-1.docker.io/library/nginx",
		} {
			got, err := ParseReference(name + tail)
			if err != nil || got.String() != want.String() {
				t.Errorf("%s: %s, %v", name+tail, got, err)
			}
			host, path, err := ParseRepository(name)
			if err != nil || host != "docker.io" || path != "library/nginx" {
				t.Errorf("%s: repository %s/%s, %v", name, host, path, err)
			}
		}
	}
}

// refusals are references with a part of the error that says what to write.
type refusals map[string]string

func (r refusals) test(t *testing.T) {
	t.Helper()
	for s, hint := range r {
		got, err := ParseReference(s)
		if err == nil || got != (Reference{}) {
			t.Errorf("accepted %q as %s", s, got)
			continue
		}
		if !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v, want a hint with %q", s, err, hint)
		}
	}
}

func TestThreat20_OneSpellingOfAHost(t *testing.T) {
	refusals{
		"DOCKER.IO/library/nginx":                 "write docker.io",
		"Index.Docker.IO/nginx":                   "write index.docker.io",
		"H.io/app":                                "write h.io",
		"Group/app":                               "upper case",
		"docker.io./library/nginx":                "ends in a dot",
		"h.io.:5000/app":                          "ends in a dot",
		"dоcker.io/library/nginx":                 "ASCII",
		"xn--dcker-jua.io/nginx":                  "punycode",
		"h.xn--p1ai/app":                          "punycode",
		"h.io:443/app":                            "write h.io without",
		"h.io:0443/app":                           "write h.io without",
		"h.io:05000/app":                          "write h.io:5000",
		"h.io:0/app":                              "1 to 65535",
		"h.io:65536/app":                          "1 to 65535",
		"h.io:99999999999999999999/app":           "1 to 65535",
		"h.io:/app":                               "want host/path:tag",
		"h.io:+80/app":                            "want host/path:tag",
		"127.1:5000/app":                          "IP address",
		"127.0.0.01/app":                          "IP address",
		"127.0.0.1.5/app":                         "IP address",
		"2130706433:5000/app":                     "IP address",
		"1.0x7f/app":                              "IP address",
		"[0:0:0:0:0:0:0:1]:5000/app":              "write ::1",
		"[2001:DB8::1]/app":                       "write 2001:db8::1",
		"[::1%25eth0]/app":                        "zone",
		"[fe80::1%eth0]:5000/app":                 "zone",
		"[:::]/app":                               "IP address",
		strings.Repeat("a", 64) + ".io/app":       "longer than 63",
		strings.Repeat("abcdefg.", 32) + "io/app": "longer than 253",
		"-h.io/app":                               "want host/path:tag",
		"h_1.io/app":                              "the host holds",
		"h..io/app":                               "want host/path:tag",
	}.test(t)
}

func TestThreat20_OneSpellingOfAPath(t *testing.T) {
	refusals{
		"h.io/a/../b":                        "write the path itself",
		"h.io/../b":                          "write the path itself",
		"h.io/./b":                           "write the path itself",
		"h.io/a..b":                          "want host/path:tag",
		"h.io/a//b":                          "single slashes",
		"h.io//a":                            "single slashes",
		"h.io/a/":                            "single slashes",
		"h.io/a/:1":                          "single slashes",
		"/a":                                 "single slashes",
		"h.io/":                              "single slashes",
		"h.io/A":                             "lower case",
		"h.io/a/B:1":                         "lower case",
		"Nginx":                              "lower case",
		"h.io/a%2fb":                         "want host/path:tag",
		"h.io/a?b":                           "want host/path:tag",
		"h.io/a#b":                           "want host/path:tag",
		`h.io\a`:                             "want host/path:tag",
		"h.io/a b":                           "white space",
		" h.io/a":                            "white space",
		"h.io/a\n":                           "white space",
		"h.io/a\u00a0":                       "white space",
		"h.io/a\x00":                         "ASCII",
		"h.io/a\x1b[31m":                     "ASCII",
		"h.io/а":                             "ASCII",
		"h.io/a\xff":                         "ASCII",
		"":                                   "has no name",
		"h.io/a:":                            "want host/path:tag",
		"h.io/a:.x":                          "want host/path:tag",
		"h.io/a:1:2":                         "want host/path:tag",
		"h.io/a:" + strings.Repeat("t", 129): "want host/path:tag",
		"h.io/" + strings.Repeat("p", 256):   "want host/path:tag",
		strings.Repeat("a", 721):             "longer than 720",
		"https://h.io/app":                   "without the scheme",
		"docker://h.io/app":                  "without the scheme",
	}.test(t)
}

func TestThreat21_TagIsKeptBesideTheDigest(t *testing.T) {
	r, err := ParseReference("h.io/app:v1@" + string(digestA))
	if err != nil || r.Tag != "v1" || r.Digest != digestA {
		t.Errorf("%+v, %v", r, err)
	}
	if want := "h.io/app:v1@" + string(digestA); r.String() != want {
		t.Errorf("got %s", r)
	}
}

func TestThreat22_OnlySHA256InReferences(t *testing.T) {
	const hint = "write name@sha256:"
	refusals{
		"h.io/app@sha512:" + hexA + hexA:                      hint,
		"h.io/app@md5:" + hexA[:32]:                           hint,
		"h.io/app@sha256:" + hexA[:32]:                        hint,
		"h.io/app@SHA256:" + hexA:                             hint,
		"h.io/app@sha256:" + strings.ToUpper(hexA):            hint,
		"h.io/app@sha256:../../x":                             hint,
		"h.io/app@":                                           hint,
		"h.io/app@latest":                                     hint,
		"h.io/app@" + string(digestA) + "@" + string(digestB): hint,
		"h.io/app@" + string(digestA) + ":tag":                hint,
		string(digestA):                                       "a digest without a name",
		"@" + string(digestA):                                 "has no name",
	}.test(t)
}

func TestThreat23_NameThatLooksLikeAnImageID(t *testing.T) {
	refusals{
		"9f0857":  "write docker.io/library/9f0857",
		"facade":  "write docker.io/library/facade",
		hexA[:12]: "write docker.io/library/" + hexA[:12],
		hexA[:63]: "write docker.io/library/" + hexA[:63],
		hexA:      "image id",
		hexB:      "image id",
	}.test(t)
}

func TestReferenceErrorsHidePasswords(t *testing.T) {
	for _, s := range []string{"https://user:s3cret@h.io/app", "user:s3cret@h.io/app", "s3cret@h.io/a@b", "docker://s3cret@h.io"} {
		_, err := ParseReference(s)
		_, _, err2 := ParseRepository(s)
		if err == nil || err2 == nil || strings.Contains(err.Error()+err2.Error(), "s3cret") {
			t.Errorf("%v; %v", err, err2)
		}
	}
}

func TestParseRepository(t *testing.T) {
	for s, want := range map[string]string{
		"127.0.0.1:5000/app":        "127.0.0.1:5000/app",
		"h.io/a/b":                  "h.io/a/b",
		"index.docker.io/library/x": "docker.io/library/x",
		"facade":                    "docker.io/library/facade",
	} {
		if host, path, err := ParseRepository(s); err != nil || host+"/"+path != want {
			t.Errorf("%s: %s/%s, %v", s, host, path, err)
		}
	}
	for _, s := range []string{"", "h.io/a:1", "h.io/a@" + string(digestA), "H.io/a", "h.io:443/a", "h.io/a/../b", " h.io/a"} {
		if host, path, err := ParseRepository(s); err == nil || host+path != "" {
			t.Errorf("accepted %q as %s/%s", s, host, path)
		}
	}
}

func FuzzReference(f *testing.F) {
	for _, s := range []string{
		"nginx", "h.io:5000/a/b:c@" + string(digestA), "[::1]:5000/x", "index.docker.io/a", "registry-1.docker.io/a",
		"DOCKER.io/a", "h.io/a/../b", "127.1/a", "xn--a/b", "library/library", "docker.io/library/library/a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseReference(s)
		if err != nil {
			return
		}
		if r.Host != strings.ToLower(r.Host) || r.Path != strings.ToLower(r.Path) || r.Asked != s {
			t.Fatalf("%q: %+v", s, r)
		}
		if r.Tag == "" && r.Digest == "" {
			t.Fatalf("%q: neither tag nor digest", s)
		}
		again, err := ParseReference(r.String())
		again.Asked = s
		if err != nil || again != r {
			t.Fatalf("%q: %+v, then %+v, %v", s, r, again, err)
		}
		for _, bad := range []string{"..", "//", " ", "%", "\\"} {
			if strings.Contains(r.Repo(), bad) {
				t.Fatalf("%q: holds %q", s, bad)
			}
		}
		if strings.HasPrefix(r.Host, "xn--") || strings.Contains(r.Host, ".xn--") || strings.HasSuffix(r.Host, ":443") {
			t.Fatalf("%q: host %s", s, r.Host)
		}
		host, path, err := ParseRepository(r.Repo())
		if err != nil || host != r.Host || path != r.Path {
			t.Fatalf("%q: repository %s/%s, %v", s, host, path, err)
		}
	})
}

// What the grammar reads must be what was written: nothing left out, nothing
// rewritten but Docker Hub's short forms.
func TestSpelled(t *testing.T) {
	app := Reference{Host: "h.io", Path: "app", Tag: "1", Digest: digestA}
	official := Reference{Host: hub, Path: "library/app", Tag: "1"}
	group := Reference{Host: hub, Path: "library/group/app"}
	for _, tt := range []struct {
		r    Reference
		s    string
		want bool
	}{
		{app, "h.io/app:1@" + string(digestA), true},
		{app, "h.io/app@" + string(digestA), false},
		{app, "h.io/app:1", false},
		{app, "H.io/app:1@" + string(digestA), false},
		{app, "app:1@" + string(digestA), false},
		{official, "app:1", true},
		{official, "library/app:1", true},
		{official, "docker.io/app:1", true},
		{official, "index.docker.io/app:1", true},
		{official, "index.docker.io/library/app:1", true},
		{official, "docker.io/docker.io/app:1", false},
		{official, "app", false},
		{official, "app:2", false},
		{group, "library/group/app", true},
		{group, "group/app", false},
	} {
		if got := tt.r.spelled(tt.s); got != tt.want {
			t.Errorf("%s spells %s: %v", tt.s, tt.r, got)
		}
	}
}
