package registry

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/verify"
)

func TestParseChallenges(t *testing.T) {
	for header, want := range map[string]string{
		`Basic realm="x"`: "basic",
		`Bearer realm="https://a/t",service="s, t",scope="a:b:c,d"`: "bearer https://a/t s, t",
		`bearer REALM=abc , service = "q\"uo"`:                      `bearer abc q"uo`,
		`Basic realm="x", Bearer realm="https://a/t"`:               "basic bearer https://a/t",
		`Negotiate, Basic`:                    "negotiate basic",
		`Bearer realm="first",realm="second"`: "bearer first",
		`Bearer realm="open`:                  "bearer",
		`,, ,`:                                "",
		`="x"`:                                "",
		`Bearer realm="` + strings.Repeat("a", maxChallenge) + `"`:                    "",
		strings.TrimSuffix(strings.Repeat("Basic, ", maxChallenges), ", ") + ", Last": strings.TrimSpace(strings.Repeat("basic ", maxChallenges)),
	} {
		var got []string
		for _, c := range parseChallenges([]string{header}) {
			got = append(got, c.scheme)
			if c.scheme == "bearer" {
				got = append(got, c.params["realm"], c.params["service"])
			}
		}
		if text := strings.Join(slices.DeleteFunc(got, func(s string) bool { return s == "" }), " "); text != want {
			t.Errorf("%.80s: %q", header, text)
		}
	}
}

func FuzzChallenge(f *testing.F) {
	for _, s := range []string{`Basic realm="x"`, `Bearer realm="https://a/t",service="s"`, `a b=c, d e="f\"`, "\x00,=\"", `Bearer realm=,x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		list := parseChallenges([]string{header})
		if len(list) > maxChallenges {
			t.Errorf("%d challenges", len(list))
		}
		for _, c := range list {
			if c.scheme == "" || c.scheme != strings.ToLower(c.scheme) {
				t.Errorf("scheme %q", c.scheme)
			}
			for name, value := range c.params {
				if name == "" || len(value) > len(header) {
					t.Errorf("%q=%q", name, value)
				}
			}
		}
	})
}

func FuzzListing(f *testing.F) {
	entry := `{"mediaType":"a/b","digest":"` + string(subject) + `","size":1}`
	for _, s := range []string{
		`{"schemaVersion":2,"mediaType":"` + typeIndex + `","manifests":[` + entry + `]}`,
		`{"schemaVersion":2,"manifests":[` + entry + `,7,null,{}]}`,
		`{"manifests":null}`, `[]`, ``, `{"schemaVersion":2,"manifests":[]],"layers":[]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		found, err := parseListing(raw, typeIndex)
		if err == nil && !json.Valid(raw) {
			t.Error("accepted what is not JSON")
		}
		for _, d := range found {
			if _, err := verify.ParseDigest(string(d.Digest)); err != nil || d.Size < 0 {
				t.Errorf("listed %+v", d)
			}
		}
	})
}

func FuzzNextPage(f *testing.F) {
	for _, s := range []string{`</a?n=1>; rel="next"`, `<http://evil/>; rel=next`, `<//evil/>;rel=next`, `<\\evil>; rel=next`, `<`, `<>;rel=next`} {
		f.Add(s)
	}
	from := &url.URL{Scheme: "https", Host: home, Path: "/v2/app/referrers/x"}
	f.Fuzz(func(t *testing.T, header string) {
		to, err := nextPage(from, []string{header})
		if err == nil && to != nil && (to.Scheme != "https" || canonicalHost(to) != home+":443" || to.User != nil) {
			t.Errorf("%s leads to %s", header, to)
		}
	})
}

func FuzzRedirect(f *testing.F) {
	for _, s := range []string{"https://cdn.example/x", "/x", "//cdn.example", "http://a/", "https://u@a/", "javascript:x", "https://[::1"} {
		f.Add(s)
	}
	c, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	from := &url.URL{Scheme: "https", Host: home, Path: "/v2/"}
	f.Fuzz(func(t *testing.T, location string) {
		to, err := c.redirected(from, location, 0)
		if err == nil && (to.Scheme != "https" || to.Host == "" || to.User != nil) {
			t.Errorf("%s leads to %s", location, to)
		}
		if err != nil && len(location) > 12 && strings.Contains(err.Error(), location) {
			t.Errorf("the error quotes the URL: %v", err)
		}
	})
}

func FuzzErrorCode(f *testing.F) {
	f.Add([]byte(`{"errors":[{"code":"DENIED"}]}`))
	f.Add([]byte(`{"errors":[{"code":"\u001b[2J"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		code := errorCode(body)
		if len(code) > maxCode || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
			t.Errorf("%q", code)
		}
	})
}
